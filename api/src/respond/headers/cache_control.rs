//! `CacheControl`: a representation with the header `Cache-Control`.

use http::HeaderValue;
use http::header::CACHE_CONTROL;

use crate::contract::Operation;
use crate::message::Response;
use crate::problem::Problem;
use crate::respond::Respond;

/// A representation with `Cache-Control` (RFC 9111 §5.2).
///
/// ```
/// use fnurl::CacheControl;
///
/// async fn list() -> CacheControl<&'static str> {
///     CacheControl::new("private, no-cache", "ask again before you use it")
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheControl<R> {
    policy: &'static str,
    representation: R,
}

impl<R> CacheControl<R> {
    /// `policy` is the value of the header.
    ///
    /// | policy | meaning |
    /// |---|---|
    /// | `no-store` | nobody keeps it: secrets, personal data |
    /// | `private, no-cache` | the browser keeps it, and asks each time; see [`WithETag`] |
    /// | `public, max-age=60` | everybody keeps it for a minute |
    /// | `public, max-age=31536000, immutable` | its URL has a version in it (RFC 8246) |
    ///
    /// # Problems
    /// 500 when `policy` has a control character or one that is not ASCII.
    ///
    /// [`WithETag`]: crate::WithETag
    pub const fn new(policy: &'static str, representation: R) -> Self {
        Self {
            policy,
            representation,
        }
    }
}

impl<R: Respond> Respond for CacheControl<R> {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.representation.respond()?;
        let policy = HeaderValue::from_static(self.policy);
        response.headers_mut().insert(CACHE_CONTROL, policy);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.wrapping(R::describe, |operation| {
            operation.response_header::<String>("cache-control");
        });
    }
}
