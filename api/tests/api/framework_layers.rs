//! The framework's own layers, as a client sees them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fnurl::layers::{BodyLimit, ClientIp, Deadline, RequestId, SecurityHeaders, TrustedProxies};
use fnurl::testing::{REQUEST_ID, TestApi};
use fnurl::{Api, Request, RouteLayer, get, post};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

async fn hello() -> &'static str {
    "hello"
}

async fn echo(body: String) -> String {
    body
}

/// `hello` and `echo` at `/`, within `layer`.
fn within(layer: impl RouteLayer) -> TestApi {
    let routes = Api::builder(()).at("/", get(hello).post(echo));
    TestApi::new(routes.layer(layer).build().unwrap())
}

/// Responds with the header `x-request-id` as a service inside the layers sees it.
fn inner_request_id() -> impl RouteLayer {
    tower::layer::layer_fn(|_: fnurl::Route| {
        tower::service_fn(|request: Request| async move {
            let id = request.headers().get("x-request-id");
            let id = id.map_or("none", |id| id.to_str().unwrap());
            Ok::<_, std::convert::Infallible>(fnurl::Response::new(id.to_owned().into()))
        })
    })
}

#[tokio::test]
async fn the_request_id_is_in_every_response_and_never_from_the_client() {
    let api = within(RequestId::new());
    for path in ["/", "/nowhere"] {
        let response = api.get(path).header("x-request-id", "mine").await;
        assert_eq!(response.header("x-request-id"), Some(REQUEST_ID), "{path}");
    }
    let api = Api::builder(())
        .at("/", get(hello))
        .layer(RequestId::new())
        .layer(inner_request_id());
    let api = TestApi::new(api.build().unwrap());
    let response = api.get("/").header("x-request-id", "mine").await;
    response.assert_text(200, REQUEST_ID);

    let name = HeaderName::from_static("x-correlation-id");
    let response = within(RequestId::in_header(name)).get("/").await;
    assert_eq!(response.header("x-correlation-id"), Some(REQUEST_ID));
    assert_eq!(response.header("x-request-id"), None);
}

#[tokio::test]
async fn a_deadline_ends_the_work_of_its_route_and_of_no_other() {
    static FINISHED: AtomicBool = AtomicBool::new(false);
    async fn slow() -> &'static str {
        tokio::time::sleep(Duration::from_millis(60)).await;
        FINISHED.store(true, Ordering::SeqCst);
        "slow"
    }
    let soon = Deadline::after(Duration::from_millis(20));
    let api = Api::builder(())
        .at("/limited", get(slow).layer(soon))
        .at("/free", get(slow))
        .build();
    let api = TestApi::new(api.unwrap());
    let problem = api.get("/limited").await.problem(504);
    assert_eq!(problem["instance"], REQUEST_ID);
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert!(!FINISHED.load(Ordering::SeqCst), "the work was not dropped");
    api.get("/free").await.assert_text(200, "slow");
}

#[tokio::test]
async fn a_body_is_taken_up_to_the_limit_itself() {
    let api = within(BodyLimit::new(5));
    api.post("/")
        .text("text/plain", "12345")
        .await
        .assert_text(200, "12345");
    let problem = api
        .post("/")
        .bytes("text/plain", b"123456")
        .await
        .problem(413);
    assert_eq!(problem["limit"], 5);
    assert_eq!(problem["instance"], REQUEST_ID);
}

#[tokio::test]
async fn a_layers_limit_cannot_undo_the_apis() {
    let api = Api::builder(())
        .at("/", post(echo).layer(BodyLimit::new(100)))
        .body_limit(3);
    let api = TestApi::new(api.build().unwrap());
    let problem = api.post("/").text("text/plain", "1234").await.problem(413);
    assert_eq!(problem["limit"], 3);
}

#[tokio::test]
async fn security_headers_are_in_responses_and_problems_alike() {
    let api = within(SecurityHeaders::new());
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/nowhere"),
        (Method::PUT, "/"),
    ] {
        let response = api.request(method, path).await;
        let expected = [
            (
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            ),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=63072000"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ];
        for (name, value) in expected {
            assert_eq!(response.header(name), Some(value), "{path}");
        }
    }
}

#[tokio::test]
async fn a_security_header_that_the_handler_sets_stays() {
    async fn page() -> (HeaderMap, &'static str) {
        let policy = HeaderValue::from_static("default-src 'self'");
        let headers = [(header::CONTENT_SECURITY_POLICY, policy)];
        (headers.into_iter().collect(), "page")
    }
    let api = Api::builder(())
        .at("/", get(page))
        .layer(SecurityHeaders::new());
    let response = TestApi::new(api.build().unwrap()).get("/").await;
    assert_eq!(
        response.header("content-security-policy"),
        Some("default-src 'self'")
    );
    assert_eq!(response.header("x-frame-options"), Some("DENY"));
}

#[tokio::test]
async fn the_clients_address_is_the_source_unless_a_layer_trusts_it_as_a_proxy() {
    async fn who(ClientIp(address): ClientIp) -> String {
        address.to_string()
    }
    let bare = Api::builder(()).at("/", get(who));
    let bare = TestApi::new(bare.build().unwrap());
    let proxies = TrustedProxies::hops(1);
    let trusting = Api::builder(()).at("/", get(who)).layer(proxies);
    let trusting = TestApi::new(trusting.build().unwrap());
    for (api, expected) in [(bare, "198.51.100.7"), (trusting, "192.0.2.1")] {
        let request = api.get("/").header("x-forwarded-for", "192.0.2.1");
        request.await.assert_text(200, expected);
    }
}
