//! A function whose handlers misbehave, for the end-to-end tests.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use fnurl::{Api, get, post};
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// How many requests this instance has answered.
async fn count() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    (COUNT.fetch_add(1, Ordering::Relaxed) + 1).to_string()
}

async fn panics() -> String {
    panic!("secret of the house")
}

async fn aborts() -> String {
    std::process::abort()
}

async fn never_ends() -> String {
    std::future::pending().await
}

async fn large() -> String {
    "a".repeat(7_000_000)
}

async fn cookies() -> (HeaderMap, &'static str) {
    let mut headers = HeaderMap::new();
    headers.append(SET_COOKIE, HeaderValue::from_static("a=1; HttpOnly"));
    headers.append(SET_COOKIE, HeaderValue::from_static("b=2"));
    (headers, "set")
}

async fn echo(headers: HeaderMap, body: Bytes) -> (HeaderMap, Bytes) {
    let content_type = headers.get(CONTENT_TYPE).cloned();
    (
        content_type
            .map(|it| (CONTENT_TYPE, it))
            .into_iter()
            .collect(),
        body,
    )
}

fn main() -> ExitCode {
    let api = Api::builder(())
        .at("/count", get(count))
        .at("/panics", get(panics))
        .at("/aborts", get(aborts))
        .at("/never-ends", get(never_ends))
        .at("/large", get(large))
        .at("/cookies", get(cookies))
        .at("/echo", post(echo));
    fnurl::run(async { api.build() })
}
