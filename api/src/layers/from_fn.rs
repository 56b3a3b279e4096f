//! `from_fn`: a layer from an async function.

use std::sync::Arc;

use crate::message::{Context, Request, Response};
use crate::problem::Problem;
use crate::router::{BoxFuture, Endpoint, Route, RouteLayer};

/// Makes a layer from an async function that takes the request and [`Next`].
///
/// ```
/// use fnurl::layers::{Next, from_fn};
/// use fnurl::{Api, Problem, ProblemType, Request, Response, get, testing::TestApi};
///
/// const CLOSED: ProblemType = ProblemType::new(503, "closed", "We are closed");
///
/// async fn in_opening_hours(request: Request, next: Next) -> Result<Response, Problem> {
///     if request.headers().contains_key("x-at-night") {
///         return Err(CLOSED.problem());
///     }
///     Ok(next.run(request).await)
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn hello() -> &'static str { "Hello!" }
///
/// let api = Api::builder(()).at("/", get(hello)).layer(from_fn(in_opening_hours));
/// let api = TestApi::new(api.build()?);
/// api.get("/").await.assert_text(200, "Hello!");
/// let _ = api.get("/").header("x-at-night", "1").await.problem(503);
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// To describe its headers and problems in the contract, wrap the layer in
/// [`describing`](crate::layers::describing()).
pub fn from_fn<F, Fut>(function: F) -> FromFn<F>
where
    F: Fn(Request, Next) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    FromFn(function)
}

/// A layer that is an async function; see [`from_fn`].
#[derive(Debug, Clone, Copy)]
pub struct FromFn<F>(F);

/// The inner layers and the handler, as the layer calls them.
///
/// ```
/// use fnurl::layers::{Next, from_fn};
/// use fnurl::{Api, Problem, Request, Response, get, testing::TestApi};
/// use http::{HeaderValue, header::CACHE_CONTROL};
///
/// /// Nobody keeps a response of these routes.
/// async fn no_store(request: Request, next: Next) -> Result<Response, Problem> {
///     let mut response = next.run(request).await;
///     response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
///     Ok(response)
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = Api::builder(()).at("/", get(async || "secret")).layer(from_fn(no_store)).build()?;
/// let response = TestApi::new(api).get("/").await;
/// assert_eq!(response.header("cache-control"), Some("no-store"));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Next(Route);

impl Next {
    /// Passes `request` on, and returns the response.
    ///
    /// It never fails: a problem or a panic further in is a response with its status. A layer that
    /// does not call it sends its own response, and the handler does not run.
    pub async fn run(self, request: Request) -> Response {
        self.0.call_now(request).await
    }
}

struct Wrapped<F> {
    function: F,
    inner: Route,
}

impl<F, Fut> Endpoint for Wrapped<F>
where
    F: Fn(Request, Next) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    fn call(self: Arc<Self>, request: Request) -> BoxFuture<Response> {
        let context = Context::of(&request);
        let outcome = (self.function)(request, Next(self.inner.clone()));
        Box::pin(async move {
            outcome
                .await
                .unwrap_or_else(|problem| context.render(problem))
        })
    }
}

impl<F, Fut> RouteLayer for FromFn<F>
where
    F: Fn(Request, Next) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    fn wrap(&self, inner: Route) -> Route {
        let function = self.0.clone();
        Route(Arc::new(Wrapped { function, inner }))
    }
}
