//! `BodyLimit`: a stricter limit for the bodies of some routes.

use super::Around;
use crate::contract::Operation;
use crate::message::{Request, Response};
use crate::problem::{BODY_TOO_LARGE, Problem};
use crate::router::Route;

/// Limits the size of request bodies: a longer body is refused with 413.
///
/// It can only be stricter than [`ApiBuilder::body_limit`](crate::ApiBuilder::body_limit), which
/// is applied first.
///
/// ```
/// use fnurl::layers::BodyLimit;
/// use fnurl::{Api, post, testing::TestApi};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn echo(body: String) -> String { body }
///
/// let api = TestApi::new(
///     Api::builder(()).at("/", post(echo).layer(BodyLimit::new(5))).build()?,
/// );
/// api.post("/").text("text/plain", "short").await.assert_text(200, "short");
/// let problem = api.post("/").text("text/plain", "longer").await.problem(413);
/// assert_eq!(problem["limit"], 5);
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// # Problems
/// 413 with the member `limit`, in bytes. Source: RFC 9110 §15.5.14.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(usize);

impl BodyLimit {
    /// At most this many bytes.
    #[must_use]
    pub const fn new(bytes: usize) -> Self {
        Self(bytes)
    }
}

impl Around for BodyLimit {
    async fn respond(&self, request: Request, inner: &Route) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        let body = body.limited(self.0)?;
        Ok(inner.call_now(Request::from_parts(parts, body)).await)
    }

    fn describe(&self, operation: &mut Operation) {
        operation.refuses(BODY_TOO_LARGE);
    }
}
