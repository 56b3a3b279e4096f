//! Handles one invocation: payload in, result out. It never fails.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::Method;
use lambda_runtime::{FunctionResponse, LambdaEvent};
use tower::Service;
use tracing::Instrument;

use super::mode::InvokeMode;
use super::payload;
use crate::event::{self, BufferedResult, Chunks, FunctionResult};
use crate::message::{Call, Invocation, Request};
use crate::problem::{DEADLINE_EXCEEDED, INTERNAL_ERROR, Problem};
use crate::router::{Api, BoxFuture, MatchedRoute};

/// The function that `lambda_runtime` calls: takes the payload from beside the runtime's parser,
/// adds the mode of the function URL, and serves the invocation. It never returns an error.
pub(super) struct Function {
    api: Api,
    mode: InvokeMode,
    cold: AtomicBool,
}

impl Function {
    pub(super) const fn new(api: Api, mode: InvokeMode) -> Self {
        Self {
            api,
            mode,
            cold: AtomicBool::new(true),
        }
    }
}

impl Service<LambdaEvent<()>> for Function {
    type Response = FunctionResponse<BufferedResult, Chunks>;
    type Error = Infallible;
    type Future = BoxFuture<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: LambdaEvent<()>) -> Self::Future {
        let mut call = Call::from_context(event.context, payload::take());
        call.is_streamed = self.mode == InvokeMode::Stream;
        let api = self.api.clone();
        let is_cold_start = self.cold.swap(false, Ordering::Relaxed);
        Box::pin(async move {
            // Only a stream can outlive the time that the handler has.
            let time_up = call
                .is_streamed
                .then(|| tokio::time::sleep(call.time_left()));
            let result = invoke(&api, call, is_cold_start).await;
            Ok(result.into_runtime(time_up))
        })
    }
}

/// Serves one invocation and logs it. Every log line of the invocation has the request id, the
/// method and the route, and tells whether it is a cold start.
///
/// The method and the route are looked up before the span is opened, so that the log names them
/// even if the response comes too late. An event that cannot be read has neither: its method and
/// path may be anything, and are not logged.
pub(crate) async fn invoke(api: &Api, call: Call, is_cold_start: bool) -> FunctionResult {
    let start = Instant::now();
    let event::Read {
        request,
        invocation,
        refused,
    } = event::read(call);
    let request = Api::prepared(request);
    let method = request.method().clone();
    let route = match refused {
        None => api.route_of(&request),
        Some(_) => None,
    };
    // The level `ERROR`, so that the span exists at every log level.
    let span = tracing::error_span!(
        "invocation",
        request_id = invocation.request_id(),
        method = refused.is_none().then(|| method.as_str()),
        route = route.as_ref().map(MatchedRoute::template),
        cold_start = is_cold_start,
    );
    let serving = async {
        let result = match refused {
            None => in_time(api, request, method, route, &invocation).await,
            Some(problem) => refuse(api, request, &method, None, problem, &invocation).await,
        };
        tracing::info!(
            status = result.status().as_u16(),
            duration_ms = millis(start.elapsed()),
            "request finished"
        );
        result
    };
    serving.instrument(span).await
}

/// The result, or a 504 problem shortly before Lambda would end the invocation.
///
/// A buffered result is also collected within the time: a stream that does not end is a 504, too.
/// The request was consumed by then, so it is read from the payload again for the layers that see
/// the problem.
async fn in_time(
    api: &Api,
    request: Request,
    method: Method,
    route: Option<MatchedRoute>,
    invocation: &Invocation,
) -> FunctionResult {
    let responding = async {
        let response = api.respond(request, route.clone()).await;
        FunctionResult::new(invocation, &method, response).await
    };
    let problem = match tokio::time::timeout(invocation.time_left(), responding).await {
        Ok(Ok(result)) => return result,
        Ok(Err(problem)) => problem,
        Err(_) => {
            DEADLINE_EXCEEDED.because("the handler did not respond within the function's timeout")
        }
    };
    let request = Api::prepared(event::read_again(invocation));
    refuse(api, request, &method, route, problem, invocation).await
}

/// The time that layers have for a problem of the runtime: part of [`DEADLINE_MARGIN`](crate::DEADLINE_MARGIN). A
/// layer that hangs may be the cause of the problem.
const REFUSAL_TIME: Duration = Duration::from_millis(50);

/// Sends a problem as the result, through the layers of the API, so that it has their headers. If
/// the layers fail or hang, it sends the problem alone, which is always small enough.
///
/// There are three attempts, each simpler than the one before: through the layers, without them,
/// and a result with a status alone. The last cannot fail, so every invocation has a result.
async fn refuse(
    api: &Api,
    request: Request,
    method: &Method,
    route: Option<MatchedRoute>,
    problem: Problem,
    invocation: &Invocation,
) -> FunctionResult {
    let kind = problem.kind();
    let through_layers = async {
        let response = api.respond_with(request, route, problem).await;
        FunctionResult::new(invocation, method, response).await
    };
    match tokio::time::timeout(REFUSAL_TIME, through_layers).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => {
            let response = api.render(invocation, kind.problem());
            match FunctionResult::new(invocation, method, response).await {
                Ok(result) => result,
                Err(_) => FunctionResult::empty(invocation, INTERNAL_ERROR.status_code()),
            }
        }
    }
}

/// Milliseconds with three decimal places; more digits would only be noise.
fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}
