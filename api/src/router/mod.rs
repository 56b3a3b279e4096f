//! Path → methods → route: [`matchit`] finds the template, one lookup per request.

mod api;
mod error;
mod layered;
mod methods;
mod mount;
mod route;
mod routes;
mod table;
mod template;

pub use api::{Api, ApiBuilder, DEFAULT_BODY_LIMIT, TrailingSlash};
pub use error::{BuildError, Mistake};
pub use layered::RouteLayer;
pub use methods::{MethodRoutes, delete, get, head, on, options, patch, post, put};
pub use route::Route;
pub(crate) use route::{Answering, BoxFuture, Endpoint};
pub use routes::Routes;
pub use template::MatchedRoute;
