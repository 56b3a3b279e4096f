//! The real `fnurl dev` in front of a real Lambda function (`examples/probe.rs`), spoken to over
//! sockets.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail the test, as tests do"
)]

mod cors;
mod failures;
mod hosts;
mod http;
mod iam;
mod idle;
mod instances;
mod invoke_api;
mod json_log;
mod limits;
mod log;
mod mapping;
mod pages;
mod runtime_api;
mod server;
mod signed_headers;
mod signing;
mod start;
mod stop;
mod streaming;
mod sts;
mod tables;
mod watch;
