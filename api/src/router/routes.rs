//! `Routes`: sets of routes, as applications write them.

use std::fmt;
use std::sync::Arc;

use super::api::Api;
use super::entry::{Entry, Methods, prefix_mistake};
use super::error::BuildError;
use super::layered::{HttpService, Layers, RouteLayer};
use super::methods::{MethodRoutes, Staged};
use super::mount;
use crate::contract::Operation;
use crate::extract::{PathReads, Reads};

/// A set of routes that share a state `S`.
///
/// ```
/// use fnurl::{get, Routes};
///
/// async fn list() -> &'static str { "all" }
/// async fn read() -> &'static str { "one" }
///
/// let items = Routes::<()>::new().at("/", get(list)).at("/newest", get(read));
/// let api = Routes::new().nest("/items", items); // GET /items, GET /items/newest
/// ```
#[must_use = "routes do nothing until an `Api` is built from them"]
pub struct Routes<S> {
    pub(super) entries: Vec<Entry<S>>,
    layers: Layers,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// An empty set of routes.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            layers: Vec::new(),
        }
    }

    /// Puts methods at a route template such as `/items/{itemId}`.
    ///
    /// - `{name}` takes one segment, or the rest of one: `/img-{id}.png`.
    /// - `{*rest}` at the end takes all remaining segments.
    /// - Literal text is written plainly (`/café`, `/with space`) or percent-encoded; both are the
    ///   same route. A literal brace is doubled: `{{`.
    ///
    /// The template is compared with the path as it was sent, still percent-encoded, so that an
    /// escaped slash (`%2F`) never changes the route. Unnecessary escapes (`%7E` for `~`) make no
    /// difference: see RFC 3986 §6.2.2.2.
    ///
    /// A template that is not valid, two routes for the same paths, and a parameter that the
    /// handler does not read are mistakes that [`build`](super::ApiBuilder::build) reports.
    ///
    /// ```
    /// use fnurl::{Api, Path, Routes, get, testing::TestApi};
    ///
    /// async fn show(Path(name): Path<String>) -> String { name }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let routes = Routes::new()
    ///     .at("/items/{itemId}", get(show))
    ///     .at("/img-{id}.png", get(show))
    ///     .at("/files/{*path}", get(show));
    /// let api = TestApi::new(Api::builder(()).routes([routes]).build()?);
    /// api.get("/items/a%2Fb").await.assert_text(200, "a/b"); // one segment
    /// api.get("/img-7.png").await.assert_text(200, "7");
    /// api.get("/files/2026/report").await.assert_text(200, "2026/report");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    ///
    /// # Problems
    /// 404 for a path without a route, 405 with `Allow` for a method without one, 400 for a
    /// parameter whose escapes are not valid.
    pub fn at(mut self, template: &str, methods: MethodRoutes<S>) -> Self {
        for (method, staged) in methods.into_methods() {
            let template = template.to_owned();
            self.entries
                .push(Entry::new(template, Methods::One(method), staged));
        }
        self
    }

    /// Adds all routes of `other`, with their layers.
    ///
    /// The layers of `self` go around the routes of `other`, too, outside of their own.
    ///
    /// ```
    /// use fnurl::{Routes, get};
    ///
    /// let public = Routes::<()>::new().at("/health", get(async || "up"));
    /// let items = Routes::new().at("/items", get(async || "items"));
    /// let all = public.merge(items);
    /// ```
    pub fn merge(mut self, other: Self) -> Self {
        self.entries.extend(other.into_entries());
        self
    }

    /// Adds all routes of `other` under `prefix`; its `/` becomes the prefix itself.
    ///
    /// The prefix may have parameters; the handlers of `other` must read them.
    ///
    /// ```
    /// use fnurl::{Api, Path, Routes, get, testing::TestApi};
    ///
    /// async fn lines(Path(order): Path<u32>) -> String { format!("lines of {order}") }
    /// async fn line(Path((order, line)): Path<(u32, u8)>) -> String { format!("{order}, {line}") }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let lines = Routes::new().at("/", get(lines)).at("/{line}", get(line));
    /// let api = Api::builder(()).routes([Routes::new().nest("/orders/{order}/lines", lines)]);
    /// let api = TestApi::new(api.build()?);
    /// api.get("/orders/7/lines").await.assert_text(200, "lines of 7");
    /// api.get("/orders/7/lines/2").await.assert_text(200, "7, 2");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn nest(mut self, prefix: &str, other: Self) -> Self {
        for mut entry in other.into_entries() {
            entry.put_under(prefix);
            self.entries.push(entry);
        }
        self
    }

    /// Hands every request under `prefix`, whatever its method, to a `tower` service such as an
    /// axum `Router`. The service sees the path without the prefix.
    ///
    /// Nothing of the service is in the contract. An error that it sends as plain text or without a
    /// body becomes a problem; other responses pass unchanged.
    ///
    /// ```
    /// use fnurl::{Api, Routes, get, testing::TestApi};
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let old = axum::Router::new().route("/users", axum::routing::get(|| async { "by axum" }));
    /// let api = Api::builder(())
    ///     .at("/items", get(async || "by fnurl"))
    ///     .routes([Routes::new().mount("/old", old)]);
    /// let api = TestApi::new(api.build()?);
    /// api.get("/old/users").await.assert_text(200, "by axum");
    /// let _ = api.get("/old/nowhere").await.problem(404);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn mount(mut self, prefix: &str, service: impl HttpService) -> Self {
        let route = mount::route(prefix, service);
        let mut reads = Reads::default();
        reads.path(PathReads::Everything);
        for template in [
            prefix.to_owned(),
            format!("{prefix}/"),
            format!("{prefix}/{{*rest}}"),
        ] {
            let route = route.clone();
            let staged = Staged {
                make: Box::new(move |_| route),
                layers: Vec::new(),
                describe: undescribed,
                reads: reads.clone(),
            };
            let mut entry = Entry::new(template, Methods::All, staged);
            entry.bad_prefix = prefix_mistake(prefix);
            self.entries.push(entry);
        }
        self
    }

    /// Puts a layer around all routes here, including those added later; the first is outermost.
    ///
    /// A request whose path has no route never reaches it; for that, use
    /// [`ApiBuilder::layer`](super::ApiBuilder::layer).
    ///
    /// ```
    /// use fnurl::layers::{BodyLimit, Deadline};
    /// use fnurl::{Routes, post};
    /// use std::time::Duration;
    ///
    /// async fn import(csv: String) -> String { csv }
    ///
    /// let imports = Routes::<()>::new()
    ///     .layer(Deadline::after(Duration::from_secs(5)))
    ///     .layer(BodyLimit::new(10_000))
    ///     .at("/imports", post(import));
    /// ```
    pub fn layer(mut self, layer: impl RouteLayer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Makes a [`tower::Service`] from these routes alone, to test, nest or serve them.
    ///
    /// ```
    /// use fnurl::{Routes, State, get, testing::TestApi};
    ///
    /// async fn greet(State(greeting): State<&'static str>) -> &'static str { greeting }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let routes = Routes::new().at("/greeting", get(greet));
    /// let api = TestApi::new(routes.with_state("Hello!")?);
    /// api.get("/greeting").await.assert_text(200, "Hello!");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A mistake in the routes, see [`ApiBuilder::build`](super::ApiBuilder::build).
    pub fn with_state(self, state: S) -> Result<Api, BuildError> {
        Api::builder(state).routes([self]).build()
    }

    /// The routes, each with its layers.
    pub(super) fn into_entries(mut self) -> Vec<Entry<S>> {
        for entry in &mut self.entries {
            entry.staged.add_layers(&self.layers);
        }
        self.entries
    }
}

fn undescribed(_operation: &mut Operation) {}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.entries.iter().map(|it| (&it.methods, &it.template));
        f.debug_list().entries(lines).finish()
    }
}
