//! An existing axum `Router`, mounted under a prefix next to new routes.
//!
//! Run it: `make example NAME=axum_router`, then
//! `curl http://127.0.0.1:9000/old/users/7`.

use std::process::ExitCode;

use fnurl::{Api, Routes, get};

fn old() -> axum::Router {
    let user = |axum::extract::Path(id): axum::extract::Path<u32>| async move {
        format!("user {id}, by axum\n")
    };
    axum::Router::new().route("/users/{id}", axum::routing::get(user))
}

async fn new() -> &'static str {
    "by fnurl\n"
}

fn main() -> ExitCode {
    let api = Api::builder(())
        .at("/new", get(new))
        .routes([Routes::new().mount("/old", old())]);
    fnurl::run(async { api.build() })
}
