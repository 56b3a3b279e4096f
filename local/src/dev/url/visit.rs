//! One request on its way through the front door, until its response is complete.

use super::{
    answer::Answer,
    event::{self, Arrival},
    trace::Trace,
};
use crate::dev::{function::flow::Flow, iam::Principal, log, server::Ends};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, Version, header, request::Parts};
use http_body_util::{Either, Full};
use std::{fmt, time::Instant};
use time::OffsetDateTime;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// A response in one piece, or as it comes.
pub(super) type Reply = Response<Either<Full<Bytes>, Flow>>;

/// One request on its way through the front door.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) parts: Parts,
    pub(super) ends: Ends,
    began: Instant,
    at: OffsetDateTime,
    pub(super) request_id: String,
    pub(super) trace: Trace,
    pub(super) keeps_alive: bool,
    /// Whether an instance was started for it.
    pub(super) is_cold: bool,
    log: log::Pending,
}

impl Visit {
    pub(super) fn new(parts: Parts, ends: Ends, at: OffsetDateTime) -> Self {
        let request_id = Uuid::new_v4().to_string();
        Self {
            trace: Trace::of(&parts.headers, at),
            log: log::Pending::new(&request_id),
            request_id,
            keeps_alive: wants_keep_alive(&parts),
            is_cold: false,
            began: Instant::now(),
            parts,
            ends,
            at,
        }
    }

    pub(super) fn expects_continue(&self) -> bool {
        let expect = self.parts.headers.get(header::EXPECT);
        expect.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
    }

    /// For the terminal alone: the client is not told.
    pub(super) fn say_refused(&self, why: &str) {
        self.say(format_args!("refused: {why}"));
    }

    /// A message under the line of the request.
    pub(super) fn say(&self, text: fmt::Arguments<'_>) {
        log::note(&self.request_id, text);
    }

    pub(super) fn event(
        &self,
        body: &[u8],
        url_id: &str,
        region: &str,
        caller: Option<&Principal>,
    ) -> serde_json::Result<Vec<u8>> {
        let arrival = Arrival {
            peer: self.ends.peer,
            at: self.at,
            request_id: &self.request_id,
            trace: &self.trace.root(),
            url_id,
            region,
            caller,
        };
        event::event(&self.parts, body, &arrival)
    }

    /// Writes the request's line and completes the response.
    pub(super) fn end(self, answer: Answer) -> Reply {
        self.end_with(answer, None)
    }

    pub(super) fn end_with(self, answer: Answer, flow: Option<Flow>) -> Reply {
        let may_flow = answer.may_have_body(&self.parts.method);
        let answer = answer.without_forbidden_body(&self.parts.method);
        let body = match flow.filter(|_| may_flow) {
            Some(flow) => Either::Right(flow),
            None => Either::Left(Full::new(answer.body)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        self.add_headers(response.headers_mut());
        self.log.finish(&log::Served {
            method: &self.parts.method,
            path: self.parts.uri.path(),
            status: response.status(),
            took: self.began.elapsed(),
            is_cold: self.is_cold,
        });
        response
    }

    fn add_headers(&self, headers: &mut HeaderMap) {
        let ids = [
            (REQUEST_ID, self.request_id.clone()),
            (TRACE_ID, self.trace.response()),
        ];
        for (name, value) in ids {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        // For HEAD, HTTP alone would leave the length out.
        if self.parts.method == http::Method::HEAD {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let connection = if self.keeps_alive {
            "keep-alive"
        } else {
            "close"
        };
        headers.insert(header::CONNECTION, HeaderValue::from_static(connection));
    }
}

/// HTTP/1.1 keeps a connection unless it is told otherwise.
fn wants_keep_alive(parts: &Parts) -> bool {
    let options = parts.headers.get_all(header::CONNECTION).iter();
    let mut options = options
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let is_closing = options.any(|option| option.trim().eq_ignore_ascii_case("close"));
    parts.version == Version::HTTP_11 && !is_closing
}
