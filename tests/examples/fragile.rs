//! A function whose handlers misbehave, for the end-to-end tests.

use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use fnurl::sse::{Event, Sse};
use fnurl::{Api, Cookies, Ndjson, NoContent, Streamed, get, post};
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use serde_json::json;

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

/// Three numbers and an end mark, the last of them only after a while.
async fn numbers() -> Ndjson<serde_json::Value> {
    let lines = [json!(1), json!(2), json!(3), json!({"end": true})];
    let lines = stream::iter(lines).then(async |line| {
        if line == 3 {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Ok::<_, Infallible>(line)
    });
    Ndjson::new(Box::pin(lines))
}

async fn events() -> Sse {
    let events = ["one", "two"].map(|text| Ok::<_, Infallible>(Event::text(text).named("tick")));
    Sse::new(stream::iter(events))
}

async fn breaks_off() -> Streamed {
    let chunks = [Ok(Bytes::from_static(b"begun")), Err("secret of the house")];
    Streamed::new(stream::iter(chunks))
}

async fn endless() -> Streamed {
    let chunk = Bytes::from(vec![b'x'; 1024 * 1024]);
    Streamed::new(stream::repeat_with(move || {
        Ok::<_, Infallible>(chunk.clone())
    }))
}

async fn nothing() -> NoContent {
    NoContent
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
        .at("/numbers", get(numbers))
        .at("/events", get(events))
        .at("/breaks-off", get(breaks_off))
        .at("/endless", get(endless))
        .at("/nothing", get(nothing))
        .at("/cookies", get(cookies))
        .at("/seen", get(seen))
        .at("/echo", post(echo));
    fnurl::run(async { api.build() })
}
