//! One route at run time: a handler or a service, behind its layers.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt;
use tower::Service;

use crate::conditional::Conditions;
use crate::extract::KnownQuery;
use crate::handler::Handler;
use crate::message::{Body, BoxError, Context as RequestContext, Instead, Request, Response};
use crate::problem::{INTERNAL_ERROR, Problem};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A handler of requests that never fails and never panics.
pub(crate) trait Endpoint: Send + Sync {
    fn call(self: Arc<Self>, request: Request) -> BoxFuture<Response>;
}

/// A route as layers see it: a [`tower::Service`] that never fails.
///
/// A layer gets it as its inner service. Problems and panics inside are responses already, so a
/// layer never has to handle an error.
///
/// ```
/// use std::convert::Infallible;
///
/// use fnurl::{Api, Request, Route, get, testing::TestApi};
/// use http::HeaderValue;
/// use tower::ServiceExt;
/// use tower::layer::layer_fn;
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// // The same as `layers::from_fn`, written with `tower` alone.
/// let no_robots = layer_fn(|inner: Route| {
///     tower::service_fn(move |request: Request| {
///         let responding = inner.clone().oneshot(request);
///         async move {
///             let mut response = responding.await?;
///             response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("none"));
///             Ok::<_, Infallible>(response)
///         }
///     })
/// });
/// let api = Api::builder(()).at("/", get(async || "Hello!")).layer(no_robots).build()?;
/// assert_eq!(TestApi::new(api).get("/").await.header("x-robots-tag"), Some("none"));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Route(pub(crate) Arc<dyn Endpoint>);

impl Route {
    pub(crate) fn of_handler<S, A, H>(
        handler: Arc<H>,
        state: S,
        known_query: Option<KnownQuery>,
    ) -> Self
    where
        S: Send + Sync + 'static,
        A: 'static,
        H: Handler<S, A>,
    {
        Self(Arc::new(HandlerEndpoint {
            handler,
            state,
            known_query,
            arguments: PhantomData,
        }))
    }

    pub(crate) fn call_now(&self, request: Request) -> BoxFuture<Response> {
        Arc::clone(&self.0).call(request)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Route")
    }
}

impl<B> Service<http::Request<B>> for Route
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> ResponseFuture {
        ResponseFuture(self.call_now(request.map(Body::new)))
    }
}

/// The future of a [`Route`] or an [`Api`](super::Api).
pub struct ResponseFuture(pub(crate) BoxFuture<Response>);

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseFuture")
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

/// A handler with its state: the innermost endpoint of a route.
///
/// It responds in this order: a problem that the runtime has put into the request replaces the
/// handler; the handler runs, and a panic in it becomes a 500; the conditions of a read are applied
/// to a success (304 or 412); a problem is rendered in the format of the API.
struct HandlerEndpoint<S, A, H> {
    handler: Arc<H>,
    state: S,
    known_query: Option<KnownQuery>,
    arguments: PhantomData<fn(A)>,
}

impl<S, A, H> Endpoint for HandlerEndpoint<S, A, H>
where
    S: Send + Sync + 'static,
    A: 'static,
    H: Handler<S, A>,
{
    fn call(self: Arc<Self>, mut request: Request) -> BoxFuture<Response> {
        let context = RequestContext::of(&request);
        if let Some(problem) = Instead::take(&mut request) {
            return Box::pin(std::future::ready(context.render(problem)));
        }
        if let Some(known) = &self.known_query {
            request.extensions_mut().insert(known.clone());
        }
        let conditions = Conditions::of(&request);
        Box::pin(async move {
            let outcome = contained(self.handler.call(request, &self.state)).await;
            finished(outcome, conditions.as_ref(), &context)
        })
    }
}

/// The response that leaves a route. It is not generic, so the program contains it once and not
/// once for each handler.
#[inline(never)]
fn finished(
    outcome: Result<Response, Problem>,
    conditions: Option<&Conditions>,
    context: &RequestContext,
) -> Response {
    let outcome = match conditions {
        Some(conditions) => outcome.and_then(|response| conditions.apply(response)),
        None => outcome,
    };
    outcome.unwrap_or_else(|problem| context.render(problem))
}

/// Runs `future`; a panic in it becomes a problem.
pub(crate) async fn contained<T>(
    future: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    // The future's data is dropped with it, so no half-finished state can be seen afterwards.
    match AssertUnwindSafe(future).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => Err(INTERNAL_ERROR.hiding(panic_message(&*panic))),
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("without a message"))
}
