//! `Api`: routes, their state and their layers, ready to answer.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ALLOW, LOCATION};
use http::{HeaderValue, StatusCode};
use tower::Service;

use super::error::BuildError;
use super::layered::{Layers, RouteLayer, wrap_all};
use super::methods::MethodRoutes;
use super::route::{Answering, BoxFuture, Endpoint, Route, contained, render};
use super::routes::Routes;
use super::table::{Found, Table};
use super::template::MatchedRoute;
use crate::body::{Body, BoxError, Request, Response};
use crate::conditional::PreconditionsRequired;
#[cfg(feature = "contract")]
use crate::contract::{self, Contract};
use crate::invocation::Invocation;
use crate::problem::plain_text;
use crate::problem::{METHOD_NOT_ALLOWED, NOT_FOUND, Problem};

/// The most bytes that a request's body can have unless the API says otherwise: 1 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// A whole API: answers every request, and never fails.
///
/// Give it to [`run`](crate::run), test it with [`TestApi`](crate::testing::TestApi), or use it as
/// a [`tower::Service`]. Cloning is cheap.
///
/// ```
/// use fnurl::{Api, Path, get};
///
/// async fn hello(Path(name): Path<String>) -> String {
///     format!("Hello, {name}!")
/// }
///
/// let api = Api::builder(()).at("/hello/{name}", get(hello)).build()?;
/// # Ok::<(), fnurl::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    table: Arc<Table>,
    entry: Route,
}

/// Collects the routes and layers of an [`Api`].
#[must_use = "a builder does nothing until `build` is called"]
#[derive(Debug)]
pub struct ApiBuilder<S> {
    state: S,
    routes: Routes<S>,
    layers: LayerList,
    trailing_slash: TrailingSlash,
    body_limit: usize,
    requires_preconditions: bool,
}

struct LayerList(Layers);

impl fmt::Debug for LayerList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} layers", self.0.len())
    }
}

/// What happens to a path that only matches with its trailing slash removed or added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrailingSlash {
    /// `/items/` is another path than `/items`: 404 unless it has a route.
    #[default]
    Strict,
    /// `/items/` is served as `/items`, and the other way round.
    Ignore,
    /// 308 to the path that has a route.
    Redirect,
}

impl Api {
    /// An API whose handlers share `state`.
    pub const fn builder<S>(state: S) -> ApiBuilder<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        ApiBuilder {
            state,
            routes: Routes::new(),
            layers: LayerList(Vec::new()),
            trailing_slash: TrailingSlash::Strict,
            body_limit: DEFAULT_BODY_LIMIT,
            requires_preconditions: false,
        }
    }

    /// What the handlers' types say about every operation.
    #[cfg(feature = "contract")]
    #[must_use]
    pub fn contract(&self) -> Contract {
        contract::walk(self.0.table.routes())
    }

    /// The template of the route that has this path.
    #[cfg(feature = "contract-testing")]
    pub(crate) fn template_of(&self, path: &str) -> Option<String> {
        let matched = self.0.table.find(path)?;
        Some(matched.template().to_owned())
    }

    /// The route that `request` matches, which the log names even if there is no answer in time.
    pub(crate) fn route_of(&self, request: &Request) -> Option<MatchedRoute> {
        self.0.table.find(request.uri().path())
    }

    /// Answers `request`, whose path matched `route`.
    pub(crate) async fn answer(
        &self,
        mut request: Request,
        route: Option<MatchedRoute>,
    ) -> Response {
        let invocation = request.extensions().get::<Invocation>().cloned();
        // An API that is mounted in another must not take the other's match for its own.
        match route {
            Some(route) => request.extensions_mut().insert(route),
            None => request.extensions_mut().remove(),
        };
        let entry = self.0.entry.call_now(request);
        let outcome = contained(async { Ok(entry.await) }).await;
        let response = outcome.unwrap_or_else(|problem| render(problem, invocation.as_ref()));
        let request_id = invocation.as_ref().map(Invocation::request_id);
        plain_text::as_problem(response, request_id).await
    }
}

impl<S: Clone + Send + Sync + 'static> ApiBuilder<S> {
    /// Puts methods at a route template, see [`Routes::at`].
    pub fn at(mut self, template: &str, methods: MethodRoutes<S>) -> Self {
        self.routes = self.routes.at(template, methods);
        self
    }

    /// Adds sets of routes.
    pub fn routes(mut self, sets: impl IntoIterator<Item = Routes<S>>) -> Self {
        self.routes = sets.into_iter().fold(self.routes, Routes::merge);
        self
    }

    /// Adds a set of routes under a prefix, see [`Routes::nest`].
    pub fn nest(mut self, prefix: &str, routes: Routes<S>) -> Self {
        self.routes = self.routes.nest(prefix, routes);
        self
    }

    /// Serves the contract: `/openapi.json`, `/openapi.yaml`, and a page at `path` on which people
    /// read it and try it. The page asks no other host for anything.
    ///
    /// ```no_run
    /// # mod built { pub const JSON: &[u8] = b""; pub const YAML: &[u8] = b""; }
    /// use fnurl::Api;
    /// use fnurl::docs::{Gzipped, Published};
    ///
    /// let published = Published {
    ///     json: Gzipped::new(built::JSON), // include_bytes!(…), made by a build script
    ///     yaml: Gzipped::new(built::YAML),
    /// };
    /// let api = Api::builder(()).docs("/docs", published).build();
    /// ```
    #[cfg(feature = "docs")]
    pub fn docs(mut self, path: &str, published: crate::docs::Published) -> Self {
        self.routes = self.routes.merge(crate::docs::routes(path, published));
        self
    }

    /// Puts a layer around the whole API, 404 and 405 answers included; the first added is the
    /// outermost. Routes are matched before any layer runs, so that layers can read the
    /// [`MatchedRoute`]; a layer that rewrites the path does not change the route.
    pub fn layer(mut self, layer: impl RouteLayer) -> Self {
        self.layers.0.push(Arc::new(layer));
        self
    }

    /// What happens to a path with a slash too many or too few; strict unless set.
    pub const fn trailing_slash(mut self, policy: TrailingSlash) -> Self {
        self.trailing_slash = policy;
        self
    }

    /// Refuses with 428 every request to a handler that takes [`IfMatch`](crate::IfMatch) and
    /// that does not say which version it means (RFC 6585 §3).
    pub const fn require_preconditions(mut self) -> Self {
        self.requires_preconditions = true;
        self
    }

    /// The most bytes that a request's body can have; [`DEFAULT_BODY_LIMIT`] unless set.
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Checks the routes and makes the API.
    ///
    /// # Errors
    /// Every conflict between routes, and every path parameter that only one of template and
    /// handler knows.
    pub fn build(self) -> Result<Api, BuildError> {
        let table = Table::build(self.routes.into_entries(), &self.state).map_err(BuildError)?;
        let table = Arc::new(table);
        let dispatch = Route(Arc::new(Dispatch {
            table: Arc::clone(&table),
            trailing_slash: self.trailing_slash,
            body_limit: self.body_limit,
            requires_preconditions: self.requires_preconditions,
        }));
        let entry = wrap_all(&self.layers.0, dispatch);
        Ok(Api(Arc::new(Inner { table, entry })))
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = self.0.table.routes();
        f.debug_list()
            .entries(routes.map(|(method, template, _)| format!("{method} {template}")))
            .finish()
    }
}

impl<B> Service<http::Request<B>> for Api
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Answering {
        let api = self.clone();
        let request = request.map(Body::new);
        let route = self.route_of(&request);
        Answering(Box::pin(async move { api.answer(request, route).await }))
    }
}

/// An `Api` that is ready can be awaited like one that still has to be made.
impl IntoFuture for Api {
    type Output = Result<Self, Infallible>;
    type IntoFuture = Ready<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        ready(Ok(self))
    }
}

/// Hands a request to its route, inside the layers of the API.
struct Dispatch {
    table: Arc<Table>,
    trailing_slash: TrailingSlash,
    body_limit: usize,
    requires_preconditions: bool,
}

impl Endpoint for Dispatch {
    fn call(self: Arc<Self>, request: Request) -> BoxFuture<Response> {
        let invocation = request.extensions().get::<Invocation>().cloned();
        match self.dispatch(request) {
            Ok(answer) => answer,
            Err(problem) => Box::pin(ready(render(problem, invocation.as_ref()))),
        }
    }
}

impl Dispatch {
    fn dispatch(&self, mut request: Request) -> Result<BoxFuture<Response>, Problem> {
        let Some(mut matched) = request.extensions_mut().remove::<MatchedRoute>() else {
            return self.unmatched(request);
        };
        let path = Arc::clone(&matched.path);
        match path.answer(request.method()) {
            Found::Route(route) => {
                if !path.is_mounted() {
                    matched.decode()?;
                }
                request.extensions_mut().insert(matched);
                if self.requires_preconditions {
                    request.extensions_mut().insert(PreconditionsRequired);
                }
                let (parts, body) = request.into_parts();
                let body = body.limited(self.body_limit)?;
                Ok(route.call_now(Request::from_parts(parts, body)))
            }
            Found::Options => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                response
                    .headers_mut()
                    .extend(path.allow().map(|it| (ALLOW, it)));
                Ok(Box::pin(ready(response)))
            }
            Found::NotAllowed => {
                let problem = METHOD_NOT_ALLOWED.because(format_args!(
                    "`{}` has no method {}",
                    path.template,
                    request.method()
                ));
                Err(match path.allow() {
                    Some(allow) => problem.header(ALLOW, allow),
                    None => problem,
                })
            }
        }
    }

    fn unmatched(&self, mut request: Request) -> Result<BoxFuture<Response>, Problem> {
        let path = request.uri().path();
        let other = match path.strip_suffix('/') {
            Some(shorter) => shorter.to_owned(),
            None => format!("{path}/"),
        };
        let matched = match self.trailing_slash {
            TrailingSlash::Strict => None,
            TrailingSlash::Ignore | TrailingSlash::Redirect => self.table.find(&other),
        };
        match (matched, self.trailing_slash) {
            (Some(_), TrailingSlash::Redirect) => {
                Ok(Box::pin(ready(redirect(&other, request.uri().query())?)))
            }
            (Some(matched), _) => {
                request.extensions_mut().insert(matched);
                self.dispatch(request)
            }
            (None, _) => Err(NOT_FOUND.because(format_args!("no route matches `{path}`"))),
        }
    }
}

fn redirect(path: &str, query: Option<&str>) -> Result<Response, Problem> {
    let target = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    // `//host` would be another authority (RFC 3986 §4.2).
    let target = HeaderValue::try_from(target)
        .ok()
        .filter(|_| !path.starts_with("//"))
        .ok_or_else(|| NOT_FOUND.problem())?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, target);
    Ok(response)
}
