//! `Tagged`: a representation with its entity tag.

use std::fmt::Display;

use http::HeaderValue;
use http::header::ETAG;

use super::Respond;
use crate::body::Response;
use crate::contract::Operation;
use crate::problem::{INTERNAL_ERROR, Problem};

/// A representation with a strong `ETag`.
///
/// ```
/// use fnurl::Tagged;
///
/// async fn read() -> Tagged<&'static str> {
///     Tagged::new(3, "the third version") // ETag: "3"
/// }
/// ```
///
/// Source: RFC 9110 §8.8.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged<R> {
    tag: String,
    representation: R,
}

impl<R> Tagged<R> {
    /// `version` tells this representation from every other of the same resource.
    pub fn new(version: impl Display, representation: R) -> Self {
        Self {
            tag: format!("\"{version}\""),
            representation,
        }
    }
}

impl<R: Respond> Respond for Tagged<R> {
    fn respond(self) -> Result<Response, Problem> {
        let tag = HeaderValue::try_from(self.tag).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        let mut response = self.representation.respond()?;
        response.headers_mut().insert(ETAG, tag);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
        operation.response_header::<String>("etag");
    }
}
