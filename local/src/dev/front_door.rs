//! The HTTP side: takes a request, has the function called, answers.
//!
//! In this order: the host is looked up, a preflight answered, the body read, the signature
//! checked, the size of the event judged, an instance found (429 when there is none), the function
//! called, its result mapped. A slow sender therefore holds a connection, never an instance.

use super::{
    answer::{Answer, Malformed},
    auth::{Authority, Denied, Principal},
    clock::Clock,
    cors::Cors,
    event::{self, Arrival},
    flow::Flow,
    hosts::Hosts,
    instances::Instances,
    invocation::{Failure, FunctionResult, Invocation},
    log,
    options::InvokeMode,
    raw_names, refusal,
    server::{Detached, Ends, NotReceived, receive, serve},
    trace::Trace,
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, Version, header, request::Parts,
};
use http_body_util::{Either, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, sync::Arc, sync::Once, time::Instant};
use time::OffsetDateTime;
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// Request line and headers together may have this many bytes, as on the service.
const HEAD_LIMIT: usize = 1024 * 1024;

/// A response in one piece, or as it comes.
type Reply = Response<Either<Full<Bytes>, Flow>>;

/// The front door of one function URL.
#[derive(Debug)]
pub(super) struct FrontDoor {
    pub(super) instances: Arc<Instances>,
    pub(super) region: String,
    pub(super) url_id: String,
    pub(super) hosts: Hosts,
    pub(super) clock: Clock,
    /// With it, AuthType is AWS_IAM.
    pub(super) authority: Option<Arc<Authority>>,
    pub(super) invoke_mode: InvokeMode,
    pub(super) warned_of_mode: Once,
    /// Without it, preflights reach the function like any other request.
    pub(super) cors: Option<Cors>,
}

impl FrontDoor {
    /// Serves until it is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        serve(listener, |stream, ends| {
            Arc::clone(&self).serve_connection(stream, ends)
        })
        .await;
    }

    async fn serve_connection(self: Arc<Self>, stream: TcpStream, ends: Ends) {
        let service = service_fn(|request| {
            let this = Arc::clone(&self);
            async move { Ok::<_, Infallible>(this.answer(request, ends).await) }
        });
        // What breaks a connection is the client's affair, and hyper has answered what can be
        // answered (400 for what is not HTTP, 431 for a head over the limit).
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .max_buf_size(HEAD_LIMIT)
            // A client that has said everything may close its side and still be answered.
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    /// Answers one request, and writes its line.
    async fn answer(self: Arc<Self>, request: Request<Incoming>, ends: Ends) -> Reply {
        let (parts, body) = request.into_parts();
        let mut visit = Visit::new(parts, ends, self.clock.now());
        if !self.hosts.is_known(&visit.parts.headers, ends.local) {
            visit.say_refused("its host is none of this URL's names");
            return visit.end(refusal::unknown_url());
        }
        let cors = self.cors.as_ref();
        if let Some(answer) = cors.and_then(|cors| cors.preflight(&visit.parts)) {
            return visit.end(answer);
        }
        match receive(body, refusal::EVENT_LIMIT, visit.expects_continue()).await {
            // A client that leaves does not stop the function.
            Ok(received) => {
                let invoked =
                    Detached::new(async move { self.invoke(visit, &received.bytes).await });
                // A mistake of ours, and no success.
                invoked.await.unwrap_or_else(|_| {
                    let mut response = Response::new(Either::Left(Full::default()));
                    *response.status_mut() = http::StatusCode::BAD_GATEWAY;
                    response
                })
            }
            Err(err) => {
                visit.keeps_alive = false;
                visit.end(match err {
                    NotReceived::TooLarge => refusal::event_too_large(),
                    NotReceived::Truncated => refusal::truncated(),
                })
            }
        }
    }

    async fn invoke(&self, visit: Visit, body: &[u8]) -> Reply {
        let query = visit.parts.uri.query().unwrap_or_default();
        if let (Some(_), Some((name, raw))) = (&self.authority, raw_names::find(query)) {
            visit.say_refused(&format!(
                "the name of the parameter `{name}` has a `{raw}` as it is: with AWS_IAM it must be encoded, as %{:02X}",
                u32::from(raw)
            ));
            return visit.end(refusal::invalid_query_string());
        }
        let caller = match self.caller(&visit, body) {
            Ok(caller) => caller,
            Err(denied) => {
                visit.say_refused(&denied.diagnosis);
                return visit.end(refusal::denied(&denied));
            }
        };
        let event = match visit.event(body, self, caller.as_ref()) {
            Ok(event) if event.len() as u64 <= refusal::EVENT_LIMIT => event.into(),
            Ok(_) => return visit.end(refusal::event_too_large()),
            Err(_) => return visit.end(refusal::bad_gateway()),
        };
        let request_id = visit.request_id.clone();
        let invocation = Invocation {
            request_id,
            trace: visit.trace.downstream(),
            event,
        };
        let result = match self.instances.invoke(&invocation).await {
            Ok(result) => result,
            Err(failure) => {
                // What else goes wrong, the instance has said.
                if let Failure::Throttled | Failure::RateExceeded(_) = failure {
                    visit.say_refused(&failure.to_string());
                }
                return visit.end(refusal::failed(&failure));
            }
        };
        self.warn_of_mode(&result);
        let (mut answer, flow) = match self.mapped(result).await {
            Ok(mapped) => mapped,
            Err(malformed) => {
                let id = &visit.request_id;
                log::line(format_args!("fnurl: {id} cannot be answered: {malformed}"));
                return visit.end(refusal::bad_gateway());
            }
        };
        if let Some(cors) = &self.cors {
            cors.add_headers(&visit.parts.headers, &mut answer.headers);
        }
        visit.end_with(answer, flow)
    }

    /// The function's answer, as this URL's mode has it; with a flow where the body is to come.
    async fn mapped(&self, result: FunctionResult) -> Result<(Answer, Option<Flow>), Malformed> {
        match (result, self.invoke_mode) {
            (FunctionResult::Buffered(result), InvokeMode::Buffered) => {
                Ok((Answer::from_result(&result)?, None))
            }
            (FunctionResult::Buffered(result), InvokeMode::Stream) => {
                Ok((Answer::raw(result), None))
            }
            (FunctionResult::Streamed { bytes, has_prelude }, _) => {
                Ok((Answer::from_stream(&bytes, has_prelude)?, None))
            }
            (
                FunctionResult::Flowing {
                    mut flow,
                    has_prelude,
                },
                _,
            ) => {
                let answer = match has_prelude {
                    true => flow.answer().await?,
                    false => Answer::raw(Bytes::new()),
                };
                Ok((answer, Some(flow)))
            }
        }
    }

    /// The mode belongs to the URL, the style of the answer to the function; a mismatch works on
    /// the service too, and surprises there.
    fn warn_of_mode(&self, result: &FunctionResult) {
        let warning = match (result, self.invoke_mode) {
            (FunctionResult::Buffered(_), InvokeMode::Stream) => {
                "the URL streams and the function does not: its result goes out as it is, with \
                 status 200, and no status or header of it counts. Run without `--invoke-mode stream`"
            }
            (FunctionResult::Streamed { .. }, InvokeMode::Buffered) => {
                "the function streams and the URL does not: the answer is collected, up to 6 MB. \
                 Run with `--invoke-mode stream`"
            }
            _ => return,
        };
        self.warned_of_mode
            .call_once(|| log::line(format_args!("fnurl: {warning}")));
    }
}

impl FrontDoor {
    /// Who has signed, where somebody has to.
    fn caller(&self, visit: &Visit, body: &[u8]) -> Result<Option<Principal>, Denied> {
        let Some(authority) = &self.authority else {
            return Ok(None);
        };
        let hosts = self.hosts.known(visit.ends.local);
        authority.caller(&visit.parts, body, &hosts).map(Some)
    }
}

/// One request on its way through the front door.
#[derive(Debug)]
struct Visit {
    parts: Parts,
    ends: Ends,
    began: Instant,
    at: OffsetDateTime,
    request_id: String,
    trace: Trace,
    keeps_alive: bool,
}

impl Visit {
    fn new(parts: Parts, ends: Ends, at: OffsetDateTime) -> Self {
        Self {
            trace: Trace::of(&parts.headers, at),
            request_id: Uuid::new_v4().to_string(),
            keeps_alive: wants_keep_alive(&parts),
            began: Instant::now(),
            parts,
            ends,
            at,
        }
    }

    fn expects_continue(&self) -> bool {
        let expect = self.parts.headers.get(header::EXPECT);
        expect.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
    }

    /// For the terminal alone: the client is not told.
    fn say_refused(&self, why: &str) {
        log::line(format_args!(
            "fnurl: {} {} is refused: {why}",
            self.parts.method,
            self.parts.uri.path()
        ));
    }

    fn event(
        &self,
        body: &[u8],
        url: &FrontDoor,
        caller: Option<&Principal>,
    ) -> serde_json::Result<Vec<u8>> {
        let arrival = Arrival {
            peer: self.ends.peer,
            at: self.at,
            request_id: &self.request_id,
            trace: &self.trace.root(),
            url_id: &url.url_id,
            region: &url.region,
            caller,
        };
        event::event(&self.parts, body, &arrival)
    }

    /// Writes the request's line and completes the response.
    fn end(self, answer: Answer) -> Reply {
        self.end_with(answer, None)
    }

    fn end_with(self, answer: Answer, flow: Option<Flow>) -> Reply {
        let may_flow = answer.may_have_body(&self.parts.method);
        let answer = answer.without_forbidden_body(&self.parts.method);
        let path = self.parts.uri.path();
        log::request(
            &self.parts.method,
            path,
            answer.status,
            self.began.elapsed(),
        );
        let body = match flow.filter(|_| may_flow) {
            Some(flow) => Either::Right(flow),
            None => Either::Left(Full::new(answer.body)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        self.add_headers(response.headers_mut());
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
