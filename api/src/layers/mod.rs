//! Layers that an API behind a function URL often needs, one per file.
//!
//! Each goes around an [`Api`](crate::Api), a group of routes or one route, like any
//! [`RouteLayer`]. A request that they refuse gets a problem. The first added is the outermost.
//!
//! A good order for a whole API, from the outside in: what every response must have ([`RequestId`],
//! CORS, [`SecurityHeaders`]), then what changes bodies (compression), then what refuses requests.
//! A problem of an inner layer then has the headers of the outer ones.
//!
//! | layer | does | cargo feature |
//! |---|---|---|
//! | [`RequestId`] | adds the request id to the response | |
//! | [`Deadline`] | responds with 504 after the route's own timeout | |
//! | [`BodyLimit`] | refuses bodies that are too long for the route | |
//! | [`SecurityHeaders`] | adds security headers for browsers | |
//! | [`Produces`] | responds with 406 if the client accepts none of the media types | |
//! | [`from_fn`](from_fn()) | a layer of your own, from an async function | |
//! | [`TrustedProxies`] | finds the client's address behind proxies, [`ClientIp`] | |
#![cfg_attr(
    feature = "compression",
    doc = "| [`Compression`] | compresses responses when the client accepts it | `compression` |"
)]
#![cfg_attr(
    feature = "cors",
    doc = "| [`Cors`] | lets pages of other origins call the API | `cors` |"
)]
//!
//! ```
//! use fnurl::layers::{BodyLimit, RequestId, SecurityHeaders};
//! use fnurl::{Api, post};
//!
//! async fn echo(body: String) -> String {
//!     body
//! }
//!
//! let api = Api::builder(())
//!     .at("/echo", post(echo).layer(BodyLimit::new(1_000)))
//!     .layer(RequestId::new())
//!     .layer(SecurityHeaders::new())
//!     .build()?;
//! # Ok::<(), fnurl::BuildError>(())
//! ```

mod body_limit;
#[cfg(feature = "compression")]
mod compression;
#[cfg(feature = "cors")]
mod cors;
mod deadline;
mod describing;
mod from_fn;
mod produces;
mod request_id;
mod security_headers;
mod trusted_proxies;

pub use body_limit::BodyLimit;
#[cfg(feature = "compression")]
pub use compression::Compression;
#[cfg(feature = "cors")]
pub use cors::{Cors, CorsError};
pub use deadline::Deadline;
pub use describing::{Describing, describing};
pub use from_fn::{FromFn, Next, from_fn};
pub use produces::Produces;
pub use request_id::RequestId;
pub use security_headers::SecurityHeaders;
pub use trusted_proxies::{AddressRangeError, ClientIp, TrustedProxies};

use std::sync::Arc;

use crate::contract::Operation;
use crate::message::{Context, Request, Response};
use crate::problem::Problem;
use crate::router::{BoxFuture, Endpoint, Route, RouteLayer};

/// A layer's work on a request and on its response.
///
/// The layers of the framework implement this instead of `tower::Service`: it needs no future type,
/// no `poll_ready`, and an error is a [`Problem`], which is rendered in the format of the API.
pub(crate) trait Around: Send + Sync + 'static {
    /// Responds to `request`; calls `inner` unless the request is refused.
    fn respond(
        &self,
        request: Request,
        inner: &Route,
    ) -> impl Future<Output = Result<Response, Problem>> + Send;

    /// Describes what the layer adds and refuses.
    fn describe(&self, _operation: &mut Operation) {}
}

/// A route with a layer of the framework around it: one allocation per request, as for any other.
struct Wrapped<L> {
    layer: L,
    inner: Route,
}

impl<L: Around> Endpoint for Wrapped<L> {
    fn call(self: Arc<Self>, request: Request) -> BoxFuture<Response> {
        let context = Context::of(&request);
        Box::pin(async move {
            let outcome = self.layer.respond(request, &self.inner).await;
            outcome.unwrap_or_else(|problem| context.render(problem))
        })
    }
}

/// `inner` with `layer` around it.
fn wrap<L: Around>(layer: L, inner: Route) -> Route {
    Route(Arc::new(Wrapped { layer, inner }))
}

macro_rules! route_layer {
    ($($layer:ty),+) => {
        $(impl RouteLayer for $layer {
            fn wrap(&self, inner: Route) -> Route {
                wrap(self.clone(), inner)
            }

            fn describe(&self, operation: &mut Operation) {
                Around::describe(self, operation);
            }
        })+
    };
}

route_layer!(
    BodyLimit,
    Deadline,
    Produces,
    RequestId,
    SecurityHeaders,
    TrustedProxies
);
