//! The least that can stand before a function: what the local function URL is measured against.
//!
//! An HTTP server that gives its functions an event like those of a function URL, the same each time
//! but for method and path, and answers with the status and the body of their result. It reads no
//! headers, knows no limits and writes no log.

use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

use crate::Failure;
use crate::function::{Function, Program, Tool};

/// Functions that wait for an event.
struct Waiting {
    take: Mutex<mpsc::Receiver<Function>>,
    give_back: mpsc::Sender<Function>,
}

/// Serves for ever; says where on the first line of standard output.
pub(crate) async fn serve(program: &Program, instances: usize) -> Result<(), Failure> {
    let (give_back, take) = mpsc::channel(instances);
    for _ in 0..instances {
        give_back
            .send(Function::start(program, Tool::Nothing).await?)
            .await?;
    }
    let waiting = Arc::new(Waiting {
        take: Mutex::new(take),
        give_back,
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("bench: listening on http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let waiting = Arc::clone(&waiting);
        let service = service_fn(move |request| {
            let waiting = Arc::clone(&waiting);
            async move { Ok::<_, Infallible>(answer(&waiting, request).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(waiting: &Waiting, request: Request<Incoming>) -> Response<Full<Bytes>> {
    match forward(waiting, &request).await {
        Ok(response) => response,
        Err(failure) => {
            let mut response = Response::new(Full::new(failure.to_string().into()));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }
    }
}

async fn forward(
    waiting: &Waiting,
    request: &Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Failure> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let event = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": request.uri().query().unwrap_or_default(),
        // What `fnurl dev` tells of the bench's client, so that the function has the same to read.
        "headers": {
            "host": "127.0.0.1:9000",
            "user-agent": "bench",
            "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
            "x-amzn-tls-version": "TLSv1.3",
            "x-amzn-trace-id": "Root=1-6b047697-0c10c8c7903e4bc8b997611b",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "fnurllocalfnurllocalfnurllocal00",
            "domainName": "fnurllocalfnurllocalfnurllocal00.lambda-url.us-east-1.on.aws",
            "domainPrefix": "fnurllocalfnurllocalfnurllocal00",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "bench",
            },
            "requestId": "1dbb26de-0540-43a4-897e-14a2d36c6749",
            "routeKey": "$default",
            "stage": "$default",
            "time": "23/Nov/2026:17:23:35 +0000",
            "timeEpoch": 1_795_454_615_000_u64,
        },
        "routeKey": "$default",
        "isBase64Encoded": false,
    });
    let event = Bytes::from(serde_json::to_vec(&event)?);
    let taken = waiting.take.lock().await.recv().await;
    let mut function = taken.ok_or("no function is left")?;
    let result = function.invoke(&event).await?;
    let give_back = waiting.give_back.clone();
    tokio::spawn(async move {
        if function.waits().await.is_ok() {
            let _ = give_back.send(function).await;
        }
    });
    let result: FunctionResult = serde_json::from_slice(&result)?;
    let mut response = Response::new(Full::new(result.body.into()));
    *response.status_mut() = StatusCode::from_u16(result.status_code)?;
    Ok(response)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionResult {
    status_code: u16,
    #[serde(default)]
    body: String,
}
