//! The smallest API: one route.
//!
//! Run it: `make example NAME=hello`, then
//! `curl http://127.0.0.1:9000/hello/Ada`.

use std::process::ExitCode;

use fnurl::{Api, Path, get};

async fn hello(Path(name): Path<String>) -> String {
    format!("Hello, {name}!\n")
}

fn main() -> ExitCode {
    fnurl::run(async { Api::builder(()).at("/hello/{name}", get(hello)).build() })
}
