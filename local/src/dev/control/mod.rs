//! The control port: what stands beside the function URL. The local STS on `/`, and the Invoke
//! API on `/2015-03-31/functions/{name}/invocations`.

mod invoke_api;
mod sts;

pub(super) use invoke_api::InvokeApi;

use crate::dev::{
    iam::Authority,
    limits::EVENT_BYTES,
    log,
    server::{Ends, Guard, NotReceived, add_cors, receive_in_time, serve},
};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, net::SocketAddr, sync::Arc};
use tokio::net::{TcpListener, TcpStream};

#[derive(Debug)]
pub(in crate::dev) struct Control {
    pub(in crate::dev) authority: Arc<Authority>,
    pub(in crate::dev) invoke_api: InvokeApi,
    pub(in crate::dev) guard: Guard,
}

impl Control {
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
            async move { Ok::<_, Infallible>(this.guarded(request, ends.local).await) }
        });
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    /// Answers programs, and pages of the origins that are allowed.
    async fn guarded(
        &self,
        request: Request<Incoming>,
        local: SocketAddr,
    ) -> Response<Full<Bytes>> {
        let origin = match self.guard.check(request.headers(), local) {
            Ok(origin) => origin,
            Err(blocked) => {
                log::line(format_args!(
                    "fnurl: a request to the control port is refused: {blocked}"
                ));
                let text = "The control port is for programs on this machine\n";
                return plain(StatusCode::FORBIDDEN, text);
            }
        };
        let Some(origin) = origin else {
            return self.answer(request).await;
        };
        let headers = request.headers().clone();
        let mut response = match *request.method() {
            Method::OPTIONS => Response::new(Full::default()),
            _ => self.answer(request).await,
        };
        add_cors(&headers, &origin, response.headers_mut());
        response
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        // A byte more than an event may have, so that its own refusal is given.
        let received = match receive_in_time(body, EVENT_BYTES + 1, false).await {
            Ok(received) => received,
            Err(NotReceived::TooLarge) => {
                return plain(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large\n");
            }
            Err(NotReceived::Truncated) => {
                return plain(StatusCode::BAD_REQUEST, "The request broke off\n");
            }
            Err(NotReceived::TooSlow) => {
                return plain(StatusCode::REQUEST_TIMEOUT, "The request took too long\n");
            }
        };
        match parts.uri.path() {
            "/" => sts::answer(&self.authority, &parts, &received.bytes),
            path if InvokeApi::has(path) => self.invoke_api.answer(&parts, received.bytes).await,
            _ => plain(
                StatusCode::NOT_FOUND,
                "The control port has STS on `/` and the Invoke API on \
                 `/2015-03-31/functions/NAME/invocations`, and nothing here\n",
            ),
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let media_type = header::HeaderValue::from_static("text/plain");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}
