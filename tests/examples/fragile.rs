//! A function whose handlers misbehave, for the end-to-end tests.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use fnurl::{Api, Cookies, get, post};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, SET_COOKIE};
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

/// What the handler sees of two fields that can come in several pieces.
async fn seen(headers: HeaderMap, cookies: Cookies) -> String {
    let tags = headers.get_all("x-tag").iter();
    let tags: Vec<_> = tags.map(|tag| tag.to_str().unwrap_or("?")).collect();
    let cookies: Vec<_> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{} | {}", tags.join(","), cookies.join(" "))
}

async fn echo(headers: HeaderMap, body: Bytes) -> (HeaderMap, Bytes) {
    let described = [CONTENT_TYPE, CONTENT_ENCODING].into_iter();
    let kept = described.filter_map(|name| Some((name.clone(), headers.get(name)?.clone())));
    (kept.collect(), body)
}

fn main() -> ExitCode {
    let api = Api::builder(())
        .at("/count", get(count))
        .at("/panics", get(panics))
        .at("/aborts", get(aborts))
        .at("/never-ends", get(never_ends))
        .at("/large", get(large))
        .at("/cookies", get(cookies))
        .at("/seen", get(seen))
        .at("/echo", post(echo));
    fnurl::run(async { api.build() })
}
