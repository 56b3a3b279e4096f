//! Starts the real programs on free ports, speaks HTTP with them, and sees to their end.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod family;
mod http;
mod programs;
mod server;

pub use http::Response;
pub use programs::{bootstrap, fnurl, fragile};
pub use server::{PATIENCE, Server, fails_to_start};
