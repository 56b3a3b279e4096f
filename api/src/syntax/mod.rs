//! Grammars of HTTP fields, each parsed in one place.

pub(crate) mod media_type;
