//! `tower` layers around routes.

use std::sync::Arc;

use bytes::Bytes;
use tower::{Layer, Service, ServiceExt};

use super::route::{BoxFuture, Endpoint, Route, contained};
use crate::body::{Body, BoxError, Request, Response};
use crate::context::Context;
use crate::contract::Operation;
use crate::problem::INTERNAL_ERROR;

/// A `tower` service that responds to a [`Request`] with any HTTP body: what a layer makes of a
/// route, and what can be mounted under a prefix. Implemented for every such service.
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
pub trait RouteLayer: Send + Sync + 'static {
    /// The route with this layer around it.
    fn wrap(&self, inner: Route) -> Route;

    /// Says what the layer adds to responses and refuses, for the contract. Of layers that are not
    /// the framework's nothing is known: say it with [`describing`](crate::layers::describing()).
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
