//! Streamed responses: bytes, lines of JSON, server-sent events.
//!
//! With the function URL's invoke mode `RESPONSE_STREAM` (see [`run`](crate::run)), each part
//! reaches the client at once. With `BUFFERED`, the body is sent in one piece of up to 6 MB. A
//! client cannot detect that a stream ended early, because the front door ends it cleanly. So end
//! each stream with a marker that only a complete stream has.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use futures_util::{Stream as Source, TryStreamExt};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http_body::Frame;
use http_body_util::StreamBody;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::Respond;
use crate::contract::Operation;
use crate::message::{Body, BoxError, Response};
use crate::problem::{INTERNAL_ERROR, Problem};

const BYTES: &str = "application/octet-stream";
const NDJSON: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";

/// A response whose body is a stream of bytes.
///
/// ```
/// use bytes::Bytes;
/// use fnurl::Streamed;
/// use futures_util::stream;
///
/// async fn report() -> Streamed {
///     let lines = stream::iter(["one\n", "two\n"]);
///     let lines = futures_util::StreamExt::map(lines, |line| Ok::<_, std::io::Error>(Bytes::from(line)));
///     Streamed::new(lines).media_type("text/plain; charset=utf-8")
/// }
/// ```
///
/// # Problems
/// 500 when the media type is not a valid header value. An error of the stream is a 500 only in
/// buffered mode; when the status has been sent, the body ends there and the log has the reason.
///
/// Source: AWS Lambda Developer Guide, “Response streaming for Lambda functions”.
#[derive(Debug)]
pub struct Streamed {
    body: Body,
    media_type: &'static str,
}

impl Streamed {
    /// Bytes of `application/octet-stream`. An error ends the stream and is logged.
    ///
    /// The stream also ends when the function's time is up. So make it shorter than the timeout,
    /// and let the client ask for the rest.
    pub fn new<S, E>(source: S) -> Self
    where
        S: Source<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        let frames = source.map_ok(Frame::data).map_err(Into::into);
        Self {
            body: Body::new(StreamBody::new(frames)),
            media_type: BYTES,
        }
    }

    /// Bytes of another media type.
    #[must_use]
    pub fn media_type(self, media_type: &'static str) -> Self {
        Self { media_type, ..self }
    }

    fn into_response(self) -> Result<Response, Problem> {
        let mut response = Response::new(self.body);
        let media_type = HeaderValue::from_str(self.media_type);
        let media_type = media_type.map_err(|error| INTERNAL_ERROR.hiding(error))?;
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        Ok(response)
    }
}

impl Respond for Streamed {
    fn respond(self) -> Result<Response, Problem> {
        self.into_response()
    }

    fn describe(operation: &mut Operation) {
        operation.responds_raw("*/*");
    }
}

/// A response of newline-delimited JSON, one value per line (`application/x-ndjson`).
///
/// ```
/// use fnurl::Ndjson;
/// use futures_util::stream;
///
/// async fn numbers() -> Ndjson<u32> {
///     Ndjson::new(stream::iter((1..=3).map(Ok::<_, std::io::Error>)))
/// }
/// ```
///
/// A client can use each line as it comes. Send a last line that only a complete response has,
/// because a stream that breaks off looks complete:
///
/// ```
/// use fnurl::Ndjson;
/// use futures_util::stream;
/// use schemars::JsonSchema;
/// use serde::Serialize;
///
/// #[derive(Serialize, JsonSchema)]
/// #[serde(untagged)]
/// enum Line {
///     Item { name: String },
///     End { count: usize },
/// }
///
/// async fn export() -> Ndjson<Line> {
///     let names = ["lamp", "chair"];
///     let items = names.map(|name| Line::Item { name: name.to_owned() });
///     let lines = items.into_iter().chain([Line::End { count: names.len() }]);
///     Ndjson::new(stream::iter(lines.map(Ok::<_, std::io::Error>)))
/// }
/// # let _ = fnurl::get::<(), _>(export);
/// ```
pub struct Ndjson<T> {
    lines: Streamed,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize + 'static> Ndjson<T> {
    /// One line for each value. An error ends the stream and is logged.
    pub fn new<S, E>(source: S) -> Self
    where
        S: Source<Item = Result<T, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        let lines = source
            .map_err(Into::into)
            .and_then(|value| std::future::ready(line(&value).map_err(BoxError::from)));
        Self {
            lines: Streamed::new(lines).media_type(NDJSON),
            of: PhantomData,
        }
    }
}

fn line(value: &impl Serialize) -> serde_json::Result<Bytes> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line.into())
}

impl<T> fmt::Debug for Ndjson<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ndjson")
    }
}

impl<T: JsonSchema> Respond for Ndjson<T> {
    fn respond(self) -> Result<Response, Problem> {
        self.lines.into_response()
    }

    fn describe(operation: &mut Operation) {
        operation.responds_with_each::<T>(NDJSON);
    }
}

/// A response of server-sent events (WHATWG HTML §9.2).
///
/// ```
/// use fnurl::Sse;
/// use fnurl::sse::Event;
/// use futures_util::stream;
///
/// async fn ticks() -> Sse {
///     let events = ["one", "two"].map(|text| Ok::<_, std::io::Error>(Event::text(text).id(text)));
///     Sse::new(stream::iter(events))
/// }
/// ```
///
/// It is never cached: `Cache-Control` is `no-store`. For what a browser does when the connection
/// is lost, see [`sse`](crate::sse).
#[derive(Debug)]
pub struct Sse(Streamed);

impl Sse {
    /// The events of a stream. An error ends it and is logged; a browser then connects again.
    pub fn new<S, E>(source: S) -> Self
    where
        S: Source<Item = Result<Event, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self(Streamed::new(source.map_ok(|event| event.0.into())).media_type(EVENTS))
    }
}

impl Respond for Sse {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.0.into_response()?;
        let not_kept = HeaderValue::from_static("no-store");
        response.headers_mut().insert(CACHE_CONTROL, not_kept);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.responds_with_each::<EventSchema>(EVENTS);
    }
}

/// The schema of an event as a client reads it.
struct EventSchema;

impl JsonSchema for EventSchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ServerSentEvent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "event": {"type": "string"},
                "id": {"type": "string"},
                "data": {"type": "string"},
                "retry": {"type": "integer", "minimum": 0},
            },
        })
    }
}

/// One server-sent event. Line breaks in names and ids are left out: they would end the field.
///
/// ```
/// use fnurl::sse::Event;
///
/// let event = Event::json(&serde_json::json!({"left": 3}))?.named("countdown").id("7");
/// # let _ = event;
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The client reads
///
/// ```text
/// id: 7
/// event: countdown
/// data: {"left":3}
/// ```
#[derive(Debug, Clone)]
pub struct Event(String);

impl Event {
    /// An event with this text, of one line or several.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines = text.split('\n').map(|line| format!("data: {line}\n"));
        Self(lines.chain(["\n".to_owned()]).collect())
    }

    /// An event with a value as JSON.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn json(value: &impl Serialize) -> serde_json::Result<Self> {
        serde_json::to_string(value).map(|text| Self::text(&text))
    }

    /// Sets the event's type, which selects the listeners in a browser.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.field("event", name)
    }

    /// Sets the id, which the client sends back as `Last-Event-ID` when it connects again.
    #[must_use]
    pub fn id(self, id: &str) -> Self {
        self.field("id", id)
    }

    fn field(self, name: &str, value: &str) -> Self {
        let value = value.replace(['\r', '\n', '\0'], "");
        Self(format!("{name}: {value}\n{}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_its_fields_before_its_lines() {
        let event = Event::text("one\r\ntwo").named("tick").id("7\n8");
        assert_eq!(event.0, "id: 78\nevent: tick\ndata: one\ndata: two\n\n");
        assert_eq!(Event::json(&[1, 2]).unwrap().0, "data: [1,2]\n\n");
    }
}
