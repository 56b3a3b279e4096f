//! `Form`: a form-urlencoded body as a typed, validated struct.

use super::query::{check_members, pairs};
use super::{Extract, Reads, content};
use crate::body::Request;
use crate::contract::Operation;
use crate::problem::{
    BODY_TOO_LARGE, INVALID_REQUEST, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE,
};
use crate::syntax::escapes::well_escaped;
use crate::validation::{Input, read_parameters};

/// A body of type `application/x-www-form-urlencoded`, as HTML forms send it.
///
/// # Problems
/// 400 for a malformed escape, 413, 415 for another media type, 422 that names the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form<T>(pub T);

const FORM: &str = "application/x-www-form-urlencoded";

impl<S: Sync, T: Input> Extract<S> for Form<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let is_form = |media_type: &str| media_type.eq_ignore_ascii_case(FORM);
        let bytes = content::read(request, FORM, is_form).await?;
        if !well_escaped(&bytes) {
            return Err(MALFORMED_BODY.because(
                "the form has a `%` that is not followed by two hexadecimal digits, or bytes that are not UTF-8",
            ));
        }
        read_parameters(pairs(&bytes)).map(Self)
    }

    fn describe(operation: &mut Operation) {
        operation
            .body::<T>(FORM)
            .refuses(MALFORMED_BODY)
            .refuses(BODY_TOO_LARGE)
            .refuses(UNSUPPORTED_MEDIA_TYPE)
            .refuses(INVALID_REQUEST);
    }

    fn reads(reads: &mut Reads) {
        check_members::<T>("Form", reads);
        reads.body(FORM);
    }
}
