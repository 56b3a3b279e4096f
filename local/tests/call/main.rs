//! The real `fnurl call` against a real `fnurl dev --auth iam`, over sockets.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail the test, as tests do"
)]

#[path = "../dev/http.rs"]
#[expect(dead_code, reason = "written for the tests of `fnurl dev`, too")]
mod http;
#[path = "../dev/server.rs"]
#[expect(dead_code, reason = "written for the tests of `fnurl dev`, too")]
mod server;

mod caller;
mod credentials;
mod failures;
mod plain;
mod presigned;
mod refused;
mod roles;
mod shown;
mod signed;
mod terminal;
