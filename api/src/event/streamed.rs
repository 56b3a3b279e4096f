//! Writes a response as a stream: status and headers first, then the body as it comes.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;
use http::header::{HeaderMap, SET_COOKIE};
use http::{HeaderValue, Method, StatusCode};
use http_body::Body as _;
use lambda_runtime::{MetadataPrelude, StreamResponse};
use tokio::time::Sleep;

use super::response::{has_no_body, joined, sendable, sendable_status, value};
use crate::message::{Body, Response};
use crate::problem::Problem;

/// A response for a function URL whose invoke mode is `RESPONSE_STREAM`.
#[derive(Debug)]
pub(crate) struct StreamedResult {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

impl StreamedResult {
    /// Takes the response to a request with `method`, without reading its body.
    ///
    /// # Problems
    /// 500 when the status cannot be sent.
    pub(crate) fn new(method: &Method, response: Response) -> Result<Self, Problem> {
        let (parts, body) = response.into_parts();
        let status = sendable_status(parts.status)?;
        let body = match has_no_body(method, status) {
            true => Body::empty(),
            false => body,
        };
        let has_body = body.as_full().is_none_or(|bytes| !bytes.is_empty());
        Ok(Self {
            status,
            headers: sendable(parts.headers, has_body),
            body,
        })
    }

    /// A result with only a status.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Body::empty(),
        }
    }

    /// The status that is sent.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The form that `lambda_runtime` sends. The body continues until it or `time_up` ends.
    pub(crate) fn into_runtime(self, time_up: Option<Sleep>) -> StreamResponse<Chunks> {
        let headers = self.headers.keys().filter(|name| *name != SET_COOKIE);
        // The prelude has one string for each name.
        let headers = headers.filter_map(|name| {
            let joined = ascii(&joined(&self.headers, name))?;
            Some((name.clone(), joined))
        });
        let cookies = self.headers.get_all(SET_COOKIE).iter();
        StreamResponse {
            metadata_prelude: MetadataPrelude {
                status_code: self.status,
                headers: headers.collect(),
                cookies: cookies.map(|cookie| value(cookie).into_owned()).collect(),
            },
            stream: Chunks {
                body: self.body,
                sent: Sent::Nothing,
                time_up: time_up.map(Box::pin),
            },
        }
    }
}

/// The value with `?` for each character that is not ASCII. With such a character,
/// `lambda_runtime` would write the whole value as a list of numbers, and the prelude could not be
/// read.
fn ascii(value: &str) -> Option<HeaderValue> {
    if value.is_ascii() {
        return HeaderValue::from_str(value).ok();
    }
    let replaced = |char: char| if char.is_ascii() { char } else { '?' };
    HeaderValue::try_from(value.chars().map(replaced).collect::<String>()).ok()
}

/// The body as the Runtime API gets it: never empty, and never with an error.
///
/// In several stacks, a prelude with nothing after it hangs or loses its headers. So an empty body
/// is sent as one line break. A body that fails ends where it failed, and the failure is logged:
/// the status has been sent by then, and the front door ends the response cleanly in any case. A
/// body also ends when the time is up. Otherwise Lambda would end the whole instance, and the next
/// request would have a cold start.
#[derive(Debug)]
pub(crate) struct Chunks {
    body: Body,
    sent: Sent,
    time_up: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug, PartialEq)]
enum Sent {
    Nothing,
    Something,
    Everything,
}

/// Each poll sends at most one chunk:
///
/// 1. When everything was sent, the stream has ended.
/// 2. Bytes in memory are sent in any case. A stream is asked for its next frame, unless the time
///    is up: then it ends as if it had failed.
/// 3. Empty chunks and trailers are skipped.
/// 4. At the end, an error is logged, the body is freed, and a body that had no bytes is sent as
///    one line break.
impl Stream for Chunks {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.sent == Sent::Everything {
            return Poll::Ready(None);
        }
        loop {
            // Bytes in memory are sent even after the time is up: they may be the problem that
            // reports it.
            let is_at_hand = self.body.as_full().is_some();
            let time_up = self.time_up.as_mut();
            let is_time_up = time_up.is_some_and(|time| time.as_mut().poll(cx).is_ready());
            let frame = match is_time_up && !is_at_hand {
                true => Some(Err("the function's time is up".into())),
                false => ready!(Pin::new(&mut self.body).poll_frame(cx)),
            };
            let chunk = match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
                Some(Ok(Ok(chunk))) if chunk.is_empty() => continue,
                // Trailers, which a function URL does not have.
                Some(Ok(Err(_))) => continue,
                Some(Ok(Ok(chunk))) => {
                    self.sent = Sent::Something;
                    Some(chunk)
                }
                end => {
                    if let Some(Err(error)) = end {
                        tracing::error!(error, "the response ended early");
                    }
                    // Free the body's memory before the runtime waits for the next call.
                    self.body = Body::empty();
                    let is_empty = self.sent == Sent::Nothing;
                    self.sent = Sent::Everything;
                    is_empty.then(|| Bytes::from_static(b"\n"))
                }
            };
            return Poll::Ready(chunk.map(Ok));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::StreamExt;
    use http_body_util::StreamBody;

    use super::*;
    use crate::message::BoxError;

    type Frame = Result<http_body::Frame<Bytes>, BoxError>;

    fn chunks(frames: Vec<Frame>) -> Vec<Bytes> {
        let body = Body::new(StreamBody::new(futures_util::stream::iter(frames)));
        let response = Response::new(body);
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().build().unwrap().block_on(async {
            let chunks = runtime_form(response).stream;
            chunks.map(|Ok(chunk)| chunk).collect().await
        })
    }

    fn runtime_form(response: Response) -> StreamResponse<Chunks> {
        let result = StreamedResult::new(&Method::GET, response).unwrap();
        result.into_runtime(Some(tokio::time::sleep(Duration::MAX)))
    }

    fn data(text: &'static str) -> Frame {
        Ok(http_body::Frame::data(Bytes::from_static(text.as_bytes())))
    }

    #[test]
    fn chunks_pass_unchanged_and_empty_ones_are_dropped() {
        assert_eq!(chunks(vec![data("a"), data(""), data("b")]), ["a", "b"]);
    }

    #[test]
    fn an_empty_body_is_one_line_break() {
        assert_eq!(chunks(vec![]), ["\n"]);
        assert_eq!(chunks(vec![data("")]), ["\n"]);
    }

    #[test]
    fn a_body_that_fails_ends_there() {
        assert_eq!(
            chunks(vec![data("a"), Err("broken".into()), data("b")]),
            ["a"]
        );
    }

    #[tokio::test]
    async fn repeated_headers_are_joined_and_cookies_kept_apart() {
        let mut response = Response::new(Body::from("x"));
        for (name, value) in [
            ("x-a", "1"),
            ("x-a", "2"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
        ] {
            response
                .headers_mut()
                .append(name, HeaderValue::from_static(value));
        }
        let prelude = runtime_form(response).metadata_prelude;
        assert_eq!(prelude.headers["x-a"], "1, 2");
        assert!(!prelude.headers.contains_key("set-cookie"));
        assert_eq!(prelude.cookies, ["a=1", "b=2"]);
    }
}
