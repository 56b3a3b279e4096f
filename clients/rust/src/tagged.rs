//! Representations with the tag that tells them from later ones.

use http::{HeaderMap, HeaderValue, header::ETAG};
use std::ops::Deref;

/// The entity tag of a representation, for [`Condition::Unchanged`](crate::Condition::Unchanged).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(HeaderValue);

/// What the API has answered, and its entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged<T> {
    /// What it is.
    pub value: T,
    /// Which state of it.
    pub tag: EntityTag,
}

impl EntityTag {
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        headers.get(ETAG).cloned().map(Self)
    }

    pub(crate) fn value(&self) -> &HeaderValue {
        &self.0
    }
}

impl<T> Deref for Tagged<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
