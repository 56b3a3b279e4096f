//! The Lambda Runtime API of one instance, as HTTP: each request becomes a [`Call`], which the
//! instance grants or refuses.
//!
//! Every instance has a listener of its own, so a call belongs to its instance for certain, and
//! the death of either side shows on the connection: when `fnurl dev` is killed, a waiting runtime
//! sees its call for the next event break off, and ends.
//!
//! Not here: extensions and SnapStart (404).

use super::{
    flow::{Flow, Pace},
    invocation::{Failure, FunctionResult, Opening},
};
use crate::dev::{
    limits::{RESULT_BYTES, STREAM_BYTES},
    log,
    options::InvokeMode,
    server::{Guard, NotReceived, Received, receive},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::{convert::Infallible, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
};

const PREFIX: &str = "/2018-06-01/runtime";
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");
const WITH_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";

/// Where the answer to a call goes.
pub(in crate::dev) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// One request of the runtime.
#[derive(Debug)]
pub(in crate::dev) enum Call {
    /// Asks for the next event; the reply may take for ever.
    Next(Reply<Delivery>),
    /// Answers an invocation, well or badly.
    Done {
        request_id: String,
        result: Result<FunctionResult, Failure>,
        reply: Reply<()>,
    },
    /// The stream that answered an invocation is at its end, perhaps with an error.
    Streamed {
        request_id: String,
        error: Option<String>,
        reply: Reply<()>,
    },
    /// Says that the function cannot start.
    InitError { error: String, reply: Reply<()> },
}

/// An event on its way to the function.
#[derive(Debug)]
pub(in crate::dev) struct Delivery {
    pub(in crate::dev) request_id: String,
    pub(in crate::dev) deadline_ms: u64,
    pub(in crate::dev) function_arn: String,
    pub(in crate::dev) trace: String,
    pub(in crate::dev) event: Bytes,
}

/// A call that is not granted, by the names and texts of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dev) enum Refusal {
    InvalidRequestId,
    InvalidResponseMode,
    InvalidStateTransition,
    TooLarge,
    StreamTooLarge,
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
            Self::TooLarge | Self::StreamTooLarge => (413, "RequestEntityTooLarge", ""),
            Self::Internal => (500, "InternalServerError", "Internal Server Error"),
        };
        let message = match self {
            Self::TooLarge => {
                format!("Exceeded maximum allowed payload size ({RESULT_BYTES} bytes).")
            }
            Self::StreamTooLarge => {
                format!("Exceeded maximum allowed stream size ({STREAM_BYTES} bytes).")
            }
            _ => message.to_owned(),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, kind, message)
    }
}

/// Serves the Runtime API until it is dropped, and its connections with it. Once it is told to
/// close, it takes no further connection, and ends with the last one.
pub(in crate::dev) async fn serve(
    listener: TcpListener,
    calls: mpsc::Sender<Call>,
    mode: InvokeMode,
    mut closing: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut closing => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(serve_connection(stream, calls.clone(), mode))),
                // Out of file descriptors, most likely: wait for some to be given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop((listener, calls));
    while connections.join_next().await.is_some() {}
}

async fn serve_connection(stream: TcpStream, calls: mpsc::Sender<Call>, mode: InvokeMode) {
    let _ = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr() else {
        return;
    };
    let service = service_fn(|request: Request<Incoming>| {
        let calls = calls.clone();
        async move {
            Ok::<_, Infallible>(match Guard::default().check(request.headers(), local) {
                Ok(_) => answer(request, &calls, mode).await,
                Err(blocked) => {
                    log::line(format_args!(
                        "fnurl: a request to the Runtime API is refused: {blocked}"
                    ));
                    with_status(StatusCode::FORBIDDEN, "")
                }
            })
        }
    });
    // A connection that breaks is the runtime's affair: its process is what is watched.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    calls: &mpsc::Sender<Call>,
    mode: InvokeMode,
) -> Response<Full<Bytes>> {
    let path = request
        .uri()
        .path()
        .strip_prefix(PREFIX)
        .unwrap_or_default()
        .to_owned();
    let segments = path.split('/').skip(1).collect::<Vec<_>>();
    let outcome = match (request.method(), &segments[..]) {
        (&Method::GET, ["invocation", "next"]) => next(calls).await,
        (&Method::POST, ["invocation", id, "response"]) => match mode {
            InvokeMode::Stream if is_streamed(&request) => stream(request, id, calls).await,
            _ => response(request, id, calls).await,
        },
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

fn is_streamed(request: &Request<Incoming>) -> bool {
    let mode = request.headers().get(RESPONSE_MODE);
    mode.is_some_and(|mode| mode == "streaming")
}

fn opening(headers: &HeaderMap) -> Opening {
    match headers.get(header::CONTENT_TYPE) {
        Some(media_type) if media_type == WITH_PRELUDE => Opening::Prelude,
        media_type => Opening::Body(media_type.cloned()),
    }
}

/// Passes a stream on as it comes: the invocation has its answer with the first byte.
async fn stream(
    request: Request<Incoming>,
    id: &str,
    calls: &mpsc::Sender<Call>,
) -> Result<Response<Full<Bytes>>, Refusal> {
    let (parts, body) = request.into_parts();
    let (chunks, flow) = Flow::channel();
    let opening = opening(&parts.headers);
    done(id, Ok(FunctionResult::Flowing { flow, opening }), calls).await?;
    let (error, outcome) = match pass_on(body, &chunks).await {
        Ok(error) => (error, Ok(accepted())),
        Err(refusal) => (Some(refusal.parts().2), Err(refusal)),
    };
    let request_id = id.to_owned();
    // Before the client sees the end: its next request is to find this instance.
    ask(calls, |reply| Call::Streamed {
        request_id,
        error,
        reply,
    })
    .await?;
    outcome
}

/// Reads a stream to its end, also when nobody listens any more: a client that leaves does not
/// stop the function. Gives the error that the trailers tell of.
async fn pass_on(
    mut body: impl Body<Data = Bytes> + Unpin,
    chunks: &mpsc::Sender<Bytes>,
) -> Result<Option<String>, Refusal> {
    let mut pace = Pace::new();
    let mut error = None;
    while let Some(frame) = body.frame().await {
        match frame.map_err(|_| Refusal::Truncated)?.into_data() {
            Ok(chunk) => {
                if !chunks.is_closed() {
                    pace.pass(chunk.len() as u64).await;
                    let _ = chunks.send(chunk).await;
                }
                if pace.passed() > STREAM_BYTES {
                    return Err(Refusal::StreamTooLarge);
                }
            }
            Err(frame) => error = frame.into_trailers().ok().as_ref().and_then(error_type),
        }
    }
    Ok(error)
}

fn error_type(trailers: &HeaderMap) -> Option<String> {
    let kind = trailers.get(ERROR_TYPE)?;
    Some(String::from_utf8_lossy(kind.as_bytes()).into_owned())
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
    let received = receive(body, RESULT_BYTES, false)
        .await
        .map_err(|err| match err {
            NotReceived::TooLarge => (Failure::TooLarge, Refusal::TooLarge),
            NotReceived::Truncated | NotReceived::TooSlow => {
                (Failure::Truncated, Refusal::Truncated)
            }
        })?;
    Ok(match is_streamed {
        false => Ok(FunctionResult::Buffered(received.bytes)),
        true => streamed(&parts.headers, received),
    })
}

/// The whole stream at once. A stream that ends in an error says so in its trailers.
fn streamed(headers: &HeaderMap, received: Received) -> Result<FunctionResult, Failure> {
    if let Some(kind) = error_type(&received.trailers) {
        return Err(Failure::Function(kind));
    }
    let opening = opening(headers);
    Ok(FunctionResult::Streamed {
        bytes: received.bytes,
        opening,
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
    let received = receive(body, RESULT_BYTES, false)
        .await
        .map_err(|err| match err {
            NotReceived::TooLarge => Refusal::TooLarge,
            NotReceived::Truncated | NotReceived::TooSlow => Refusal::Truncated,
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

#[cfg(test)]
mod tests {
    use super::*;
    use http_body::Frame;
    use std::{
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll},
        time::Duration,
    };

    const CHUNK: Bytes = Bytes::from_static(&[0; 1 << 20]);

    /// So many chunks of a mebibyte.
    struct Chunks(u32);

    impl Body for Chunks {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let is_left = self.0 > 0;
            self.0 = self.0.saturating_sub(1);
            Poll::Ready(is_left.then(|| Ok(Frame::data(CHUNK))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_of_200_mib_passes_at_its_pace_and_one_of_more_is_cut_off() {
        for (mebibytes, is_cut_off) in [(200, false), (201, true)] {
            let (chunks, mut received) = mpsc::channel::<Bytes>(4);
            let client = tokio::spawn(async move {
                let mut bytes = 0;
                while let Some(chunk) = received.recv().await {
                    bytes += chunk.len() as u64;
                }
                bytes
            });
            let began = tokio::time::Instant::now();
            let outcome = pass_on(Chunks(mebibytes), &chunks).await;
            drop(chunks);
            assert_eq!(matches!(outcome, Err(Refusal::StreamTooLarge)), is_cut_off);
            assert!(client.await.unwrap() >= STREAM_BYTES);
            // Six pass at once, and two a second after that.
            let seconds = f64::from(mebibytes - 6) / 2.0;
            assert_eq!(began.elapsed(), Duration::from_secs_f64(seconds));
        }
    }
}
