//! One invocation: payload in, result out, and never a failure.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use lambda_runtime::{FunctionResponse, LambdaEvent};
use tower::Service;
use tracing::Instrument;

use super::mode::InvokeMode;
use super::payload;
use crate::body::{Request, Response};
use crate::event::{self, BufferedResult, Chunks, StreamedResult};
use crate::invocation::{Call, Invocation};
use crate::problem::{DEADLINE_EXCEEDED, INTERNAL_ERROR, Problem};
use crate::router::{Api, BoxFuture, MatchedRoute};

/// The function that `lambda_runtime` calls.
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
        match self.mode {
            InvokeMode::Buffered => Box::pin(async move {
                let result: BufferedResult = invoke(&api, call, is_cold_start).await;
                Ok(FunctionResponse::BufferedResponse(result))
            }),
            InvokeMode::Stream => Box::pin(async move {
                let time_up = tokio::time::sleep(call.time_left());
                let result: StreamedResult = invoke(&api, call, is_cold_start).await;
                Ok(FunctionResponse::StreamingResponse(
                    result.into_runtime(time_up),
                ))
            }),
        }
    }
}

/// The form in which a response goes to the Runtime API.
pub(crate) trait Outcome: Sized {
    /// Takes the response to a request with `method`.
    async fn of(method: &Method, response: Response) -> Result<Self, Problem>;

    /// A result with only a status.
    fn empty(status: StatusCode) -> Self;

    /// The status that is sent.
    fn status(&self) -> StatusCode;
}

impl Outcome for BufferedResult {
    async fn of(method: &Method, response: Response) -> Result<Self, Problem> {
        Self::new(method, response).await
    }

    fn empty(status: StatusCode) -> Self {
        Self::empty(status)
    }

    fn status(&self) -> StatusCode {
        self.status()
    }
}

impl Outcome for StreamedResult {
    async fn of(method: &Method, response: Response) -> Result<Self, Problem> {
        Self::new(method, response)
    }

    fn empty(status: StatusCode) -> Self {
        Self::empty(status)
    }

    fn status(&self) -> StatusCode {
        self.status()
    }
}

/// Serves one invocation and logs it. Every log line of the invocation has the request id, the
/// method and the route, and tells whether it is a cold start.
pub(crate) async fn invoke<R: Outcome>(api: &Api, call: Call, is_cold_start: bool) -> R {
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
        let result: R = match refused {
            None => in_time(api, request, method, route, &invocation).await,
            Some(problem) => refuse(api, request, &method, None, problem, &invocation).await,
        };
        tracing::info!(
            status = result.status().as_u16(),
            duration_ms = millis(start.elapsed()),
            "request answered"
        );
        result
    };
    serving.instrument(span).await
}

/// The result, or a 504 problem shortly before Lambda would end the invocation.
async fn in_time<R: Outcome>(
    api: &Api,
    request: Request,
    method: Method,
    route: Option<MatchedRoute>,
    invocation: &Invocation,
) -> R {
    let responding = async {
        let response = api.respond(request, route.clone()).await;
        R::of(&method, response).await
    };
    let problem = match tokio::time::timeout(invocation.time_left(), responding).await {
        Ok(Ok(result)) => return result,
        Ok(Err(problem)) => problem,
        Err(_) => {
            DEADLINE_EXCEEDED.because("the request got no response within the function's timeout")
        }
    };
    let request = Api::prepared(event::read_again(invocation));
    refuse(api, request, &method, route, problem, invocation).await
}

/// The time that layers have for a problem of the runtime: part of [`MARGIN`](crate::MARGIN). A
/// layer that hangs may be the cause of the problem.
const REFUSAL_TIME: Duration = Duration::from_millis(50);

/// Sends a problem as the result, through the layers of the API, so that it has the headers of
/// every response. If they fail or hang, it sends the problem alone, which is always small enough.
async fn refuse<R: Outcome>(
    api: &Api,
    request: Request,
    method: &Method,
    route: Option<MatchedRoute>,
    problem: Problem,
    invocation: &Invocation,
) -> R {
    let kind = problem.kind();
    let through_layers = async {
        let response = api.respond_with(request, route, problem).await;
        R::of(method, response).await
    };
    match tokio::time::timeout(REFUSAL_TIME, through_layers).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => {
            let response = api.render(invocation, kind.problem());
            match R::of(method, response).await {
                Ok(result) => result,
                Err(_) => R::empty(INTERNAL_ERROR.status_code()),
            }
        }
    }
}

/// Milliseconds with three decimal places; more digits would only be noise.
fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}
