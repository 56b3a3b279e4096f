//! Layers of `tower-http`: CORS around the whole API, a header on one group.
//!
//! Run it: `make example NAME=layer`, then
//! `curl -i http://127.0.0.1:9000/prices -H 'origin: https://example.com'`.

use std::process::ExitCode;

use fnurl::{Api, Routes, get};
use http::header::{CACHE_CONTROL, HeaderValue};
use tower_http::cors::CorsLayer;
use tower_http::set_header::SetResponseHeaderLayer;

async fn prices() -> &'static str {
    "a lamp is 30\n"
}

async fn now() -> &'static str {
    "fresh\n"
}

fn main() -> ExitCode {
    let cached = SetResponseHeaderLayer::if_not_present(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=60"),
    );
    let api = Api::builder(())
        .routes([Routes::new().at("/prices", get(prices)).layer(cached)])
        .at("/now", get(now))
        .layer(CorsLayer::permissive());
    fnurl::run(async { api.build() })
}
