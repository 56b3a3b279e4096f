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

    /// Puts `outer` around the layers that are there.
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
    pub fn on<A: 'static>(mut self, method: Method, handler: impl Handler<S, A>) -> Self {
        self.methods.push((method, staged(handler)));
        self
    }

    /// Puts a layer around every method here, also those added later; the first is the outermost.
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
        // Without the feature nothing refers to them, and they are not part of the program.
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
    // A method is a token, and this is one; there is no constant of it yet.
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

/// Handles `method` with `handler`.
pub fn on<S, A>(method: Method, handler: impl Handler<S, A>) -> MethodRoutes<S>
where
    S: Clone + Send + Sync + 'static,
    A: 'static,
{
    MethodRoutes::new().on(method, handler)
}

macro_rules! methods {
    ($($name:ident $method:ident $doc:literal)+) => {
        impl<S: Clone + Send + Sync + 'static> MethodRoutes<S> {
            $(#[doc = $doc]
            pub fn $name<A: 'static>(self, handler: impl Handler<S, A>) -> Self {
                self.on(Method::$method, handler)
            })+
        }

        $(#[doc = $doc]
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
    get GET "Handles GET with `handler`, and HEAD too, unless HEAD has its own handler."
    post POST "Handles POST with `handler`."
    put PUT "Handles PUT with `handler`."
    patch PATCH "Handles PATCH with `handler`."
    delete DELETE "Handles DELETE with `handler`."
    head HEAD "Handles HEAD with `handler`, instead of GET's handler."
    options OPTIONS "Handles OPTIONS with `handler`, instead of the list of methods."
}
