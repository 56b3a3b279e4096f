//! Grammars of HTTP fields, each parsed in one place.

pub(crate) mod entity_tags;
pub(crate) mod escapes;
pub(crate) mod media_type;
pub(crate) mod paths;
pub(crate) mod references;
