//! Building the function from its sources, once or whenever they change.

pub(in crate::dev) mod cargo;
mod sources;
mod watch;

pub(in crate::dev) use watch::Watch;
