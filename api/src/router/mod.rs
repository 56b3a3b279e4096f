//! Path → methods → route: [`matchit`] finds the template, one lookup per request.

mod api;
mod conditional;
mod error;
mod layered;
mod matched;
mod methods;
mod mount;
mod route;
mod routes;
mod table;

pub use api::{Api, ApiBuilder, DEFAULT_BODY_LIMIT, TrailingSlash};
pub use error::{BuildError, Mistake};
pub use layered::RouteLayer;
pub use matched::MatchedRoute;
pub use methods::{MethodRoutes, delete, get, head, on, options, patch, post, put};
pub use route::Route;
pub(crate) use route::{Answering, BoxFuture, Endpoint};
pub use routes::Routes;
