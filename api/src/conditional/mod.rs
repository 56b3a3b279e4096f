//! Conditional requests (RFC 9110 §13): preconditions of writes, reads that may be 304, and the
//! entity tags that both compare.

mod if_match;
mod reads;
mod tagged;

pub use if_match::IfMatch;
pub(crate) use if_match::PreconditionsRequired;
pub(crate) use reads::Conditions;
pub use tagged::Tagged;
