//! Responses, problems, panics, deadlines and limits, as a client sees them.

use std::time::Duration;

use fnurl::testing::TestApi;
use fnurl::{
    Accepted, Api, Created, IntoProblem, Json, NoContent, Problem, ProblemType, Redirect,
    Unvalidated, WithETag, WithStatus, get,
};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

type Any = Json<Unvalidated<Value>>;

fn any(value: Value) -> Any {
    Json(Unvalidated(value))
}

fn api<A: 'static>(handler: impl fnurl::Handler<(), A>) -> TestApi {
    TestApi::new(Api::builder(()).at("/", get(handler)).build().unwrap())
}

#[tokio::test]
async fn each_response_type_has_its_status_and_headers() {
    async fn created() -> Created<WithETag<Any>> {
        Created::at("/lamps/7", WithETag::new(3, any(json!({"id": 7}))))
    }
    let response = api(created).get("/").await;
    assert_eq!(response.json::<Value>(201), json!({"id": 7}));
    assert_eq!(response.header("location"), Some("/lamps/7"));
    assert_eq!(response.header("etag"), Some("\"3\""));
    assert_eq!(response.header("content-type"), Some("application/json"));

    async fn no_content() -> NoContent {
        NoContent
    }
    api(no_content).get("/").await.assert_text(204, "");

    async fn accepted() -> Accepted<&'static str> {
        Accepted("later")
    }
    api(accepted).get("/").await.assert_text(202, "later");

    async fn redirect() -> Redirect<303> {
        Redirect::to("/elsewhere")
    }
    let response = api(redirect).get("/").await;
    response.assert_status(303);
    assert_eq!(response.header("location"), Some("/elsewhere"));

    async fn cookies() -> (HeaderMap, &'static str) {
        let mut headers = HeaderMap::new();
        headers.append("set-cookie", HeaderValue::from_static("a=1"));
        headers.append("set-cookie", HeaderValue::from_static("b=2; HttpOnly"));
        (headers, "set")
    }
    assert_eq!(
        api(cookies).get("/").await.cookies(),
        ["a=1", "b=2; HttpOnly"]
    );
}

const BROKEN: ProblemType = ProblemType::new(409, "lamp-broken", "The lamp is broken");
const DARK: ProblemType = ProblemType::new(503, "dark", "There is no light");

enum LampError {
    Broken { since: u16 },
    Dark(String),
}

impl IntoProblem for LampError {
    const TYPES: &'static [ProblemType] = &[BROKEN, DARK];

    fn into_problem(self) -> Problem {
        match self {
            Self::Broken { since } => BROKEN.because("it fell").with("since", since),
            Self::Dark(cause) => DARK.hiding(cause),
        }
    }
}

#[tokio::test]
async fn an_application_error_becomes_its_problem() {
    async fn broken() -> Result<NoContent, LampError> {
        Err(LampError::Broken { since: 2019 })
    }
    let problem = api(broken).get("/").await.problem(409);
    let expected = json!({
        "type": "/problems/lamp-broken", "title": "The lamp is broken", "status": 409,
        "detail": "it fell", "since": 2019, "instance": fnurl::testing::REQUEST_ID
    });
    assert_eq!(problem, expected);

    async fn dark() -> Result<NoContent, LampError> {
        Err(LampError::Dark("fuse at 10.0.0.7".to_owned()))
    }
    let problem = api(dark).get("/").await.problem(503);
    assert!(!problem.to_string().contains("10.0.0.7"), "{problem}");
}

#[tokio::test]
async fn a_panic_is_a_500_problem_and_the_next_request_is_served() {
    async fn sometimes(headers: HeaderMap) -> &'static str {
        assert!(!headers.contains_key("panic"), "secret of the house");
        "fine"
    }
    let api = api(sometimes);
    let problem = api.get("/").header("panic", "1").await.problem(500);
    assert!(!problem.to_string().contains("secret"), "{problem}");
    api.get("/").await.assert_text(200, "fine");
}

#[tokio::test]
async fn a_handler_past_the_deadline_is_a_504_problem() {
    async fn forever() -> NoContent {
        std::future::pending().await
    }
    let api = api(forever).time_left(Duration::from_millis(120));
    let _ = api.get("/").await.problem(504);
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_504_problem() {
    struct Endless;
    impl http_body::Body for Endless {
        type Data = bytes::Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
    async fn endless() -> fnurl::Response {
        fnurl::Response::new(fnurl::Body::new(Endless))
    }
    let api = api(endless).time_left(Duration::from_millis(120));
    let _ = api.get("/").await.problem(504);
}

#[tokio::test]
async fn a_response_that_no_function_url_can_carry_is_a_500_problem() {
    async fn large() -> String {
        "a".repeat(6_300_000)
    }
    let problem = api(large).get("/").await.problem(500);
    assert_eq!(problem["type"], "/problems/response-too-large");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("6291556"), "{detail}");
}

#[tokio::test]
async fn a_redirect_cannot_carry_another_header() {
    async fn away() -> Redirect<302> {
        Redirect::to("/a\nb")
    }
    let api = TestApi::new(Api::builder(()).at("/", get(away)).build().unwrap());
    let response = api.get("/").await;
    response.assert_status(302);
    assert_eq!(response.header("location"), Some("/a%0Ab"));
}

#[tokio::test]
async fn headers_around_a_response_replace_its_own_and_cookies_are_added() {
    type Inner = ([(&'static str, &'static str); 2], &'static str);
    const INNER: Inner = ([("content-type", "text/css"), ("set-cookie", "a=1")], "x");
    async fn pairs() -> ([(http::HeaderName, &'static str); 3], Inner) {
        use http::header::{CONTENT_TYPE, SET_COOKIE, VARY};
        (
            [
                (CONTENT_TYPE, "text/html"),
                (SET_COOKIE, "b=2"),
                (VARY, "origin"),
            ],
            INNER,
        )
    }
    async fn map() -> (HeaderMap, Inner) {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("text/html"));
        headers.append("set-cookie", HeaderValue::from_static("b=2"));
        headers.append("set-cookie", HeaderValue::from_static("c=3"));
        headers.append("link", HeaderValue::from_static("<1>"));
        headers.append("link", HeaderValue::from_static("<2>"));
        (headers, INNER)
    }
    async fn wrong() -> ([(&'static str, &'static str); 1], &'static str) {
        ([("not a name", "x")], "x")
    }
    let api = Api::builder(())
        .at("/pairs", get(pairs))
        .at("/map", get(map))
        .at("/wrong", get(wrong));
    let api = TestApi::new(api.build().unwrap());
    let response = api.get("/pairs").await;
    assert_eq!(response.header("content-type"), Some("text/html"));
    assert_eq!(response.cookies(), ["a=1", "b=2"]);
    assert_eq!(response.header("vary"), Some("origin"));
    let response = api.get("/map").await;
    assert_eq!(response.header("content-type"), Some("text/html"));
    assert_eq!(response.header("link"), Some("<1>, <2>"));
    assert_eq!(response.cookies(), ["a=1", "b=2", "c=3"]);
    let _ = api.get("/wrong").await.problem(500);
}

#[tokio::test]
async fn locations_are_percent_encoded_alike_in_both_modes() {
    async fn moved() -> Redirect<303> {
        Redirect::to("/café?q=é x")
    }
    async fn created() -> Created<Json<Unvalidated<u8>>> {
        Created::at("/café/1", Json(Unvalidated(1)))
    }
    let api = Api::builder(())
        .at("/moved", get(moved))
        .at("/created", get(created));
    let api = TestApi::new(api.build().unwrap());
    for api in [api.clone(), api.streaming()] {
        let moved = api.get("/moved").await;
        assert_eq!(moved.header("location"), Some("/caf%C3%A9?q=%C3%A9%20x"));
        let created = api.get("/created").await;
        assert_eq!(created.header("location"), Some("/caf%C3%A9/1"));
    }
}

#[tokio::test]
async fn any_success_may_have_any_body_but_205_has_none() {
    async fn partly() -> WithStatus<203, &'static str> {
        WithStatus("translated")
    }
    async fn reset() -> WithStatus<205, &'static str> {
        WithStatus("not sent")
    }
    let api = Api::builder(())
        .at("/partly", get(partly))
        .at("/reset", get(reset));
    let api = TestApi::new(api.build().unwrap());
    for api in [api.clone(), api.streaming()] {
        api.get("/partly").await.assert_text(203, "translated");
        api.get("/reset").await.assert_text(205, "");
    }
}

#[tokio::test]
async fn cookies_are_built_and_removed() {
    use fnurl::cookies::WithCookies;
    use fnurl::cookies::cookie::Cookie;
    async fn both() -> WithCookies<NoContent> {
        let session = Cookie::build(("sid", "a b")).path("/").http_only(true);
        WithCookies::new(NoContent)
            .set(session)
            .remove(Cookie::build("old").path("/"))
    }
    let api = TestApi::new(Api::builder(()).at("/", get(both)).build().unwrap());
    let response = api.get("/").await;
    assert_eq!(response.cookies()[0], "sid=a%20b; HttpOnly; Path=/");
    assert!(response.cookies()[1].starts_with("old=; Path=/; Max-Age=0; Expires="));
}
