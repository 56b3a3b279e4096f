//! The Lambda Runtime API for one function, one invocation at a time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::Failure;

/// How long the function has for an invocation, as it is told.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long anything may take before the run is given up: valgrind is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the function has done.
enum Act {
    /// It asks for an event.
    Waits(Instant),
    /// It has answered, or failed.
    Answered(Instant, Result<Bytes, Failure>),
}

/// A Runtime API with a function that may be connected to it.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::Sender<Bytes>,
    acts: mpsc::Receiver<Act>,
    connections: Arc<AtomicUsize>,
    _server: JoinSet<()>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (events, handed_over) = mpsc::channel(1);
        let (tell, acts) = mpsc::channel(4);
        let connections = Arc::new(AtomicUsize::new(0));
        let served = Arc::new(Served {
            events: Mutex::new(handed_over),
            tell,
        });
        let mut server = JoinSet::new();
        server.spawn(serve(listener, served, Arc::clone(&connections)));
        Ok(Self {
            address,
            events,
            acts,
            connections,
            _server: server,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often the function has connected so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// When the function asked for an event; it is asking until it gets one.
    pub(crate) async fn waits(&mut self) -> Result<Instant, Failure> {
        match self.act().await? {
            Act::Waits(since) => Ok(since),
            Act::Answered(_, Ok(_)) => Err("the function answered out of order".into()),
            Act::Answered(_, Err(failure)) => Err(failure),
        }
    }

    /// Hands an event to a function that waits. Gives the result, and the time that it took.
    pub(crate) async fn invoke(&mut self, event: &Bytes) -> Result<(Bytes, Duration), Failure> {
        let start = Instant::now();
        self.events.send(event.clone()).await?;
        match self.act().await? {
            Act::Answered(end, result) => Ok((result?, end - start)),
            Act::Waits(_) => Err("the function asked for an event without an answer".into()),
        }
    }

    async fn act(&mut self) -> Result<Act, Failure> {
        let act = tokio::time::timeout(PATIENCE, self.acts.recv()).await;
        match act {
            Ok(Some(act)) => Ok(act),
            Ok(None) => Err("the Runtime API has ended".into()),
            Err(_) => Err("the function did nothing for a minute".into()),
        }
    }
}

struct Served {
    events: Mutex<mpsc::Receiver<Bytes>>,
    tell: mpsc::Sender<Act>,
}

async fn serve(listener: TcpListener, served: Arc<Served>, accepted: Arc<AtomicUsize>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        accepted.fetch_add(1, Ordering::Relaxed);
        connections.spawn(serve_connection(stream, Arc::clone(&served)));
    }
}

async fn serve_connection(stream: TcpStream, served: Arc<Served>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let served = Arc::clone(&served);
        async move { Ok::<_, Infallible>(served.answer(request).await) }
    });
    // A connection that breaks shows as a function that does nothing.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

impl Served {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        match (request.method(), path.rsplit('/').next()) {
            (&Method::GET, Some("next")) => self.next().await,
            (&Method::POST, Some("response")) => self.take(request, Ok).await,
            (&Method::POST, Some("error")) => {
                let failed = |error: Bytes| {
                    let error = String::from_utf8_lossy(&error);
                    Err(format!("the function failed: {error}").into())
                };
                self.take(request, failed).await
            }
            _ => status(StatusCode::NOT_FOUND),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        let _ = self.tell.send(Act::Waits(Instant::now())).await;
        let Some(event) = self.events.lock().await.recv().await else {
            return status(StatusCode::GONE);
        };
        let deadline = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            + TIMEOUT;
        let mut response = Response::new(Full::new(event));
        let headers = response.headers_mut();
        let mut add = |name, value| headers.insert(name, value);
        add("content-type", HeaderValue::from_static("application/json"));
        add(
            "lambda-runtime-aws-request-id",
            HeaderValue::from_static("8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        );
        add(
            "lambda-runtime-deadline-ms",
            HeaderValue::from(u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX)),
        );
        add(
            "lambda-runtime-invoked-function-arn",
            HeaderValue::from_static("arn:aws:lambda:eu-west-1:111122223333:function:bench"),
        );
        add(
            "lambda-runtime-trace-id",
            HeaderValue::from_static(
                "Root=1-68a1b2c3-0123456789abcdef01234567;Parent=6f1cb1e5b9a7d3c2;Sampled=0",
            ),
        );
        response
    }

    async fn take(
        &self,
        request: Request<Incoming>,
        result: impl FnOnce(Bytes) -> Result<Bytes, Failure>,
    ) -> Response<Full<Bytes>> {
        let result = match request.into_body().collect().await {
            Ok(body) => result(body.to_bytes()),
            Err(err) => Err(err.into()),
        };
        let _ = self.tell.send(Act::Answered(Instant::now(), result)).await;
        status(StatusCode::ACCEPTED)
    }
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(br#"{"status":"OK"}"#)));
    *response.status_mut() = status;
    response
}
