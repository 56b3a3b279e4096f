//! Conditional requests (RFC 9110 §13): preconditions of writes, reads that may be 304, and the
//! entity tags that both compare.

mod preconditions;
mod reads;
mod tagged;

pub use preconditions::{Preconditions, Tags};
pub(crate) use reads::Conditions;
pub use tagged::Tagged;
