//! The Lambda Runtime API of one instance, as HTTP: each request becomes a [`Call`], which the
//! instance grants or refuses.
//!
//! Every instance has a listener of its own, so a call belongs to its instance for certain, and
//! the death of either side shows on the connection: when `fnurl dev` is killed, a waiting runtime
//! sees its call for the next event break off, and ends.
//!
//! Not here: extensions and SnapStart (404).

use super::{
    invocation::{Failure, FunctionResult},
    receive::{NotReceived, Received, receive},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::{convert::Infallible, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
};

/// The largest result, in bytes: 6 MiB and 100 bytes.
pub(super) const RESULT_LIMIT: u64 = 6_291_556;

const PREFIX: &str = "/2018-06-01/runtime";
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");
const WITH_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";

/// Where the answer to a call goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// One request of the runtime.
#[derive(Debug)]
pub(super) enum Call {
    /// Asks for the next event; the reply may take for ever.
    Next(Reply<Delivery>),
    /// Answers an invocation, well or badly.
    Done {
        request_id: String,
        result: Result<FunctionResult, Failure>,
        reply: Reply<()>,
    },
    /// Says that the function cannot start.
    InitError { error: String, reply: Reply<()> },
}

/// An event on its way to the function.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) request_id: String,
    pub(super) deadline_ms: u64,
    pub(super) function_arn: String,
    pub(super) trace: String,
    pub(super) event: Bytes,
}

/// A call that is not granted, by the names and texts of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    InvalidRequestId,
    InvalidResponseMode,
    InvalidStateTransition,
    TooLarge,
    Truncated,
    Internal,
}

impl Refusal {
    fn parts(self) -> (StatusCode, &'static str, String) {
        let (status, kind, message) = match self {
            Self::InvalidRequestId => (400, "InvalidRequestID", "Invalid request ID"),
            Self::InvalidResponseMode => (
                400,
                "InvalidFunctionResponseMode",
                "Invalid function response mode",
            ),
            Self::Truncated => (
                400,
                "TruncatedHTTPRequest",
                "HTTP request detected as truncated",
            ),
            Self::InvalidStateTransition => {
                (403, "InvalidStateTransition", "The call is out of order")
            }
            Self::TooLarge => (413, "RequestEntityTooLarge", ""),
            Self::Internal => (500, "InternalServerError", "Internal Server Error"),
        };
        let message = match self {
            Self::TooLarge => {
                format!("Exceeded maximum allowed payload size ({RESULT_LIMIT} bytes).")
            }
            _ => message.to_owned(),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, kind, message)
    }
}

/// Serves the Runtime API until it is dropped, and its connections with it.
pub(super) async fn serve(listener: TcpListener, calls: mpsc::Sender<Call>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(serve_connection(stream, calls.clone()))),
                // Out of file descriptors, most likely: wait for some to be given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve_connection(stream: TcpStream, calls: mpsc::Sender<Call>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let calls = calls.clone();
        async move { Ok::<_, Infallible>(answer(request, &calls).await) }
    });
    // A connection that breaks is the runtime's affair: its process is what is watched.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Incoming>, calls: &mpsc::Sender<Call>) -> Response<Full<Bytes>> {
    let path = request
        .uri()
        .path()
        .strip_prefix(PREFIX)
        .unwrap_or_default()
        .to_owned();
    let segments = path.split('/').skip(1).collect::<Vec<_>>();
    let outcome = match (request.method(), &segments[..]) {
        (&Method::GET, ["invocation", "next"]) => next(calls).await,
        (&Method::POST, ["invocation", id, "response"]) => response(request, id, calls).await,
        (&Method::POST, ["invocation", id, "error"]) => error(request, id, calls).await,
        (&Method::POST, ["init", "error"]) => init_error(request, calls).await,
        _ => Ok(with_status(StatusCode::NOT_FOUND, "")),
    };
    outcome.unwrap_or_else(refused)
}

async fn next(calls: &mpsc::Sender<Call>) -> Result<Response<Full<Bytes>>, Refusal> {
    let delivery = ask(calls, Call::Next).await?;
    let mut response = Response::new(Full::new(delivery.event));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let about = [
        ("lambda-runtime-aws-request-id", delivery.request_id),
        (
            "lambda-runtime-deadline-ms",
            delivery.deadline_ms.to_string(),
        ),
        ("lambda-runtime-invoked-function-arn", delivery.function_arn),
        ("lambda-runtime-trace-id", delivery.trace),
    ];
    for (name, value) in about {
        let value = HeaderValue::try_from(value).map_err(|_| Refusal::Internal)?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(response)
}

async fn response(
    request: Request<Incoming>,
    id: &str,
    calls: &mpsc::Sender<Call>,
) -> Result<Response<Full<Bytes>>, Refusal> {
    let (result, refusal) = match read_result(request).await {
        Ok(result) => (result, None),
        Err((failure, refusal)) => (Err(failure), Some(refusal)),
    };
    done(id, result, calls).await?;
    refusal.map_or_else(|| Ok(accepted()), Err)
}

/// The outcome of an invocation; or what it means for the client's request and for the runtime
/// that the outcome could not be read.
async fn read_result(
    request: Request<Incoming>,
) -> Result<Result<FunctionResult, Failure>, (Failure, Refusal)> {
    let (parts, body) = request.into_parts();
    let is_streamed = match parts.headers.get(RESPONSE_MODE).map(HeaderValue::as_bytes) {
        None => false,
        Some(b"streaming") => true,
        Some(_) => return Err((Failure::ResponseMode, Refusal::InvalidResponseMode)),
    };
    let received = receive(body, RESULT_LIMIT, false)
        .await
        .map_err(|err| match err {
            NotReceived::TooLarge => (Failure::TooLarge, Refusal::TooLarge),
            NotReceived::Truncated => (Failure::Truncated, Refusal::Truncated),
        })?;
    Ok(match is_streamed {
        false => Ok(FunctionResult::Buffered(received.bytes)),
        true => streamed(&parts.headers, received),
    })
}

/// The whole stream at once. A stream that ends in an error says so in its trailers.
fn streamed(headers: &HeaderMap, received: Received) -> Result<FunctionResult, Failure> {
    if let Some(kind) = received.trailers.get(ERROR_TYPE) {
        return Err(Failure::Function(
            String::from_utf8_lossy(kind.as_bytes()).into_owned(),
        ));
    }
    let has_prelude = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == WITH_PRELUDE);
    Ok(FunctionResult::Streamed {
        bytes: received.bytes,
        has_prelude,
    })
}

async fn error(
    request: Request<Incoming>,
    id: &str,
    calls: &mpsc::Sender<Call>,
) -> Result<Response<Full<Bytes>>, Refusal> {
    let error = read_error(request).await?;
    done(id, Err(Failure::Function(error)), calls).await?;
    Ok(accepted())
}

async fn init_error(
    request: Request<Incoming>,
    calls: &mpsc::Sender<Call>,
) -> Result<Response<Full<Bytes>>, Refusal> {
    let error = read_error(request).await?;
    ask(calls, |reply| Call::InitError { error, reply }).await?;
    Ok(accepted())
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ReportedError {
    error_type: String,
    error_message: String,
}

/// `Type: message`, from the body; a body of another form leaves the type in the header.
async fn read_error(request: Request<Incoming>) -> Result<String, Refusal> {
    let (parts, body) = request.into_parts();
    let header = parts.headers.get(ERROR_TYPE);
    let kind = header.map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
    let received = receive(body, RESULT_LIMIT, false)
        .await
        .map_err(|err| match err {
            NotReceived::TooLarge => Refusal::TooLarge,
            NotReceived::Truncated => Refusal::Truncated,
        })?;
    Ok(
        match serde_json::from_slice::<ReportedError>(&received.bytes) {
            Ok(error) => format!("{}: {}", error.error_type, error.error_message),
            Err(_) => kind.unwrap_or_else(|| "Unhandled".to_owned()),
        },
    )
}

async fn done(
    id: &str,
    result: Result<FunctionResult, Failure>,
    calls: &mpsc::Sender<Call>,
) -> Result<(), Refusal> {
    let request_id = id.to_owned();
    ask(calls, |reply| Call::Done {
        request_id,
        result,
        reply,
    })
    .await
}

/// Passes a call to the instance and waits for its word; none comes when the instance is ending.
async fn ask<T>(
    calls: &mpsc::Sender<Call>,
    call: impl FnOnce(Reply<T>) -> Call,
) -> Result<T, Refusal> {
    let (reply, answer) = oneshot::channel();
    calls
        .send(call(reply))
        .await
        .map_err(|_| Refusal::Internal)?;
    answer.await.unwrap_or(Err(Refusal::Internal))
}

fn accepted() -> Response<Full<Bytes>> {
    with_status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn refused(refusal: Refusal) -> Response<Full<Bytes>> {
    let (status, kind, message) = refusal.parts();
    let body = serde_json::json!({"errorMessage": message, "errorType": kind});
    with_status(status, body.to_string())
}

fn with_status(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
