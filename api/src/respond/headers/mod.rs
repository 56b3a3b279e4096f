//! Responses with more headers, one wrapper per file.

mod cache_control;
mod pairs;
mod prefer;
#[cfg(feature = "cookies")]
pub mod with_cookies;
mod with_links;

pub use cache_control::CacheControl;
pub use prefer::{Prefer, WithPreferenceApplied};
pub use with_links::WithLinks;
