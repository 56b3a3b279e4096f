//! Sends a request as it is, over HTTP/1.1. No proxy is used and no redirect is followed: the
//! signature is for this host.

use super::{
    failure::{Failure, chain},
    request::Request,
};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{Connect, HttpConnector},
    },
    rt::TokioExecutor,
};
use std::{sync::Arc, time::Duration};
use tokio_rustls::rustls::{ClientConfig, crypto::ring};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A function URL talks HTTP/1.1 only. The answer may take as long as the function may run, so
/// that nothing but connecting has a timeout.
///
/// # Errors
/// [`Failure::NoAnswer`].
pub(super) async fn send(request: Request) -> Result<http::Response<Incoming>, Failure> {
    let host = request.target.host().to_owned();
    let no_answer = |reason: String| Failure::NoAnswer {
        host: host.clone(),
        reason,
        advice: match request.target.is_local() {
            true => ": is `fnurl dev` running?",
            false => "",
        },
    };
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let message = message(&request).map_err(|error| no_answer(chain(&error)))?;
    let answer = if request.target.is_https {
        let tls = tls().map_err(&no_answer)?;
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_only()
            .enable_http1();
        exchange(https.wrap_connector(tcp), message).await
    } else {
        exchange(tcp, message).await
    };
    answer.map_err(|error| no_answer(chain(&error)))
}

fn message(request: &Request) -> Result<http::Request<Full<bytes::Bytes>>, http::Error> {
    let mut message = http::Request::builder()
        .method(request.method.clone())
        .uri(request.target.url())
        .body(Full::new(request.body.clone()))?;
    *message.headers_mut() = request.headers.clone();
    Ok(message)
}

/// The certificates that this machine trusts, or those of `SSL_CERT_FILE`.
fn tls() -> Result<ClientConfig, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| chain(&error))?
        .with_native_roots()
        .map_err(|error| format!("no certificates to trust: {}", chain(&error)))?;
    Ok(config.with_no_client_auth())
}

async fn exchange<C>(
    connector: C,
    message: http::Request<Full<bytes::Bytes>>,
) -> Result<http::Response<Incoming>, hyper_util::client::legacy::Error>
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let client = Client::builder(TokioExecutor::new()).build(connector);
    client.request(message).await
}
