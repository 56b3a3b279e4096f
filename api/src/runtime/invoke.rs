//! One invocation: payload in, result out, whatever happens between.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::Method;
use lambda_runtime::LambdaEvent;
use tower::Service;

use super::payload;
use crate::body::Request;
use crate::event::{self, Answer};
use crate::invocation::{Call, Invocation};
use crate::problem::{DEADLINE_EXCEEDED, INTERNAL_ERROR, Problem};
use crate::router::{Api, BoxFuture, MatchedRoute};

/// The function that `lambda_runtime` calls.
pub(super) struct Function {
    api: Api,
    cold: AtomicBool,
}

impl Function {
    pub(super) const fn new(api: Api) -> Self {
        Self {
            api,
            cold: AtomicBool::new(true),
        }
    }
}

impl Service<LambdaEvent<()>> for Function {
    type Response = Answer;
    type Error = Infallible;
    type Future = BoxFuture<Result<Answer, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: LambdaEvent<()>) -> Self::Future {
        let call = Call::from_context(event.context, payload::take());
        let api = self.api.clone();
        let is_cold_start = self.cold.swap(false, Ordering::Relaxed);
        Box::pin(async move { Ok(answer(&api, call, is_cold_start).await) })
    }
}

/// Answers one invocation and logs it.
pub(crate) async fn answer(api: &Api, call: Call, is_cold_start: bool) -> Answer {
    let start = Instant::now();
    let (answer, method, route, invocation) = match event::read(call) {
        Ok((request, invocation)) => {
            let method = request.method().clone();
            let route = api.route_of(&request);
            let answer = in_time(api, request, route.clone(), &invocation).await;
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
async fn in_time(
    api: &Api,
    request: Request,
    route: Option<MatchedRoute>,
    invocation: &Invocation,
) -> Answer {
    let method = request.method().clone();
    let answering = async {
        let response = api.answer(request, route).await;
        match Answer::new(&method, response).await {
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
async fn refusal(method: &Method, problem: Problem, invocation: &Invocation) -> Answer {
    let response = problem.render(Some(invocation.request_id()));
    match Answer::new(method, response).await {
        Ok(answer) => answer,
        Err(_) => Answer::empty(INTERNAL_ERROR.status_code()),
    }
}

/// Milliseconds to the microsecond: more digits would only be noise.
fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}
