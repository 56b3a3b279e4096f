//! Conditional requests (RFC 9110 §13): preconditions of writes, reads that may return 304, and
//! the entity tags that both compare.

mod preconditions;
mod reads;
mod with_etag;

pub use preconditions::{ETags, Preconditions};
pub(crate) use reads::Conditions;
pub use with_etag::WithETag;
