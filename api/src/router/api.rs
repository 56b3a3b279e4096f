//! `Api`: routes, their state and their layers, ready to serve requests.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Uri;
use tower::Service;

use super::dispatch::Dispatch;
use super::error::BuildError;
use super::layered::{Layers, RouteLayer, wrap_all};
use super::methods::MethodRoutes;
use super::route::{Answering, Route, contained};
use super::routes::Routes;
use super::table::Table;
use super::template::MatchedRoute;
use crate::body::{Body, BoxError, Request, Response};
use crate::context::{Context as RequestContext, ErrorFormat, Instead, Settings};
#[cfg(feature = "contract")]
use crate::contract::{self, Contract};
use crate::idempotency::IdempotencyScope;
use crate::invocation::Invocation;
use crate::problem::Problem;
use crate::problem::plain_text;
use crate::syntax::paths::canonical;

/// Default maximum size of a request body, in bytes: 1 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// A complete API: it responds to every request, and never fails.
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
    settings: Arc<Settings>,
    #[cfg(feature = "contract")]
    layers: Layers,
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
    settings: Settings,
    #[cfg(all(feature = "docs", feature = "contract"))]
    live_document: Option<Arc<crate::docs::LiveDocument>>,
    #[cfg(all(feature = "docs", feature = "contract"))]
    prose: crate::contract::openapi::Prose,
}

struct LayerList(Layers);

impl fmt::Debug for LayerList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} layers", self.0.len())
    }
}

/// The treatment of a path that only matches with its trailing slash removed or added.
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
    pub fn builder<S>(state: S) -> ApiBuilder<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        ApiBuilder {
            state,
            routes: Routes::new(),
            layers: LayerList(Vec::new()),
            trailing_slash: TrailingSlash::Strict,
            body_limit: DEFAULT_BODY_LIMIT,
            settings: Settings {
                error_format: None,
                requires_preconditions: false,
                patch_reads_json: false,
                idempotency_scope: IdempotencyScope::Role,
            },
            #[cfg(all(feature = "docs", feature = "contract"))]
            live_document: None,
            #[cfg(all(feature = "docs", feature = "contract"))]
            prose: crate::contract::openapi::Prose::default(),
        }
    }

    /// The contract: every operation, described by the types of its handler.
    #[cfg(feature = "contract")]
    #[must_use]
    pub fn contract(&self) -> Contract {
        contract::walk(self.0.table.routes(), &self.0.layers, &self.0.settings)
    }

    /// The template of the route that has this path.
    #[cfg(feature = "contract-testing")]
    pub(crate) fn template_of(&self, path: &str) -> Option<String> {
        let matched = self.0.table.find(&canonical(path))?;
        Some(matched.template().to_owned())
    }

    /// The request with its path in the canonical form that routes, layers and handlers see
    /// ([`canonical`]): `/%61dmin` cannot bypass a layer.
    pub(crate) fn prepared(mut request: Request) -> Request {
        if let Cow::Owned(path) = canonical(request.uri().path()) {
            let target = match request.uri().query() {
                Some(query) => format!("{path}?{query}"),
                None => path,
            };
            // Only escapes were replaced, so that it is still a URI.
            if let Ok(uri) = Uri::try_from(target) {
                *request.uri_mut() = uri;
            }
        }
        request
    }

    /// The route that `request` matches; the log names it even if there is no response in time.
    pub(crate) fn route_of(&self, request: &Request) -> Option<MatchedRoute> {
        self.0.table.find(request.uri().path())
    }

    /// The response to `request`, whose path matched `route`.
    pub(crate) async fn respond(
        &self,
        mut request: Request,
        route: Option<MatchedRoute>,
    ) -> Response {
        let context = RequestContext::entering(&request, &self.0.settings);
        request.extensions_mut().insert(context.clone());
        // An API that is mounted in another must not take the other's match for its own.
        match route {
            Some(route) => request.extensions_mut().insert(route),
            None => request.extensions_mut().remove(),
        };
        let entry = self.0.entry.call_now(request);
        let outcome = contained(async { Ok(entry.await) }).await;
        let response = outcome.unwrap_or_else(|problem| context.render(problem));
        plain_text::as_problem(response, &context).await
    }

    /// Responds to `request` with `problem`, through the layers of the request and without its
    /// handler.
    pub(crate) async fn respond_with(
        &self,
        mut request: Request,
        route: Option<MatchedRoute>,
        problem: Problem,
    ) -> Response {
        request.extensions_mut().insert(Instead::new(problem));
        self.respond(request, route).await
    }

    /// The response for a problem without its request, and so without any layer.
    pub(crate) fn render(&self, invocation: &Invocation, problem: Problem) -> Response {
        let mut request = Request::default();
        request.extensions_mut().insert(invocation.clone());
        RequestContext::entering(&request, &self.0.settings).render(problem)
    }

    /// The API's own error format, if it is not RFC 9457.
    pub(crate) fn error_format(&self) -> Option<&Arc<ErrorFormat>> {
        self.0.settings.error_format.as_ref()
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
    /// read it and try it. The page loads nothing from other hosts.
    ///
    /// The document is made from the handlers on the first request for it. Its title and version
    /// are those of the handlers' package; [`about`](Self::about) sets more.
    ///
    /// ```
    /// use fnurl::{Api, get, testing::TestApi};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// async fn hello() -> &'static str { "Hello!" }
    ///
    /// let api = TestApi::new(Api::builder(()).at("/hello", get(hello)).docs("/docs").build()?);
    /// let document: serde_json::Value = api.get("/openapi.json").await.json(200);
    /// assert_eq!(document["paths"]["/hello"]["get"]["summary"], "Hello");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    #[cfg(all(feature = "docs", feature = "contract"))]
    pub fn docs(mut self, path: &str) -> Self {
        let document = Arc::new(crate::docs::LiveDocument::default());
        let source = crate::docs::Source::Live(Arc::clone(&document));
        self.routes = self.routes.merge(crate::docs::routes(path, source));
        self.live_document = Some(document);
        self
    }

    /// Serves a document that was made before, usually by a build script. Such a program can be
    /// built without the feature `contract`, and is smaller.
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
    /// let api = Api::builder(()).published_docs("/docs", published).build();
    /// ```
    #[cfg(feature = "docs")]
    pub fn published_docs(mut self, path: &str, published: crate::docs::Published) -> Self {
        let source = crate::docs::Source::Published(published);
        self.routes = self.routes.merge(crate::docs::routes(path, source));
        self
    }

    /// Sets the texts that the handlers' types cannot provide, for the document of
    /// [`docs`](Self::docs).
    #[cfg(all(feature = "docs", feature = "contract"))]
    pub fn about(mut self, prose: crate::contract::openapi::Prose) -> Self {
        self.prose = prose;
        self
    }

    /// Puts a layer around the whole API, including 404 and 405 responses; the first added is the
    /// outermost. Routes are matched before any layer runs, so that layers can read the
    /// [`MatchedRoute`]; a layer that rewrites the path does not change the route.
    pub fn layer(mut self, layer: impl RouteLayer) -> Self {
        self.layers.0.push(Arc::new(layer));
        self
    }

    /// Sets the format of every error response, instead of RFC 9457.
    pub fn error_format(mut self, format: ErrorFormat) -> Self {
        self.settings.error_format = Some(Arc::new(format));
        self
    }

    /// Accepts merge patches as `application/json`, too, for clients that know no other media type.
    /// The price: a whole representation that is sent by mistake is read as a patch.
    pub fn patch_accepts_json(mut self) -> Self {
        self.settings.patch_reads_json = true;
        self
    }

    /// Sets which callers share an idempotency key; the sessions of one role, unless set.
    pub fn idempotency_scope(mut self, scope: IdempotencyScope) -> Self {
        self.settings.idempotency_scope = scope;
        self
    }

    /// Sets how a path with a missing or extra trailing slash is treated; strict unless set.
    pub fn trailing_slash(mut self, policy: TrailingSlash) -> Self {
        self.trailing_slash = policy;
        self
    }

    /// Refuses with 428 every request to a handler that takes
    /// [`Preconditions`](crate::Preconditions) and that has none (RFC 6585 §3).
    pub fn require_preconditions(mut self) -> Self {
        self.settings.requires_preconditions = true;
        self
    }

    /// Sets the maximum size of a request body, in bytes; [`DEFAULT_BODY_LIMIT`] unless set.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Checks the routes and makes the API.
    ///
    /// # Errors
    /// Every conflict between routes, and every path parameter that is only in the template or only
    /// in the handler.
    pub fn build(self) -> Result<Api, BuildError> {
        let table = Table::build(self.routes.into_entries(), &self.state).map_err(BuildError)?;
        let table = Arc::new(table);
        let dispatch = Route(Arc::new(Dispatch {
            table: Arc::clone(&table),
            trailing_slash: self.trailing_slash,
            body_limit: self.body_limit,
        }));
        let entry = wrap_all(&self.layers.0, dispatch);
        let settings = Arc::new(self.settings);
        let api = Api(Arc::new(Inner {
            table,
            entry,
            settings,
            #[cfg(feature = "contract")]
            layers: self.layers.0,
        }));
        #[cfg(all(feature = "docs", feature = "contract"))]
        if let Some(document) = self.live_document {
            // The API holds the route that holds the document: it must not hold the API in turn.
            let (inner, prose) = (Arc::downgrade(&api.0), self.prose);
            document.made_by(move || {
                let api = Api(inner.upgrade().ok_or("the API is gone")?);
                let document = api.contract().openapi(&prose);
                let document = document.map_err(|err| err.to_string())?;
                serde_json::to_vec(&document).map_err(|err| err.to_string())
            });
        }
        Ok(api)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.table.names()).finish()
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
        let request = Self::prepared(request.map(Body::new));
        let route = self.route_of(&request);
        Answering(Box::pin(async move { api.respond(request, route).await }))
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
