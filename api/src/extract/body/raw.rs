//! The body as bytes or text, and the unchanged parts of the request.

use bytes::Bytes;
use http::{Method, Uri};

use super::content::refuse_compressed;
use crate::contract::Operation;
use crate::extract::Extract;
use crate::message::Request;
use crate::problem::{BODY_TOO_LARGE, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE};

/// The body, whatever its media type; a compressed body as it was sent.
///
/// # Problems
/// 413 when it is larger than the API accepts, 400 when it breaks off.
impl<S: Sync> Extract<S> for Bytes {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        request.body_mut().read().await
    }

    fn describe(operation: &mut Operation) {
        operation.raw_body("*/*").refuses(BODY_TOO_LARGE);
    }
}

/// The body as UTF-8 text, whatever its media type.
///
/// # Problems
/// 400 when it is not UTF-8, 413 when it is larger than the API accepts, 415 when it is compressed.
impl<S: Sync> Extract<S> for String {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        refuse_compressed(request)?;
        let bytes = request.body_mut().read().await?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(err) => Err(MALFORMED_BODY.because(format_args!("the body is not UTF-8: {err}"))),
        }
    }

    fn describe(operation: &mut Operation) {
        operation
            .raw_body("text/plain")
            .refuses(MALFORMED_BODY)
            .refuses(UNSUPPORTED_MEDIA_TYPE)
            .refuses(BODY_TOO_LARGE);
    }
}

impl<S: Sync> Extract<S> for Method {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        Ok(request.method().clone())
    }

    fn describe(_operation: &mut Operation) {}
}

/// Path and query, the path in its canonical form; a function URL has no scheme and no host there.
impl<S: Sync> Extract<S> for Uri {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        Ok(request.uri().clone())
    }

    fn describe(_operation: &mut Operation) {}
}
