//! Compressed responses, as a client reads them.

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder};
use bytes::Bytes;
use fnurl::layers::Compression;
use fnurl::testing::TestApi;
use fnurl::{Api, Json, Streamed, Unvalidated, WithETag, get};
use futures_util::stream;
use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt};

type Any = Json<Unvalidated<Value>>;

fn numbers() -> Value {
    json!((0..1_000).collect::<Vec<u32>>())
}

async fn list() -> Any {
    Json(Unvalidated(numbers()))
}

async fn tagged() -> WithETag<Any> {
    WithETag::new(3, list().await)
}

async fn short() -> &'static str {
    "short"
}

async fn binary() -> Vec<u8> {
    vec![7; 10_000]
}

async fn streamed() -> Streamed {
    let chunks = (0..1_000).map(|_| Ok::<_, std::io::Error>(Bytes::from("line\n")));
    Streamed::new(stream::iter(chunks)).media_type("text/plain")
}

fn api() -> TestApi {
    let api = Api::builder(())
        .at("/list", get(list))
        .at("/tagged", get(tagged))
        .at("/short", get(short))
        .at("/binary", get(binary))
        .at("/streamed", get(streamed))
        .layer(Compression::new());
    TestApi::new(api.build().unwrap())
}

async fn all(mut decoder: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).await.unwrap();
    bytes
}

#[tokio::test]
async fn a_response_is_compressed_as_the_client_asks() {
    let cases = [
        ("gzip", Some("gzip")),
        ("br", Some("br")),
        ("gzip;q=0.5, br;q=0.4", Some("gzip")),
        ("deflate, zstd", None),
        ("br;q=0", None),
    ];
    let api = api();
    for (accepted, expected) in cases {
        let request = api.get("/list").header("accept-encoding", accepted);
        let response = request.await;
        response.assert_status(200);
        assert_eq!(response.header("content-encoding"), expected, "{accepted}");
        assert_eq!(response.header("vary"), Some("accept-encoding"));
        assert_eq!(response.is_base64(), expected.is_some(), "{accepted}");
        let body = match expected {
            Some("gzip") => all(GzipDecoder::new(response.body())).await,
            Some(_) => all(BrotliDecoder::new(response.body())).await,
            None => response.body().to_vec(),
        };
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body, numbers(), "{accepted}");
    }
}

#[tokio::test]
async fn a_client_that_asks_for_nothing_gets_plain_text_that_says_it_varies() {
    let response = api().get("/list").await;
    assert_eq!(response.json::<Value>(200), numbers());
    assert_eq!(response.header("vary"), Some("accept-encoding"));
}

#[tokio::test]
async fn incompressible_bodies_and_those_with_a_strong_tag_stay_unchanged() {
    for path in ["/short", "/binary", "/tagged"] {
        let response = api().get(path).header("accept-encoding", "gzip").await;
        assert_eq!(response.header("content-encoding"), None, "{path}");
        assert_eq!(response.header("vary"), None, "{path}");
    }
}

#[tokio::test]
async fn a_stream_is_compressed_only_in_buffered_mode() {
    let plain = "line\n".repeat(1_000);
    let accepting = |api: &TestApi| {
        let api = api.clone();
        async move { api.get("/streamed").header("accept-encoding", "gzip").await }
    };
    let response = accepting(&api()).await;
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    let body = all(GzipDecoder::new(response.body())).await;
    assert_eq!(String::from_utf8(body).unwrap(), plain);

    let response = accepting(&api().streaming()).await;
    assert_eq!(response.header("content-encoding"), None);
    response.assert_text(200, &plain);
}

#[tokio::test]
async fn the_response_to_head_has_no_body() {
    let api = api();
    let request = api.request(Method::HEAD, "/list");
    let response = request.header("accept-encoding", "gzip").await;
    response.assert_text(200, "");
}

#[tokio::test]
async fn a_client_that_refuses_every_encoding_reads_what_was_done_all_the_same() {
    for accepted in ["identity;q=0", "*;q=0"] {
        let response = api().get("/list").header("accept-encoding", accepted).await;
        assert_eq!(response.json::<Value>(200), numbers(), "{accepted}");
        assert_eq!(response.header("content-encoding"), None, "{accepted}");
    }
}
