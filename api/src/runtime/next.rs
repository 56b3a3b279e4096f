//! Asks the Runtime API for one event after the other.
//!
//! `lambda_runtime` would do this itself, but it also sets `_X_AMZN_TRACE_ID` for each invocation,
//! and glibc never frees the values of environment variables: each new trace id would cost 144
//! bytes for as long as the instance lives (150 MB in a million invocations). So its loop is not
//! used. The service that it builds is: it calls the function and sends the result.

use std::cell::RefCell;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Method, Request, StatusCode, Uri};
use http_body_util::BodyExt;
use lambda_runtime::{Config, Error, LambdaInvocation, Runtime};
use lambda_runtime_api_client::{PooledClient, body::Body, build_request};
use tower::layer::layer_fn;
use tower::{Service, ServiceExt};

const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const RESTORED: &str = "/2018-06-01/runtime/restore/next";
const REQUEST_ID: &str = "lambda-runtime-aws-request-id";

/// Serves one invocation after the other, for as long as the Runtime API has any.
///
/// # Errors
/// When the Runtime API cannot be reached, or sends something that is not an event.
pub(super) async fn serve<S>(runtime: Runtime<S>) -> Result<(), Error>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
{
    let is_snapstart = runtime.is_snapstart();
    let mut service = service_of(runtime)?;
    let config = Arc::new(Config::from_env());
    let client = PooledClient::builder().with_pool_size(1).build();
    if is_snapstart {
        let restored = client.call(get(RESTORED)?).await?;
        if !restored.status().is_success() {
            return Err(format!("the snapshot was not restored: {}", restored.status()).into());
        }
        // The connection was made before the snapshot.
        client.reset_pool();
    }
    loop {
        let (parts, body) = client.call(get(NEXT)?).await?.into_parts();
        // Some emulators keep an idle runtime alive with it.
        if parts.status == StatusCode::NO_CONTENT {
            continue;
        }
        let body = body.collect().await?.to_bytes();
        let request_id = parts
            .headers
            .get(REQUEST_ID)
            .ok_or_else(|| format!("the Runtime API sent {} and no request id", parts.status))?;
        let context = lambda_runtime::Context::new(
            request_id.to_str()?,
            Arc::clone(&config),
            &parts.headers,
        )?;
        let invocation = LambdaInvocation {
            parts,
            body,
            context,
        };
        service.ready().await?.call(invocation).await?;
    }
}

fn get(path: &'static str) -> Result<Request<Body>, http::Error> {
    build_request()
        .method(Method::GET)
        .uri(Uri::from_static(path))
        .body(Body::empty())
}

/// Takes the service out of a runtime: a layer is the only one that a runtime shows it to.
fn service_of<S>(runtime: Runtime<S>) -> Result<S, &'static str>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
{
    let taken = RefCell::new(None);
    let _ = runtime.layer(layer_fn(|service| {
        taken.replace(Some(service));
        Taken
    }));
    taken.into_inner().ok_or("the runtime has no service")
}

/// A placeholder where the service was; nothing calls it.
struct Taken;

impl Service<LambdaInvocation> for Taken {
    type Response = ();
    type Error = Error;
    type Future = Ready<Result<(), Error>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: LambdaInvocation) -> Self::Future {
        ready(Ok(()))
    }
}
