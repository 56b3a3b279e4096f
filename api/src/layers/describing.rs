//! `describing`: any layer, with its part of the contract.

use crate::contract::Operation;
use crate::router::{Route, RouteLayer};

/// Describes a layer to the contract: the headers that it adds and the problems that it returns.
///
/// ```
/// use fnurl::layers::describing;
/// use fnurl::{Api, get};
/// use http::{HeaderName, HeaderValue};
/// use tower_http::set_header::SetResponseHeaderLayer;
///
/// async fn hello() -> &'static str { "Hello!" }
///
/// let name = HeaderName::from_static("x-served-by");
/// let layer = SetResponseHeaderLayer::overriding(name, HeaderValue::from_static("fnurl"));
/// let layer = describing(layer, |operation| {
///     operation.response_header_of_all::<String>("x-served-by");
/// });
/// let api = Api::builder(()).at("/", get(hello)).layer(layer).build()?;
/// # Ok::<(), fnurl::BuildError>(())
/// ```
///
/// `describe` is called for each route inside the layer. It sees what the handler and the inner
/// layers have described, so [`response_header_of_all`](Operation::response_header_of_all) covers
/// all of it.
pub fn describing<L, D>(layer: L, describe: D) -> Describing<L, D>
where
    L: RouteLayer,
    D: Fn(&mut Operation) + Send + Sync + 'static,
{
    Describing { layer, describe }
}

/// A layer with its part of the contract; see [`describing`].
#[derive(Debug, Clone, Copy)]
pub struct Describing<L, D> {
    layer: L,
    describe: D,
}

impl<L, D> RouteLayer for Describing<L, D>
where
    L: RouteLayer,
    D: Fn(&mut Operation) + Send + Sync + 'static,
{
    fn wrap(&self, inner: Route) -> Route {
        self.layer.wrap(inner)
    }

    fn describe(&self, operation: &mut Operation) {
        (self.describe)(operation);
    }
}
