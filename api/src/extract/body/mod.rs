//! The body of a request: raw, as JSON, as a form, or as changes to a value.

mod content;
mod form;
mod json;
mod patch;
mod raw;

pub use form::Form;
pub use json::Json;
pub use patch::{Change, Patch};
