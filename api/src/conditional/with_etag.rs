//! `WithETag`: a representation with its entity tag.

use std::fmt::Display;
use std::time::SystemTime;

use http::HeaderValue;
use http::header::{ETAG, LAST_MODIFIED};

use crate::body::Response;
use crate::contract::Operation;
use crate::problem::{INTERNAL_ERROR, Problem};
use crate::respond::Respond;

/// A representation with a strong `ETag`.
///
/// ```
/// use fnurl::WithETag;
///
/// async fn read() -> WithETag<&'static str> {
///     WithETag::new(3, "the third version") // ETag: "3"
/// }
/// ```
///
/// Source: RFC 9110 §8.8.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithETag<R> {
    tag: String,
    modified: Option<SystemTime>,
    representation: R,
}

impl<R> WithETag<R> {
    /// `version` distinguishes this representation from all others of the same resource.
    pub fn new(version: impl Display, representation: R) -> Self {
        Self {
            tag: format!("\"{version}\""),
            modified: None,
            representation,
        }
    }

    /// Adds `Last-Modified`, for clients without entity tags (RFC 9110 §8.8.2).
    #[must_use]
    pub fn modified(self, at: SystemTime) -> Self {
        let modified = Some(at);
        Self { modified, ..self }
    }
}

impl<R: Respond> Respond for WithETag<R> {
    fn respond(self) -> Result<Response, Problem> {
        let tag = HeaderValue::try_from(self.tag).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        let mut response = self.representation.respond()?;
        response.headers_mut().insert(ETAG, tag);
        if let Some(at) = self.modified {
            let at = HeaderValue::try_from(httpdate::fmt_http_date(at));
            let at = at.map_err(|err| INTERNAL_ERROR.hiding(err))?;
            response.headers_mut().insert(LAST_MODIFIED, at);
        }
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.wrapping(R::describe, |operation| {
            operation
                .response_header::<String>("etag")
                .response_header::<String>("last-modified");
        });
    }
}
