//! One invocation: payload in, result out, whatever happens between.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use lambda_runtime::LambdaEvent;
use tower::Service;

use super::payload;
use crate::body::{Request, Response};
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
    match event::read(call) {
        Ok((request, invocation)) => {
            let method = request.method().clone();
            let (response, route) = in_time(api, request, &invocation).await;
            let answer = finish(&method, response, &invocation).await;
            let line = Line {
                method: method.as_str(),
                route: route.as_ref().map(MatchedRoute::template),
                status: answer.status(),
                request_id: invocation.request_id(),
                is_cold_start,
            };
            line.log(start.elapsed());
            answer
        }
        Err((invocation, problem)) => {
            let response = problem.render(Some(invocation.request_id()));
            let answer = finish(&Method::GET, response, &invocation).await;
            let line = Line {
                method: "-",
                route: None,
                status: answer.status(),
                request_id: invocation.request_id(),
                is_cold_start,
            };
            line.log(start.elapsed());
            answer
        }
    }
}

/// The answer, or a 504 problem shortly before Lambda would end the invocation.
async fn in_time(
    api: &Api,
    request: Request,
    invocation: &Invocation,
) -> (Response, Option<MatchedRoute>) {
    let route = api.route_of(&request);
    let answering = api.answer(request, route.clone());
    let response = match tokio::time::timeout(invocation.time_left(), answering).await {
        Ok(response) => response,
        Err(_) => DEADLINE_EXCEEDED
            .because("the request was not answered within the function's timeout")
            .render(Some(invocation.request_id())),
    };
    (response, route)
}

async fn finish(method: &Method, response: Response, invocation: &Invocation) -> Answer {
    let problem = match Answer::new(method, response).await {
        Ok(answer) => return answer,
        Err(problem) => problem,
    };
    rescued(method, problem, invocation).await
}

/// The answer for a response that cannot be sent. A problem is small and can always be.
async fn rescued(method: &Method, problem: Problem, invocation: &Invocation) -> Answer {
    let response = problem.render(Some(invocation.request_id()));
    match Answer::new(method, response).await {
        Ok(answer) => answer,
        Err(_) => Answer::empty(INTERNAL_ERROR.status_code()),
    }
}

/// One line in the log for each request.
struct Line<'a> {
    method: &'a str,
    route: Option<&'a str>,
    status: StatusCode,
    request_id: &'a str,
    is_cold_start: bool,
}

impl Line<'_> {
    fn log(&self, duration: Duration) {
        tracing::info!(
            method = self.method,
            route = self.route,
            status = self.status.as_u16(),
            duration_ms = millis(duration),
            request_id = self.request_id,
            cold_start = self.is_cold_start,
            "request answered"
        );
    }
}

/// Milliseconds to the microsecond: more digits would only be noise.
fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}
