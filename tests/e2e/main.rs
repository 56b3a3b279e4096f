//! The real programs over HTTP, one module a subject.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod client;
mod durability;
mod events;
mod faults;
mod items;
mod problems;
mod process;
mod signed;
mod streaming;
mod transport;
