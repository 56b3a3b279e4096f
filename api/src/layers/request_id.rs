//! `RequestId`: a header with the request id, for clients and for mounted services.

use http::{HeaderName, HeaderValue};

use super::Around;
use crate::contract::Operation;
use crate::message::{Invocation, Request, Response};
use crate::problem::Problem;
use crate::router::Route;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts the invocation's request id, the one in the log, into `x-request-id`.
///
/// The header is in the response, and in the request as handlers and mounted services see it. A
/// value from the client is replaced: clients must not choose the ids of log lines.
///
/// ```
/// use fnurl::layers::RequestId;
/// use fnurl::testing::{REQUEST_ID, TestApi};
/// use fnurl::{Api, get};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn hello() -> &'static str { "Hello!" }
///
/// let api = Api::builder(()).at("/", get(hello)).layer(RequestId::new()).build()?;
/// let response = TestApi::new(api).get("/").await;
/// assert_eq!(response.header("x-request-id"), Some(REQUEST_ID));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderName);

impl RequestId {
    /// In the header `x-request-id`.
    #[must_use]
    pub const fn new() -> Self {
        Self(X_REQUEST_ID)
    }

    /// In a header with another name.
    ///
    /// ```
    /// use fnurl::layers::RequestId;
    /// use http::HeaderName;
    ///
    /// let layer = RequestId::in_header(HeaderName::from_static("x-correlation-id"));
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub const fn in_header(name: HeaderName) -> Self {
        Self(name)
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

impl Around for RequestId {
    async fn respond(&self, mut request: Request, inner: &Route) -> Result<Response, Problem> {
        let invocation = Invocation::of(&request);
        let id = invocation.and_then(|it| HeaderValue::from_str(it.request_id()).ok());
        let Some(id) = id else {
            request.headers_mut().remove(&self.0);
            return Ok(inner.call_now(request).await);
        };
        request.headers_mut().insert(self.0.clone(), id.clone());
        let mut response = inner.call_now(request).await;
        response.headers_mut().insert(self.0.clone(), id);
        Ok(response)
    }

    fn describe(&self, operation: &mut Operation) {
        operation.response_header_of_all::<String>(self.0.as_str());
    }
}
