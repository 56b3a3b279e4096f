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

use super::dispatch::{Dispatch, with_other_slash};
use super::error::BuildError;
use super::layered::{Layers, RouteLayer, wrap_all};
use super::methods::MethodRoutes;
use super::route::{ResponseFuture, Route, contained};
use super::routes::Routes;
use super::table::Table;
use super::template::MatchedRoute;
#[cfg(feature = "contract")]
use crate::contract::{self, Contract};
use crate::idempotency::IdempotencyScope;
use crate::message::{
    Body, BoxError, Context as RequestContext, ErrorFormat, Instead, Invocation, Request, Response,
    Settings,
};
use crate::problem::Problem;
use crate::problem::plain_text;
use crate::syntax::paths::canonical;

/// Default maximum size of a request body, in bytes: 1 MiB.
///
/// Set another with [`ApiBuilder::body_limit`], and a stricter one for some routes with
/// [`layers::BodyLimit`](crate::layers::BodyLimit). Lambda itself carries events of up to 6 MB, in
/// which a binary body takes a third more room because it is base64.
///
/// Source of the outer limit: AWS Lambda Developer Guide, “Lambda quotas”.
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
///
/// Any `tower` server or test can call it, without Lambda. Then there is no
/// [`Invocation`], and no limit of time:
///
/// ```
/// use fnurl::{Api, get};
/// use tower::ServiceExt;
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = Api::builder(()).at("/hello", get(async || "Hello!")).build()?;
/// let request = http::Request::get("/hello").body(String::new())?;
/// let mut response = api.oneshot(request).await?;
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.body_mut().collect().await.map(|it| it.len()).ok(), Some(6));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    table: Arc<Table>,
    entry: Route,
    settings: Arc<Settings>,
    trailing_slash: TrailingSlash,
    #[cfg(feature = "contract")]
    layers: Layers,
}

/// Collects the routes and layers of an [`Api`].
///
/// Layers take effect in the order in which they are added; the order of everything else does not
/// matter. [`build`](Self::build) reports all mistakes at once.
///
/// ```
/// use fnurl::layers::{RequestId, SecurityHeaders};
/// use fnurl::{Api, Routes, State, TrailingSlash, get};
///
/// async fn greet(State(greeting): State<&'static str>) -> &'static str {
///     greeting
/// }
///
/// let health = Routes::new().at("/health", get(async || "up"));
/// let api = Api::builder("Hello!")
///     .layer(RequestId::new()) // the outermost: every response has the header
///     .layer(SecurityHeaders::new())
///     .at("/greeting", get(greet))
///     .routes([health])
///     .trailing_slash(TrailingSlash::Redirect)
///     .body_limit(64 * 1024)
///     .build()?;
/// # Ok::<(), fnurl::BuildError>(())
/// ```
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
///
/// A path with a route of its own is never changed. Choose [`Redirect`](Self::Redirect) if people
/// type URLs: each page keeps one address. Choose [`Ignore`](Self::Ignore) for clients that do not
/// follow redirects.
///
/// ```
/// use fnurl::{Api, TrailingSlash, get, testing::TestApi};
///
/// async fn items() -> &'static str { "items" }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = Api::builder(()).at("/items", get(items)).trailing_slash(TrailingSlash::Redirect);
/// let response = TestApi::new(api.build()?).get("/items/?page=2").await;
/// response.assert_status(308); // the method and the body stay (RFC 9110 §15.4.9)
/// assert_eq!(response.header("location"), Some("/items?page=2"));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrailingSlash {
    /// `/items/` and `/items` are different paths: 404 unless the path has a route.
    #[default]
    Strict,
    /// `/items/` is served as `/items`, and the other way round.
    Ignore,
    /// Redirects with 308 to the path that has a route.
    Redirect,
}

impl Api {
    /// An API whose handlers share `state`.
    ///
    /// Each request clones the state or the part of it that its handler takes, so put what is
    /// expensive to clone into an [`Arc`]. An API without a state has the state `()`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use fnurl::{Api, State, get};
    ///
    /// struct Store; // such as a client of DynamoDB
    ///
    /// async fn count(State(_store): State<Arc<Store>>) -> String {
    ///     "0".to_owned()
    /// }
    ///
    /// let api = Api::builder(Arc::new(Store)).at("/items/count", get(count)).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
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
    ///
    /// It is made anew on each call, and never while requests are served.
    ///
    /// ```
    /// use fnurl::{Api, get};
    ///
    /// async fn list() -> &'static str { "all" }
    /// async fn create(text: String) -> String { text }
    ///
    /// let api = Api::builder(()).at("/notes", get(list).post(create)).build()?;
    /// let contract = api.contract();
    /// let names = contract.operations.iter().map(|it| format!("{} {}", it.method, it.template));
    /// assert_eq!(names.collect::<Vec<_>>(), ["GET /notes", "POST /notes"]);
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    #[cfg(feature = "contract")]
    #[must_use]
    pub fn contract(&self) -> Contract {
        contract::walk(self.0.table.routes(), &self.0.layers, &self.0.settings)
    }

    /// The template of the route that has this path.
    #[cfg(feature = "contract-testing")]
    pub(crate) fn template_of(&self, path: &str) -> Option<String> {
        let matched = self.matched(&canonical(path))?;
        Some(matched.template().to_owned())
    }

    /// The request with its path in the canonical form that routes, layers and handlers see
    /// ([`canonical`]): `/%61dmin` cannot bypass a layer.
    ///
    /// The query string stays as it was sent: the extractors decode it, and a signature covers it.
    pub(crate) fn prepared(mut request: Request) -> Request {
        if let Cow::Owned(path) = canonical(request.uri().path()) {
            let target = match request.uri().query() {
                Some(query) => format!("{path}?{query}"),
                None => path,
            };
            // Only escapes were replaced, so it is still a URI.
            if let Ok(uri) = Uri::try_from(target) {
                *request.uri_mut() = uri;
            }
        }
        request
    }

    /// The route that `request` matches; the log names it even if the handler times out.
    pub(crate) fn route_of(&self, request: &Request) -> Option<MatchedRoute> {
        self.matched(request.uri().path())
    }

    fn matched(&self, path: &str) -> Option<MatchedRoute> {
        self.0
            .table
            .find(path)
            .or_else(|| match self.0.trailing_slash {
                TrailingSlash::Ignore => self.0.table.find(&with_other_slash(path)),
                TrailingSlash::Strict | TrailingSlash::Redirect => None,
            })
    }

    /// The response to `request`, whose path matched `route`.
    ///
    /// The order of the steps matters:
    ///
    /// 1. The context comes first, because every problem is rendered with it.
    /// 2. The match is put into the request before any layer runs, so that layers can read it.
    /// 3. Everything inside is called under [`contained`]: a panic in a layer is a 500 as well.
    /// 4. An error that a layer wrote as plain text becomes a problem last, when no layer can
    ///    replace its body any more.
    pub(crate) async fn respond(
        &self,
        mut request: Request,
        route: Option<MatchedRoute>,
    ) -> Response {
        let context = RequestContext::entering(&request, &self.0.settings);
        request.extensions_mut().insert(context.clone());
        // A mounted API must not use the match of the outer API.
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

    /// The response for a problem whose request is not available: no layer runs.
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
    ///
    /// ```
    /// use fnurl::{Api, Path, get};
    ///
    /// async fn list() -> &'static str { "all" }
    /// async fn read(Path(id): Path<u32>) -> String { format!("item {id}") }
    ///
    /// let api = Api::builder(()).at("/items", get(list)).at("/items/{id}", get(read)).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    pub fn at(mut self, template: &str, methods: MethodRoutes<S>) -> Self {
        self.routes = self.routes.at(template, methods);
        self
    }

    /// Adds sets of routes.
    ///
    /// Let each module of an application return its own set. All sets share the state of the API.
    ///
    /// ```
    /// use fnurl::{Api, Routes, get};
    ///
    /// mod items {
    ///     use fnurl::{Routes, get};
    ///
    ///     pub fn routes() -> Routes<()> {
    ///         Routes::new().at("/items", get(async || "items"))
    ///     }
    /// }
    ///
    /// let health = Routes::new().at("/health", get(async || "up"));
    /// let api = Api::builder(()).routes([health, items::routes()]).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    pub fn routes(mut self, sets: impl IntoIterator<Item = Routes<S>>) -> Self {
        self.routes = sets.into_iter().fold(self.routes, Routes::merge);
        self
    }

    /// Adds a set of routes under a prefix, see [`Routes::nest`].
    ///
    /// ```
    /// use fnurl::{Api, Routes, get, testing::TestApi};
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let v1 = Routes::new().at("/items", get(async || "items"));
    /// let api = TestApi::new(Api::builder(()).nest("/v1", v1).build()?);
    /// api.get("/v1/items").await.assert_text(200, "items");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn nest(mut self, prefix: &str, routes: Routes<S>) -> Self {
        self.routes = self.routes.nest(prefix, routes);
        self
    }

    /// Serves the contract: `/openapi.json`, `/openapi.yaml`, and a page at `path` where people can
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
    ///
    /// ```
    /// use fnurl::contract::openapi::Prose;
    /// use fnurl::{Api, get, testing::TestApi};
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let prose = Prose {
    ///     description: "Greets people.".to_owned(),
    ///     ..Prose::new("Greetings", "1.2")
    /// };
    /// let api = Api::builder(()).at("/hello", get(async || "Hello!")).docs("/docs").about(prose);
    /// let api = TestApi::new(api.build()?);
    /// let document: serde_json::Value = api.get("/openapi.json").await.json(200);
    /// assert_eq!(document["info"]["title"], "Greetings");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    #[cfg(all(feature = "docs", feature = "contract"))]
    pub fn about(mut self, prose: crate::contract::openapi::Prose) -> Self {
        self.prose = prose;
        self
    }

    /// Puts a layer around the whole API, including 404 and 405 responses; the first added is the
    /// outermost. Routes are matched before any layer runs, so that layers can read the
    /// [`MatchedRoute`]; a layer that rewrites the path does not change the route.
    ///
    /// ```
    /// use fnurl::layers::{RequestId, SecurityHeaders};
    /// use fnurl::{Api, get, testing::TestApi};
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = Api::builder(())
    ///     .at("/", get(async || "Hello!"))
    ///     .layer(RequestId::new()) // sees the request first and the response last
    ///     .layer(SecurityHeaders::new());
    /// let response = TestApi::new(api.build()?).get("/nowhere").await;
    /// response.assert_status(404);
    /// assert!(response.header("x-request-id").is_some());
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn layer(mut self, layer: impl RouteLayer) -> Self {
        self.layers.0.push(Arc::new(layer));
        self
    }

    /// Sets the format of every error response, instead of RFC 9457.
    ///
    /// Statuses, headers and log lines stay as they are; only the body changes. See [`ErrorFormat`]
    /// for the types that it can be made from.
    ///
    /// ```
    /// use fnurl::{Api, ErrorFormat, Problem, get, testing::TestApi};
    /// use schemars::JsonSchema;
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize, JsonSchema)]
    /// struct Failure { message: String }
    ///
    /// impl From<&Problem> for Failure {
    ///     fn from(problem: &Problem) -> Self {
    ///         Self { message: problem.to_string() }
    ///     }
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = Api::builder(())
    ///     .at("/", get(async || "Hello!"))
    ///     .error_format(ErrorFormat::json::<Failure>());
    /// let failure = TestApi::new(api.build()?).get("/nowhere").await.problem(404);
    /// assert_eq!(failure["message"], "no route matches `/nowhere`");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn error_format(mut self, format: ErrorFormat) -> Self {
        self.settings.error_format = Some(Arc::new(format));
        self
    }

    /// Also accepts merge patches as `application/json`, for clients that send only that media
    /// type. The cost: a whole representation that is sent by mistake is read as a patch.
    ///
    /// ```
    /// use fnurl::{Api, Json, Patch, Problem, patch, testing::TestApi};
    /// # use schemars::JsonSchema;
    /// # use serde::{Deserialize, Serialize};
    /// # use validator::Validate;
    ///
    /// #[derive(Deserialize, Serialize, Validate, JsonSchema)]
    /// struct Lamp { watts: u32 }
    ///
    /// async fn change(patch: Patch<Lamp>) -> Result<Json<Lamp>, Problem> {
    ///     patch.apply(&Lamp { watts: 7 }).map(Json)
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = Api::builder(()).at("/lamp", patch(change)).patch_accepts_json();
    /// let api = TestApi::new(api.build()?);
    /// let lamp: Lamp = api.patch("/lamp").json(&serde_json::json!({"watts": 9})).await.json(200);
    /// assert_eq!(lamp.watts, 9);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn patch_accepts_json(mut self) -> Self {
        self.settings.patch_reads_json = true;
        self
    }

    /// Sets which callers share an idempotency key; the sessions of one role, unless set.
    ///
    /// ```
    /// use fnurl::{Api, IdempotencyScope};
    ///
    /// // Each person has a session of the same role: their keys must not meet.
    /// let api = Api::builder(()).idempotency_scope(IdempotencyScope::Session).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    pub fn idempotency_scope(mut self, scope: IdempotencyScope) -> Self {
        self.settings.idempotency_scope = scope;
        self
    }

    /// Sets how a path with a missing or extra trailing slash is treated; strict unless set.
    ///
    /// ```
    /// use fnurl::{Api, TrailingSlash, get, testing::TestApi};
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = Api::builder(()).at("/items", get(async || "items"));
    /// let api = TestApi::new(api.trailing_slash(TrailingSlash::Ignore).build()?);
    /// api.get("/items/").await.assert_text(200, "items");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn trailing_slash(mut self, policy: TrailingSlash) -> Self {
        self.trailing_slash = policy;
        self
    }

    /// Requires preconditions: if a handler takes [`Preconditions`](crate::Preconditions), a
    /// request without one gets 428 (RFC 6585 §3).
    ///
    /// So no client can overwrite a change that it has not seen. `If-Match: *` is a precondition,
    /// too.
    ///
    /// ```
    /// use fnurl::{Api, NoContent, Preconditions, Problem, delete, testing::TestApi};
    ///
    /// async fn remove(preconditions: Preconditions) -> Result<NoContent, Problem> {
    ///     preconditions.check("7", None)?;
    ///     Ok(NoContent)
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = Api::builder(()).at("/item", delete(remove)).require_preconditions();
    /// let api = TestApi::new(api.build()?);
    /// let _ = api.delete("/item").await.problem(428);
    /// api.delete("/item").if_match("\"7\"").await.assert_status(204);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn require_preconditions(mut self) -> Self {
        self.settings.requires_preconditions = true;
        self
    }

    /// Sets the maximum size of a request body, in bytes; [`DEFAULT_BODY_LIMIT`] unless set.
    ///
    /// A longer body is refused with 413 before the handler and the layers of its route run. The
    /// bytes are those after base64 decoding; a compressed body counts as it was sent.
    ///
    /// ```
    /// use fnurl::{Api, post, testing::TestApi};
    ///
    /// async fn echo(text: String) -> String { text }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/", post(echo)).body_limit(3).build()?);
    /// let problem = api.post("/").text("text/plain", "four").await.problem(413);
    /// assert_eq!(problem["limit"], 3);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Checks the routes and makes the API.
    ///
    /// ```
    /// use fnurl::{Api, Path, delete, get};
    ///
    /// async fn list() -> &'static str { "all" }
    /// async fn read(Path(id): Path<u32>) -> String { format!("item {id}") }
    ///
    /// let error = Api::builder(())
    ///     .at("/items/{id}", get(list)) // nothing reads `id`
    ///     .at("/items/{itemId}", delete(read)) // the same paths under another name
    ///     .build()
    ///     .unwrap_err();
    /// assert_eq!(error.errors().len(), 2);
    /// ```
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
            trailing_slash: self.trailing_slash,
            #[cfg(feature = "contract")]
            layers: self.layers.0,
        }));
        #[cfg(all(feature = "docs", feature = "contract"))]
        if let Some(document) = self.live_document {
            // The API owns the route that owns the document. A strong reference to the API would
            // be a cycle.
            let (inner, prose) = (Arc::downgrade(&api.0), self.prose);
            document.made_by(move || {
                let api = Api(inner.upgrade().ok_or("the API was dropped")?);
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
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> ResponseFuture {
        let api = self.clone();
        let request = Self::prepared(request.map(Body::new));
        let route = self.route_of(&request);
        ResponseFuture(Box::pin(async move { api.respond(request, route).await }))
    }
}

/// An `Api` that is ready can be awaited like one that still has to be made, so [`run`] takes both.
///
/// ```no_run
/// use fnurl::{Api, get};
///
/// let api = Api::builder(()).at("/", get(async || "Hello!")).build()?;
/// fnurl::run(api); // or `fnurl::run(async { … })`, to connect to a store first
/// # Ok::<(), fnurl::BuildError>(())
/// ```
///
/// [`run`]: crate::run
impl IntoFuture for Api {
    type Output = Result<Self, Infallible>;
    type IntoFuture = Ready<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        ready(Ok(self))
    }
}
