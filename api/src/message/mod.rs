//! Requests and responses on their way through the API: their body, the invocation that they came
//! with, and the settings of the API.

mod body;
mod context;
mod invocation;

pub use body::{Body, BoxError, Request, Response};
pub use context::ErrorFormat;
pub(crate) use context::{Context, Instead, Rendered, Settings};
pub(crate) use invocation::Call;
pub use invocation::{Caller, DEADLINE_MARGIN, Invocation};
