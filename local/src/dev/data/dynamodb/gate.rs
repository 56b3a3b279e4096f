//! The gate before the embedded engine: programs with the key of this run pass, pages do not.
//!
//! The engine's own server lets every page read its answers and takes any key. It can only listen
//! on a TCP port, so its port is at a loopback address that nobody else knows: one of 2²⁴, of which
//! a page would have to try each port. On systems with a single loopback address, that leaves the
//! port alone.

use super::key::RunKey;
use crate::dev::{
    log,
    server::{Ends, Guard, serve},
};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header, uri};
use http_body_util::{Either, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use std::{convert::Infallible, io, net::Ipv4Addr, net::SocketAddr, sync::Arc};
use tokio::net::{TcpListener, TcpStream};

type Reply = Response<Either<Full<Bytes>, Incoming>>;

/// Binds the engine's own listener.
///
/// # Errors
/// As for [`std::net::TcpListener::bind`].
pub(super) fn hidden_listener() -> io::Result<std::net::TcpListener> {
    let [a, b, c] = rand::random();
    let hidden = std::net::TcpListener::bind((Ipv4Addr::new(127, a, b, c.clamp(1, 254)), 0));
    hidden.or_else(|_| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
}

#[derive(Debug)]
pub(super) struct Gate {
    guard: Guard,
    key: RunKey,
    engine: SocketAddr,
    client: Client<HttpConnector, Incoming>,
}

impl Gate {
    pub(super) fn new(key: RunKey, engine: SocketAddr) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        Self {
            guard: Guard::default(),
            key,
            engine,
            client: Client::builder(TokioExecutor::new()).build(tcp),
        }
    }

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
            async move { Ok::<_, Infallible>(this.pass(request, ends.local).await) }
        });
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn pass(&self, mut request: Request<Incoming>, local: SocketAddr) -> Reply {
        if let Err(blocked) = self.guard.check(request.headers(), local) {
            log::line(format_args!(
                "fnurl: a request to the tables is refused: {blocked}"
            ));
            return refusal(
                StatusCode::FORBIDDEN,
                "AccessDeniedException",
                &blocked.to_string(),
            );
        }
        // The engine says itself what is missing without any credentials, and tells its health.
        if self.key.lets_in(request.headers(), request.uri()) == Some(false) {
            let file = self.key.file.display();
            let message = format!(
                "The security token included in the request is invalid. These tables take the key of this run of `fnurl dev`: profile fnurl-tables in {file}"
            );
            return refusal(
                StatusCode::BAD_REQUEST,
                "UnrecognizedClientException",
                &message,
            );
        }
        let mut parts = uri::Parts::default();
        parts.scheme = Some(uri::Scheme::HTTP);
        parts.authority = self.engine.to_string().parse().ok();
        let path = request.uri().path_and_query().cloned();
        parts.path_and_query = path.or(Some(uri::PathAndQuery::from_static("/")));
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        request.headers_mut().remove(header::HOST);
        match self.client.request(request).await {
            Ok(response) => response.map(Either::Right),
            Err(error) => {
                log::line(format_args!(
                    "fnurl: the embedded DynamoDB has not answered: {error}"
                ));
                refusal(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "InternalServerError",
                    "The embedded DynamoDB has not answered",
                )
            }
        }
    }
}

/// An error in the form of DynamoDB.
fn refusal(status: StatusCode, kind: &str, message: &str) -> Reply {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
    let body = serde_json::json!({"__type": kind, "message": message}).to_string();
    let mut response = Response::new(Either::Left(Full::from(body)));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static("application/x-amz-json-1.0");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}
