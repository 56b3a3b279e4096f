//! `Deadline`: a shorter timeout for some routes.

use std::time::Duration;

use super::Around;
use crate::contract::Operation;
use crate::message::{Request, Response};
use crate::problem::{DEADLINE_EXCEEDED, Problem};
use crate::router::Route;

/// Responds with 504 if the handler takes longer than this time, and cancels its work.
///
/// [`run`](crate::run) always does this for the function's timeout; this layer is for routes that
/// should stop earlier. A streamed response must begin within the time, but may end later.
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
///
/// # Problems
/// 504. The handler's future is dropped at its next `.await`: a handler that computes without one
///      cannot be stopped, and a write that was sent may still have its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Duration);

impl Deadline {
    /// A timeout that starts when the request reaches this layer.
    #[must_use]
    pub const fn after(time: Duration) -> Self {
        Self(time)
    }
}

impl Around for Deadline {
    async fn respond(&self, request: Request, inner: &Route) -> Result<Response, Problem> {
        let answering = tokio::time::timeout(self.0, inner.call_now(request));
        answering.await.map_err(|_| {
            DEADLINE_EXCEEDED.because("the handler did not respond within the route's timeout")
        })
    }

    fn describe(&self, operation: &mut Operation) {
        operation.refuses(DEADLINE_EXCEEDED);
    }
}
