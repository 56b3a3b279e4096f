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
    /// No routes yet.
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
    /// escaped slash (`%2F`) never changes the route. Unnecessary escapes (`%7E` for `~`) do not
    /// count: see RFC 3986 §6.2.2.2.
    pub fn at(mut self, template: &str, methods: MethodRoutes<S>) -> Self {
        for (method, staged) in methods.into_methods() {
            let template = template.to_owned();
            self.entries
                .push(Entry::new(template, Methods::One(method), staged));
        }
        self
    }

    /// Adds all routes of `other`, with their layers.
    pub fn merge(mut self, other: Self) -> Self {
        self.entries.extend(other.into_entries());
        self
    }

    /// Adds all routes of `other` under `prefix`; its `/` becomes the prefix itself.
    pub fn nest(mut self, prefix: &str, other: Self) -> Self {
        for mut entry in other.into_entries() {
            entry.put_under(prefix);
            self.entries.push(entry);
        }
        self
    }

    /// Hands every request under `prefix`, whatever its method, to a `tower` service such as an
    /// axum `Router`. The service sees the path without the prefix.
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

    /// Puts a layer around every route here, also those added later; the first is the outermost.
    pub fn layer(mut self, layer: impl RouteLayer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Makes a [`tower::Service`] from these routes alone, to test, nest or serve them.
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
