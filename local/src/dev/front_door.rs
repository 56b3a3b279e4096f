//! The HTTP side: takes a request, has the function called, answers.
//!
//! In this order: the host is looked up, a preflight answered, the body read, the signature
//! checked, the size of the event judged, an instance found (429 when there is none), the function
//! called, its result mapped. A slow sender therefore holds a connection, never an instance.

use super::{
    answer::Answer,
    auth::{Authority, Denied, Principal},
    clock::Clock,
    cors::Cors,
    event::{self, Arrival},
    hosts::Hosts,
    instances::Instances,
    invocation::{FunctionResult, Invocation},
    log,
    receive::{NotReceived, receive},
    refusal,
    trace::Trace,
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, Version, header, request::Parts,
};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible, net::IpAddr, net::SocketAddr, sync::Arc, time::Duration, time::Instant,
};
use time::OffsetDateTime;
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// Request line and headers together may have this many bytes, as on the service.
const HEAD_LIMIT: usize = 1024 * 1024;

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
    /// Without it, preflights reach the function like any other request.
    pub(super) cors: Option<Cors>,
}

impl FrontDoor {
    /// Serves until it is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let peer = peer.ip().to_canonical();
                    tokio::spawn(Arc::clone(&self).serve_connection(stream, peer));
                }
                // Out of file descriptors, most likely: wait for some to be given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn serve_connection(self: Arc<Self>, stream: TcpStream, peer: IpAddr) {
        let _ = stream.set_nodelay(true);
        let Ok(local) = stream.local_addr() else {
            return;
        };
        let ends = Ends { peer, local };
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
    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        ends: Ends,
    ) -> Response<Full<Bytes>> {
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
            // On a task of its own: a client that leaves does not stop the function.
            Ok(received) => {
                let invoked =
                    tokio::spawn(async move { self.invoke(visit, &received.bytes).await });
                invoked
                    .await
                    .unwrap_or_else(|_| Response::new(Full::default()))
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

    async fn invoke(&self, visit: Visit, body: &[u8]) -> Response<Full<Bytes>> {
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
        let answer = match self.instances.invoke(&invocation).await {
            Ok(result) => {
                let mut answer = visit.mapped(&result);
                if let Some(cors) = &self.cors {
                    cors.add_headers(&visit.parts.headers, &mut answer.headers);
                }
                answer
            }
            Err(failure) => refusal::failed(&failure),
        };
        visit.end(answer)
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

/// The two ends of a connection.
#[derive(Debug, Clone, Copy)]
struct Ends {
    peer: IpAddr,
    local: SocketAddr,
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

    /// The function's answer; what is wrong with a result that is none is only for the log.
    fn mapped(&self, result: &FunctionResult) -> Answer {
        let answer = match result {
            FunctionResult::Buffered(result) => Answer::from_result(result),
            FunctionResult::Streamed { bytes, has_prelude } => {
                Answer::from_stream(bytes, *has_prelude)
            }
        };
        answer.unwrap_or_else(|malformed| {
            log::line(format_args!(
                "fnurl: {} cannot be answered: {malformed}",
                self.request_id
            ));
            refusal::bad_gateway()
        })
    }

    /// Writes the request's line and completes the response.
    fn end(self, answer: Answer) -> Response<Full<Bytes>> {
        let answer = answer.without_forbidden_body(&self.parts.method);
        let path = self.parts.uri.path();
        log::request(
            &self.parts.method,
            path,
            answer.status,
            self.began.elapsed(),
        );
        let mut response = Response::new(Full::new(answer.body));
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
