//! The framework as an application uses it: events in, results out.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod any_event;
mod compile_errors;
mod compression;
mod conditional;
mod contract;
mod cors;
mod docs;
mod document;
mod extractors;
mod foreign;
mod framework_layers;
mod layers;
mod problems;
mod reading;
mod responses;
mod router;
mod streams;
