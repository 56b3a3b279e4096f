//! When a write may happen (RFC 9110 section 13.1.1).

use crate::EntityTag;
use http::{HeaderMap, header::IF_MATCH};

/// When a write may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition<'a> {
    /// Whatever is there now.
    Any,
    /// Only if nothing has changed since this tag was given out; 412 otherwise.
    Unchanged(&'a EntityTag),
}

impl Condition<'_> {
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        if let Self::Unchanged(tag) = self {
            headers.insert(IF_MATCH, tag.value().clone());
        }
    }
}
