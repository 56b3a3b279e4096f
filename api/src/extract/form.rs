//! `Form`: a form-urlencoded body as a typed, validated struct.

use http::header::CONTENT_TYPE;

use super::Extract;
use super::urlencoded;
use super::validated::Input;
use crate::body::Request;
use crate::contract::Operation;
use crate::escapes::well_escaped;
use crate::problem::{
    BODY_TOO_LARGE, INVALID_REQUEST, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE,
};

/// A body of type `application/x-www-form-urlencoded`, as HTML forms send it.
///
/// # Problems
/// 400 for a malformed escape, 413, 415 for another media type, 422 that names the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form<T>(pub T);

const FORM: &str = "application/x-www-form-urlencoded";

impl<S: Sync, T: Input> Extract<S> for Form<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let sent = request.headers().get(CONTENT_TYPE);
        let media_type = super::json::essence(sent);
        if !media_type.eq_ignore_ascii_case(FORM) {
            return Err(super::json::unsupported(media_type, FORM));
        }
        let bytes = request.body_mut().read().await?;
        if !well_escaped(&bytes) {
            return Err(MALFORMED_BODY.because(
                "the form has a `%` that is not followed by two hexadecimal digits, or bytes that are not UTF-8",
            ));
        }
        urlencoded::read(&bytes).map(Self)
    }

    fn describe(operation: &mut Operation) {
        operation
            .body::<T>(FORM)
            .refuses(MALFORMED_BODY)
            .refuses(BODY_TOO_LARGE)
            .refuses(UNSUPPORTED_MEDIA_TYPE)
            .refuses(INVALID_REQUEST);
    }
}
