//! `tower` layers around routes.

use std::sync::Arc;

use bytes::Bytes;
use tower::{Layer, Service, ServiceExt};

use super::route::{BoxFuture, Endpoint, Route, contained};
use crate::contract::Operation;
use crate::message::{Body, BoxError, Context, Request, Response};
use crate::problem::INTERNAL_ERROR;

/// A `tower` service that responds to a [`Request`] with any HTTP body, such as a layer around a
/// route or a service that is mounted under a prefix. Implemented for every such service.
///
/// Its error becomes a 500 problem whose cause is only in the log; so does a panic.
///
/// ```
/// use std::convert::Infallible;
///
/// use fnurl::{Api, Request, Response, Routes, testing::TestApi};
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let old = tower::service_fn(|request: Request| async move {
///     let text = format!("{} is served by the old program", request.uri().path());
///     Ok::<_, Infallible>(Response::new(text.into()))
/// });
/// let api = Api::builder(()).routes([Routes::new().mount("/old", old)]).build()?;
/// let response = TestApi::new(api).get("/old/items").await;
/// response.assert_text(200, "/items is served by the old program");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
pub trait HttpService:
    Service<Request, Response = http::Response<Self::Body>, Error: Into<BoxError>, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static
{
    /// The body of its responses.
    type Body: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static;
}

impl<V, B> HttpService for V
where
    V: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    V::Error: Into<BoxError>,
    V::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Body = B;
}

/// A `tower` layer that can be put around a route, a group of routes or an [`Api`](super::Api).
///
/// Implemented for every layer whose service takes [`Request`], responds with any HTTP body and
/// is `Clone + Send + Sync`; the layers of `tower-http` are.
///
/// To make a layer, write an async function for [`from_fn`](crate::layers::from_fn()). Implement
/// this trait if the layer has a configuration and a part in the contract:
///
/// ```
/// use fnurl::contract::Operation;
/// use fnurl::{Api, Route, RouteLayer, get, testing::TestApi};
/// use http::{HeaderName, HeaderValue};
/// use tower_http::set_header::SetResponseHeaderLayer;
///
/// /// Adds `x-served-by` to each response.
/// struct ServedBy(&'static str);
///
/// impl RouteLayer for ServedBy {
///     fn wrap(&self, inner: Route) -> Route {
///         let name = HeaderName::from_static("x-served-by");
///         let value = HeaderValue::from_static(self.0);
///         SetResponseHeaderLayer::overriding(name, value).wrap(inner)
///     }
///
///     fn describe(&self, operation: &mut Operation) {
///         operation.response_header_of_all::<String>("x-served-by");
///     }
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = Api::builder(()).at("/", get(async || "Hello!")).layer(ServedBy("blue")).build()?;
/// assert_eq!(TestApi::new(api).get("/").await.header("x-served-by"), Some("blue"));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
pub trait RouteLayer: Send + Sync + 'static {
    /// The route with this layer around it.
    ///
    /// It is called when the API is built: once for each route, or once for a whole API. It is
    /// never called while requests are served.
    fn wrap(&self, inner: Route) -> Route;

    /// Describes for the contract what the layer adds to responses and refuses. By default, it
    /// describes nothing; for layers of other crates, use
    /// [`describing`](crate::layers::describing()).
    fn describe(&self, _operation: &mut Operation) {}
}

impl<L> RouteLayer for L
where
    L: Layer<Route> + Send + Sync + 'static,
    L::Service: HttpService,
{
    fn wrap(&self, inner: Route) -> Route {
        of_service(self.layer(inner))
    }
}

/// Any service as a route.
pub(super) fn of_service<V>(service: V) -> Route
where
    V: HttpService,
{
    Route(Arc::new(ServiceEndpoint(service)))
}

/// The layers of a route, the outermost first.
pub(super) type Layers = Vec<Arc<dyn RouteLayer>>;

/// Puts `layers` around `route`. The last one goes around it first, so that the first one added is
/// the outermost: layers `[A, B]` around `R` give `A(B(R))`.
pub(super) fn wrap_all(layers: &Layers, route: Route) -> Route {
    layers
        .iter()
        .rev()
        .fold(route, |inner, layer| layer.wrap(inner))
}

struct ServiceEndpoint<V>(V);

impl<V> Endpoint for ServiceEndpoint<V>
where
    V: HttpService,
{
    fn call(self: Arc<Self>, request: Request) -> BoxFuture<Response> {
        let context = Context::of(&request);
        let service = self.0.clone();
        Box::pin(async move {
            let response = contained(async {
                let response = service.oneshot(request).await;
                response.map_err(|err| INTERNAL_ERROR.hiding(err))
            });
            match response.await {
                Ok(response) => response.map(Body::new),
                Err(problem) => context.render(problem),
            }
        })
    }
}
