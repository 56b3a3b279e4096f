//! Every problem, from any source, passes through the API's layers and has its error format.

use std::collections::BTreeMap;
use std::time::Duration;

use fnurl::layers::{Cors, RequestId, SecurityHeaders};
use fnurl::testing::{REQUEST_ID, TestApi, TestResponse};
use fnurl::{Api, Body, ErrorFormat, Json, Problem, ProblemType, Unvalidated, get, post};
use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use tower_http::limit::RequestBodyLimitLayer;

const TEAPOT: ProblemType = ProblemType::new(418, "teapot", "I am a teapot");

async fn never() -> &'static str {
    std::future::pending().await
}

async fn large() -> String {
    "x".repeat(7_000_000)
}

async fn panics() -> &'static str {
    panic!("no")
}

async fn refuses() -> Result<&'static str, Problem> {
    Err(TEAPOT.because("short and stout"))
}

async fn reads(Json(body): Json<Unvalidated<Value>>) -> String {
    body.0.to_string()
}

fn routes(format: Option<ErrorFormat>) -> TestApi {
    let cors = Cors::origins(["https://page.example"]).unwrap();
    let mut api = Api::builder(())
        .at("/never", get(never))
        .at("/large", get(large))
        .at("/panics", get(panics))
        .at("/refuses", get(refuses))
        .at("/reads", post(reads).layer(RequestBodyLimitLayer::new(3)))
        .layer(RequestId::new())
        .layer(SecurityHeaders::new())
        .layer(cors);
    if let Some(format) = format {
        api = api.error_format(format);
    }
    TestApi::new(api.build().unwrap()).time_left(Duration::from_millis(250))
}

/// Responses to requests that fail in every part of the framework, with their status.
async fn failures(api: &TestApi) -> Vec<(&'static str, u16, TestResponse)> {
    let origin = |request: fnurl::testing::TestRequest<'_>| {
        request.header("origin", "https://page.example").event()
    };
    let mut responses = Vec::new();
    for (what, status, event) in [
        ("deadline", 504, origin(api.get("/never"))),
        ("too large", 500, origin(api.get("/large"))),
        ("panic", 500, origin(api.get("/panics"))),
        ("handler", 418, origin(api.get("/refuses"))),
        ("router", 404, origin(api.get("/nowhere"))),
        ("method", 405, origin(api.post("/never"))),
        ("extractor", 415, origin(api.post("/reads"))),
        (
            "layer",
            413,
            origin(api.post("/reads").text("application/json", "[1, 2, 3]")),
        ),
        (
            "uri",
            414,
            origin(api.get(&format!("/{}", "x".repeat(70_000)))),
        ),
        ("method's name", 400, {
            let mut event = origin(api.get("/"));
            event["requestContext"]["http"]["method"] = json!("NOT A METHOD");
            event
        }),
    ] {
        let response = api.invoke(event.to_string()).await;
        responses.push((what, status, response));
    }
    responses
}

#[tokio::test]
async fn every_problem_has_the_headers_of_the_layers() {
    for api in [routes(None), routes(None).streaming()] {
        for (what, status, response) in failures(&api).await {
            if what == "too large" && response.status() == 200 {
                continue; // a stream has no such limit
            }
            let _ = response.problem(status);
            let origin = response.header("access-control-allow-origin");
            assert_eq!(origin, Some("https://page.example"), "{what}");
            assert_eq!(response.header("x-request-id"), Some(REQUEST_ID), "{what}");
            let options = response.header("x-content-type-options");
            assert_eq!(options, Some("nosniff"), "{what}");
        }
        // An event that cannot be read has no `origin` header; the other layers still add theirs.
        let response = api.invoke("not json").await;
        let _ = response.problem(400);
        assert_eq!(response.header("x-request-id"), Some(REQUEST_ID));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    }
}

#[derive(Serialize, JsonSchema)]
struct Errors {
    errors: BTreeMap<String, Vec<String>>,
}

impl From<&Problem> for Errors {
    fn from(problem: &Problem) -> Self {
        let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for violation in problem.violations() {
            let of_place = errors.entry(violation.place.name().to_owned()).or_default();
            of_place.push(violation.message.to_string());
        }
        if errors.is_empty() {
            errors.insert("body".to_owned(), vec![problem.to_string()]);
        }
        Self { errors }
    }
}

#[tokio::test]
async fn an_error_format_is_that_of_every_problem() {
    let api = routes(Some(ErrorFormat::json::<Errors>()));
    for (what, status, response) in failures(&api).await {
        let errors = response.problem(status);
        assert!(errors["errors"]["body"][0].is_string(), "{what}: {errors}");
        assert_eq!(
            response.header("content-type"),
            Some("application/json"),
            "{what}"
        );
    }
    assert_eq!(
        api.get("/refuses").await.problem(418),
        json!({"errors": {"body": ["short and stout"]}})
    );
    let allow = api.post("/never").await;
    assert_eq!(allow.header("allow"), Some("GET, HEAD, OPTIONS"));
}

#[tokio::test]
async fn a_layer_that_hangs_does_not_keep_the_problem_from_being_sent() {
    let hangs = tower::layer::layer_fn(|route: fnurl::Route| {
        tower::service_fn(move |request: fnurl::Request| {
            let mut route = route.clone();
            async move {
                std::future::pending::<()>().await;
                tower::Service::call(&mut route, request).await
            }
        })
    });
    let api = Api::builder(()).at("/", get(refuses)).layer(hangs).build();
    let api = TestApi::new(api.unwrap()).time_left(Duration::from_millis(150));
    let _ = api.get("/").await.problem(504);
}

#[tokio::test]
async fn more_headers_than_can_be_read_are_a_problem() {
    let api = routes(None);
    let mut event = api.get("/refuses").event();
    for number in 0..33_000 {
        event["headers"][format!("x-{number}")] = json!("1");
    }
    let _ = api.invoke(event.to_string()).await.problem(431);
}

#[test]
fn a_problem_has_the_status_of_its_kind() {
    assert_eq!(
        StatusCode::from_u16(TEAPOT.status()).unwrap(),
        StatusCode::IM_A_TEAPOT
    );
}

#[tokio::test]
async fn an_error_format_may_be_plain_text_and_is_used_once() {
    const TEXT: HeaderValue = HeaderValue::from_static("text/plain");
    let text =
        ErrorFormat::new::<String, _>(TEXT, |problem, _| Body::from(format!("error: {problem}")));
    let api = Api::builder(())
        .at("/refuses", get(refuses))
        .at("/panics", get(panics));
    let api = TestApi::new(api.error_format(text).build().unwrap());
    for (path, status, says) in [
        ("/refuses", 418, "error: short and stout"),
        ("/panics", 500, "error: Internal server error"),
        ("/nowhere", 404, "error: no route matches `/nowhere`"),
    ] {
        api.get(path).await.assert_text(status, says);
    }
}
