//! The HTTP side: takes a request, has the function called, answers.
//!
//! In this order: the host is looked up, a preflight answered, the body read, the signature
//! checked, the size of the event judged, an instance found (429 when there is none), the function
//! called, its result mapped. A slow sender therefore holds a connection, never an instance.

mod answer;
mod cors;
mod cors_config;
mod event;
mod hosts;
mod query_names;
pub(super) mod refusal;
pub(super) mod trace;
mod visit;

pub(super) use cors::Cors;
pub(super) use cors_config::CorsConfig;
pub(super) use hosts::Hosts;

use crate::dev::{
    clock::Clock,
    function::{
        Instances,
        flow::Flow,
        invocation::{Failure, FunctionResult, Invocation, Opening},
    },
    iam::{Authority, Denied, Principal},
    limits::{EVENT_BYTES, HEAD_BYTES, HEADERS},
    log,
    options::InvokeMode,
    server::{Detached, Ends, NotReceived, receive_in_time, serve},
};
use answer::{Answer, Malformed};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Either, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, sync::Arc, sync::Once};
use tokio::net::{TcpListener, TcpStream};
use visit::{Reply, Visit};

/// The front door of one function URL.
#[derive(Debug)]
pub(in crate::dev) struct FrontDoor {
    pub(in crate::dev) instances: Arc<Instances>,
    pub(in crate::dev) region: String,
    pub(in crate::dev) url_id: String,
    pub(in crate::dev) hosts: Hosts,
    pub(in crate::dev) clock: Clock,
    /// With it, AuthType is AWS_IAM.
    pub(in crate::dev) authority: Option<Arc<Authority>>,
    pub(in crate::dev) invoke_mode: InvokeMode,
    pub(in crate::dev) warned_of_mode: Once,
    /// Without it, preflights reach the function like any other request.
    pub(in crate::dev) cors: Option<Cors>,
}

impl FrontDoor {
    /// Serves until it is dropped.
    pub(in crate::dev) async fn serve(self: Arc<Self>, listener: TcpListener) {
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
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .max_buf_size(HEAD_BYTES)
            .max_headers(HEADERS)
            // A client that has said everything may close its side and still be answered.
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service)
            .await;
        // hyper has answered what can be answered, and nothing else has said so.
        if let Err(error) = served
            && let Some(refused) = refused(&error)
        {
            log::line(format_args!(
                "fnurl: a request of {} is refused: {refused}",
                ends.peer
            ));
        }
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
        match receive_in_time(body, EVENT_BYTES, visit.expects_continue()).await {
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
                visit.say_refused(&err.to_string());
                visit.end(match err {
                    NotReceived::TooLarge => refusal::event_too_large(),
                    NotReceived::Truncated => refusal::truncated(),
                    NotReceived::TooSlow => refusal::too_slow(),
                })
            }
        }
    }

    async fn invoke(&self, mut visit: Visit, body: &[u8]) -> Reply {
        let query = visit.parts.uri.query().unwrap_or_default();
        let is_signed = self.authority.is_some();
        if let Some((name, raw)) = query_names::find(query, is_signed) {
            let with_iam = if raw == '/' { "" } else { "with AWS_IAM " };
            visit.say_refused(&format!(
                "the name of the parameter `{name}` has a `{raw}` as it is: {with_iam}it must be encoded, as %{:02X}",
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
        let event = match visit.event(body, &self.url_id, &self.region, caller.as_ref()) {
            Ok(event) if event.len() as u64 <= EVENT_BYTES => event.into(),
            Ok(_) => return visit.end(refusal::event_too_large()),
            Err(_) => return visit.end(refusal::bad_gateway()),
        };
        let request_id = visit.request_id.clone();
        let invocation = Invocation {
            request_id,
            trace: visit.trace.downstream(),
            event,
        };
        let finished = self.instances.invoke(&invocation).await;
        visit.is_cold = finished.is_cold;
        let result = match finished.outcome {
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
                visit.say(format_args!("the result is not a response: {malformed}"));
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
            (FunctionResult::Streamed { bytes, opening }, _) => {
                Ok((Answer::from_stream(&bytes, opening)?, None))
            }
            (FunctionResult::Flowing { mut flow, opening }, _) => {
                let answer = match opening {
                    Opening::Prelude => answer::read_prelude(&mut flow).await?,
                    Opening::Body(media_type) => Answer::raw_of_type(Bytes::new(), media_type),
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

/// The reason for which hyper has refused a request by itself; `None` for a connection that the
/// client has broken or left idle.
fn refused(error: &hyper::Error) -> Option<String> {
    // hyper says which of its limits it was in its text alone.
    let is_target = error.to_string().contains("URI");
    match (error.is_parse_too_large(), error.is_parse()) {
        (true, _) if is_target => Some(
            "414, its target has more than 65,534 bytes, the most that `fnurl dev` can read; \
             the service takes 1 MB of request line and headers"
                .to_owned(),
        ),
        (true, _) => Some(format!(
            "431, its request line and headers have more than 1 MB, or it has more than {HEADERS} \
             headers"
        )),
        (false, true) => Some(format!("400, it is not HTTP/1.1 ({error})")),
        (false, false) => None,
    }
}
