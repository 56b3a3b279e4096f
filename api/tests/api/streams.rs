//! Streams, as a client sees them behind a function URL that streams and one that does not.

use std::time::Duration;

use bytes::Bytes;
use fnurl::sse::{Event, Sse};
use fnurl::testing::TestApi;
use fnurl::{Api, DEADLINE_MARGIN, Invocation, Ndjson, NoContent, Response, Streamed, get};
use futures_util::{StreamExt, stream};
use http::HeaderValue;

type Never = std::convert::Infallible;

/// The time that a request has for its response.
const TIME: Duration = Duration::from_millis(100);

async fn numbers() -> Ndjson<u32> {
    Ndjson::new(stream::iter([Ok::<_, Never>(1), Ok(2)]))
}

async fn events() -> Sse {
    Sse::new(stream::iter([Ok::<_, Never>(Event::text("one"))]))
}

async fn breaks_off() -> Streamed {
    let chunks = [Ok(Bytes::from("begun")), Err("10.0.0.7 went away")];
    Streamed::new(stream::iter(chunks))
}

/// Sends one event, and then waits forever.
async fn endless() -> Sse {
    let one = stream::iter([Ok::<_, Never>(Event::text("one"))]);
    Sse::new(one.chain(stream::pending()))
}

async fn nothing() -> NoContent {
    NoContent
}

async fn mode(invocation: Invocation) -> String {
    invocation.is_streamed().to_string()
}

/// Sends a header that is not ASCII, as a handler may get it from another service.
async fn latin() -> Response {
    let mut response = Response::new("hello".into());
    let value = HeaderValue::from_bytes(b"caf\xe9").unwrap();
    response.headers_mut().insert("x-name", value);
    response
}

fn both() -> [TestApi; 2] {
    let api = Api::builder(())
        .at("/numbers", get(numbers))
        .at("/events", get(events))
        .at("/breaks-off", get(breaks_off))
        .at("/endless", get(endless))
        .at("/nothing", get(nothing))
        .at("/mode", get(mode))
        .at("/latin", get(latin));
    let buffered = TestApi::new(api.build().unwrap());
    [buffered.clone(), buffered.streaming()]
}

#[tokio::test]
async fn a_stream_reads_the_same_in_both_modes() {
    for api in both() {
        let response = api.get("/numbers").await;
        response.assert_text(200, "1\n2\n");
        assert_eq!(
            response.header("content-type"),
            Some("application/x-ndjson")
        );
        api.get("/events").await.assert_text(200, "data: one\n\n");
        api.get("/nothing").await.assert_text(204, "");
        let _ = api.get("/nowhere").await.problem(404);
    }
}

#[tokio::test]
async fn a_stream_that_fails_is_a_problem_only_while_nothing_is_sent() {
    let [buffered, streaming] = both();
    let problem = buffered.get("/breaks-off").await.problem(500);
    assert!(!problem.to_string().contains("10.0.0.7"), "{problem}");
    streaming.get("/breaks-off").await.assert_text(200, "begun");
}

#[tokio::test]
async fn an_endless_stream_ends_before_lambda_ends_the_instance() {
    let [buffered, streaming] = both().map(|api| api.time_left(DEADLINE_MARGIN + TIME));
    let streamed = tokio::time::timeout(100 * TIME, streaming.get("/endless")).await;
    streamed.unwrap().assert_text(200, "data: one\n\n");
    let _ = buffered.get("/endless").await.problem(504);
}

#[tokio::test]
async fn a_handler_can_ask_whether_its_response_is_streamed() {
    let [buffered, streaming] = both();
    buffered.get("/mode").await.assert_text(200, "false");
    streaming.get("/mode").await.assert_text(200, "true");
}

#[tokio::test]
async fn a_header_that_is_not_ascii_does_not_spoil_the_response() {
    for (api, name) in both().into_iter().zip(["café", "caf?"]) {
        let response = api.get("/latin").await;
        response.assert_text(200, "hello");
        assert_eq!(response.header("x-name"), Some(name));
    }
}
