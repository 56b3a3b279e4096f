//! The methods of one path.

use std::fmt;
use std::sync::Arc;

use http::Method;

use super::layered::{Layers, RouteLayer, wrap_all};
use super::route::Route;
use crate::contract::Describe;
use crate::extract::{KnownQuery, Reads};
use crate::handler::Handler;

/// Handlers by method, to be put at a path with [`Routes::at`](super::Routes::at).
///
/// ```
/// use fnurl::{get, Routes};
///
/// async fn list() -> &'static str { "all" }
/// async fn create() -> &'static str { "made" }
///
/// let routes = Routes::<()>::new().at("/items", get(list).post(create));
/// ```
#[must_use = "methods do nothing until they are put at a path"]
pub struct MethodRoutes<S> {
    pub(super) methods: Vec<(Method, Staged<S>)>,
    layers: Layers,
}

/// A route that waits for the state.
pub(super) struct Staged<S> {
    pub(super) make: Box<dyn FnOnce(&S) -> Route + Send>,
    pub(super) layers: Layers,
    pub(super) describe: Describe,
    pub(super) reads: Reads,
}

impl<S> Staged<S> {
    pub(super) fn finish(self, state: &S) -> Route {
        wrap_all(&self.layers, (self.make)(state))
    }

    /// Puts `outer` around the existing layers.
    pub(super) fn add_layers(&mut self, outer: &Layers) {
        self.layers.splice(0..0, outer.iter().cloned());
    }
}

impl<S: Clone + Send + Sync + 'static> MethodRoutes<S> {
    const fn new() -> Self {
        Self {
            methods: Vec::new(),
            layers: Vec::new(),
        }
    }

    /// Handles `method` with `handler`.
    ///
    /// For methods without a function of their own here, such as those of WebDAV (RFC 4918).
    ///
    /// ```
    /// use fnurl::{Routes, get};
    /// use http::Method;
    ///
    /// async fn read() -> &'static str { "one" }
    /// async fn copy() {}
    ///
    /// let methods = get(read).on(Method::from_bytes(b"COPY")?, copy);
    /// let routes = Routes::<()>::new().at("/item", methods);
    /// # Ok::<(), http::method::InvalidMethod>(())
    /// ```
    pub fn on<A: 'static>(mut self, method: Method, handler: impl Handler<S, A>) -> Self {
        self.methods.push((method, staged(handler)));
        self
    }

    /// Puts a layer around all methods here, including those added later; the first is outermost.
    ///
    /// ```
    /// use fnurl::layers::BodyLimit;
    /// use fnurl::{Api, get, testing::TestApi};
    ///
    /// async fn read() -> &'static str { "small" }
    /// async fn replace(text: String) -> String { text }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = Api::builder(()).at("/note", get(read).put(replace).layer(BodyLimit::new(10)));
    /// let api = TestApi::new(api.build()?);
    /// let _ = api.put("/note").text("text/plain", "more than ten").await.problem(413);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn layer(mut self, layer: impl RouteLayer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// The methods, each with its layers.
    pub(super) fn into_methods(mut self) -> Vec<(Method, Staged<S>)> {
        for (_, staged) in &mut self.methods {
            staged.add_layers(&self.layers);
        }
        self.methods
    }
}

fn staged<S, A, H>(handler: H) -> Staged<S>
where
    S: Clone + Send + Sync + 'static,
    A: 'static,
    H: Handler<S, A>,
{
    let mut reads = Reads::default();
    H::reads(&mut reads);
    let known_query = KnownQuery::of(&reads);
    Staged {
        make: Box::new(move |state: &S| {
            Route::of_handler::<S, A, H>(Arc::new(handler), state.clone(), known_query)
        }),
        layers: Vec::new(),
        // Without the feature, nothing refers to them, so the program does not contain them.
        describe: if cfg!(feature = "contract") {
            H::describe
        } else {
            |_| {}
        },
        reads,
    }
}

impl<S> fmt::Debug for MethodRoutes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.methods.iter().map(|(method, _)| method))
            .finish()
    }
}

/// The method QUERY (RFC 10008): a safe request whose parameters are in its body.
pub(crate) fn query_method() -> Method {
    // `QUERY` is a valid token, so this cannot fail; the `http` crate has no constant for it yet.
    Method::from_bytes(b"QUERY").unwrap_or(Method::GET)
}

impl<S: Clone + Send + Sync + 'static> MethodRoutes<S> {
    /// Handles QUERY with `handler`; see [`query`].
    pub fn query<A: 'static>(self, handler: impl Handler<S, A>) -> Self {
        self.on(query_method(), handler)
    }
}

/// Handles QUERY with `handler`: a safe request like GET, whose parameters are in a body.
///
/// Responses can be conditional, as for GET. OpenAPI 3.1 does not support this method, so it is
/// not in the document.
///
/// ```
/// use fnurl::{Api, Json, query};
/// # use schemars::JsonSchema;
/// # use serde::Deserialize;
/// # use validator::Validate;
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// struct Search {
///     #[validate(length(max = 100))]
///     words: Vec<String>,
/// }
///
/// async fn search(Json(search): Json<Search>) -> String {
///     search.words.join(" and ")
/// }
///
/// let api = Api::builder(()).at("/items", query(search)).build()?;
/// # Ok::<(), fnurl::BuildError>(())
/// ```
///
/// Source: RFC 10008.
pub fn query<S, A>(handler: impl Handler<S, A>) -> MethodRoutes<S>
where
    S: Clone + Send + Sync + 'static,
    A: 'static,
{
    on(query_method(), handler)
}

/// Handles `method` with `handler`, for methods without a function of their own here.
///
/// A method that OpenAPI does not know is served, but is not in the document.
///
/// ```
/// use fnurl::{Api, on};
/// use http::Method;
///
/// async fn purge() {}
///
/// let purge = on(Method::from_bytes(b"PURGE").unwrap(), purge);
/// let api = Api::builder(()).at("/cache", purge).build()?;
/// # Ok::<(), fnurl::BuildError>(())
/// ```
pub fn on<S, A>(method: Method, handler: impl Handler<S, A>) -> MethodRoutes<S>
where
    S: Clone + Send + Sync + 'static,
    A: 'static,
{
    MethodRoutes::new().on(method, handler)
}

macro_rules! methods {
    ($($(#[$doc:meta])+ $name:ident $method:ident)+) => {
        impl<S: Clone + Send + Sync + 'static> MethodRoutes<S> {
            $($(#[$doc])+
            pub fn $name<A: 'static>(self, handler: impl Handler<S, A>) -> Self {
                self.on(Method::$method, handler)
            })+
        }

        $($(#[$doc])+
        pub fn $name<S, A>(handler: impl Handler<S, A>) -> MethodRoutes<S>
        where
            S: Clone + Send + Sync + 'static,
            A: 'static,
        {
            on(Method::$method, handler)
        })+
    };
}

methods! {
    /// Handles GET with `handler`, and HEAD too, unless HEAD has its own handler.
    ///
    /// A response with an `ETag` or a `Last-Modified` is conditional: see
    /// [`WithETag`](crate::WithETag).
    ///
    /// ```
    /// use fnurl::{Api, Path, get};
    ///
    /// async fn read(Path(id): Path<u32>) -> String { format!("item {id}") }
    ///
    /// let api = Api::builder(()).at("/items/{id}", get(read)).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    ///
    /// Source: RFC 9110 §9.3.1 and §9.3.2.
    get GET
    /// Handles POST with `handler`.
    ///
    /// ```
    /// use fnurl::{Api, Created, post};
    ///
    /// async fn create(text: String) -> Created<String> { Created::at("/notes/1", text) }
    ///
    /// let api = Api::builder(()).at("/notes", post(create)).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    ///
    /// Source: RFC 9110 §9.3.3. To make it safe to repeat, take an
    /// [`Idempotency`](crate::Idempotency).
    post POST
    /// Handles PUT with `handler`: replaces the representation as a whole.
    ///
    /// ```
    /// use fnurl::{Api, NoContent, Preconditions, Problem, put};
    ///
    /// async fn replace(expected: Preconditions, text: String) -> Result<NoContent, Problem> {
    ///     expected.check("7", None)?; // and write `text` in the same step of the store
    ///     Ok(NoContent)
    /// }
    ///
    /// let api = Api::builder(()).at("/note", put(replace)).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    ///
    /// Source: RFC 9110 §9.3.4.
    put PUT
    /// Handles PATCH with `handler`; a [`Patch`](crate::Patch) reads the changes.
    ///
    /// Source: RFC 5789 §2.
    patch PATCH
    /// Handles DELETE with `handler`.
    ///
    /// ```
    /// use fnurl::{Api, NoContent, Path, delete};
    ///
    /// async fn remove(Path(_id): Path<u32>) -> NoContent { NoContent }
    ///
    /// let api = Api::builder(()).at("/items/{id}", delete(remove)).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    ///
    /// Source: RFC 9110 §9.3.5.
    delete DELETE
    /// Handles HEAD with `handler`, instead of GET's handler.
    ///
    /// For a GET that is expensive. The body of the response is never sent.
    ///
    /// Source: RFC 9110 §9.3.2.
    head HEAD
    /// Handles OPTIONS with `handler`, instead of the list of methods.
    ///
    /// Without it, the router responds with 204, `Allow`, and the media types that POST, PATCH and
    /// QUERY read (`Accept-Post`, `Accept-Patch`, `Accept-Query`).
    ///
    /// Source: RFC 9110 §9.3.7.
    options OPTIONS
}
