//! Path → methods → route: [`matchit`] finds the template, one lookup per request.

mod api;
mod dispatch;
mod entry;
mod error;
mod layered;
mod methods;
mod mount;
mod route;
mod routes;
mod table;
mod template;

pub use api::{Api, ApiBuilder, DEFAULT_BODY_LIMIT, TrailingSlash};
pub use error::{BuildError, RouteError};
pub use layered::{HttpService, RouteLayer};
pub use methods::{MethodRoutes, delete, get, head, on, options, patch, post, put, query};
pub use route::Route;
pub(crate) use route::{BoxFuture, Endpoint};
pub use routes::Routes;
pub use template::MatchedRoute;
