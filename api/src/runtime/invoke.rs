//! One invocation: payload in, result out, whatever happens between.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use lambda_runtime::{FunctionResponse, LambdaEvent};
use tower::Service;

use super::mode::InvokeMode;
use super::payload;
use crate::body::{Request, Response};
use crate::event::{self, Answer, Chunks, StreamedAnswer};
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
    type Response = FunctionResponse<Answer, Chunks>;
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
                let answer: Answer = answer(&api, call, is_cold_start).await;
                Ok(FunctionResponse::BufferedResponse(answer))
            }),
            InvokeMode::Stream => Box::pin(async move {
                let time_up = tokio::time::sleep(call.time_left());
                let answer: StreamedAnswer = answer(&api, call, is_cold_start).await;
                let answer = answer.into_runtime(time_up);
                Ok(FunctionResponse::StreamingResponse(answer))
            }),
        }
    }
}

/// What a response becomes on its way to the Runtime API.
pub(crate) trait Outcome: Sized {
    /// Takes the answer to a request with `method`.
    async fn of(method: &Method, response: Response) -> Result<Self, Problem>;

    /// An answer of nothing but a status.
    fn empty(status: StatusCode) -> Self;

    /// The status that is sent.
    fn status(&self) -> StatusCode;
}

impl Outcome for Answer {
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

impl Outcome for StreamedAnswer {
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

/// Answers one invocation and logs it.
pub(crate) async fn answer<A: Outcome>(api: &Api, call: Call, is_cold_start: bool) -> A {
    let start = Instant::now();
    let (answer, method, route, invocation) = match event::read(call) {
        Ok((request, invocation)) => {
            let method = request.method().clone();
            let route = api.route_of(&request);
            let answer: A = in_time(api, request, route.clone(), &invocation).await;
            (answer, Some(method), route, invocation)
        }
        Err((invocation, problem)) => {
            let answer = refusal(&Method::GET, problem, &invocation).await;
            (answer, None, None, invocation)
        }
    };
    tracing::info!(
        method = method.as_ref().map(Method::as_str),
        route = route.as_ref().map(MatchedRoute::template),
        status = answer.status().as_u16(),
        duration_ms = millis(start.elapsed()),
        request_id = invocation.request_id(),
        cold_start = is_cold_start,
        "request answered"
    );
    answer
}

/// The answer, or a 504 problem shortly before Lambda would end the invocation.
async fn in_time<A: Outcome>(
    api: &Api,
    request: Request,
    route: Option<MatchedRoute>,
    invocation: &Invocation,
) -> A {
    let method = request.method().clone();
    let answering = async {
        let response = api.answer(request, route).await;
        match A::of(&method, response).await {
            Ok(answer) => answer,
            Err(problem) => refusal(&method, problem, invocation).await,
        }
    };
    match tokio::time::timeout(invocation.time_left(), answering).await {
        Ok(answer) => answer,
        Err(_) => {
            let late = "the request was not answered within the function's timeout";
            refusal(&method, DEADLINE_EXCEEDED.because(late), invocation).await
        }
    }
}

/// A problem as the answer; it is small and can always be sent.
async fn refusal<A: Outcome>(method: &Method, problem: Problem, invocation: &Invocation) -> A {
    let response = problem.render(Some(invocation.request_id()));
    match A::of(method, response).await {
        Ok(answer) => answer,
        Err(_) => A::empty(INTERNAL_ERROR.status_code()),
    }
}

/// Milliseconds to the microsecond: more digits would only be noise.
fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}
