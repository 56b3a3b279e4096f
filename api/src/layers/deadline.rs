//! Less time for a route than the function has.

use std::time::Duration;

use super::Around;
use crate::body::{Request, Response};
use crate::contract::Operation;
use crate::problem::{DEADLINE_EXCEEDED, Problem};
use crate::router::Route;

/// Answers 504 when a handler has not answered within a time of its own, and drops its work.
///
/// [`run`](crate::run) does so for the function's timeout in any case; this is for routes that
/// should be given up earlier. A streamed answer must have begun within the time, not ended.
///
/// ```
/// use fnurl::layers::Deadline;
/// use fnurl::{Api, get, testing::TestApi};
/// use std::time::Duration;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn never() -> &'static str { std::future::pending().await }
///
/// let soon = Deadline::after(Duration::from_millis(20));
/// let api = TestApi::new(Api::builder(()).at("/", get(never).layer(soon)).build()?);
/// let _ = api.get("/").await.problem(504);
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Duration);

impl Deadline {
    /// So long after the request reached this layer.
    #[must_use]
    pub const fn after(time: Duration) -> Self {
        Self(time)
    }
}

impl Around for Deadline {
    async fn answer(&self, request: Request, inner: &Route) -> Result<Response, Problem> {
        let answering = tokio::time::timeout(self.0, inner.call_now(request));
        answering.await.map_err(|_| {
            DEADLINE_EXCEEDED.because("the request was not answered within the route's time")
        })
    }

    fn describe(&self, operation: &mut Operation) {
        operation.refuses(DEADLINE_EXCEEDED);
    }
}
