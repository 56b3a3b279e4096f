//! Calls from pages of other origins, as a browser makes them.

use std::time::Duration;

use fnurl::layers::Cors;
use fnurl::testing::{TestApi, TestResponse};
use fnurl::{Api, get};
use http::{HeaderName, Method};

const APP: &str = "https://app.example";

async fn hello() -> &'static str {
    "hello"
}

fn api(cors: Cors) -> TestApi {
    let api = Api::builder(()).at("/", get(hello).put(hello)).layer(cors);
    TestApi::new(api.build().unwrap())
}

fn for_app() -> Cors {
    Cors::origins([APP, "http://localhost:3000"]).unwrap()
}

async fn preflight(api: &TestApi, origin: &str) -> TestResponse {
    api.request(Method::OPTIONS, "/")
        .header("origin", origin)
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type,if-match")
        .await
}

#[tokio::test]
async fn a_preflight_allows_what_the_page_of_a_named_origin_asks_for() {
    let api = api(for_app().max_age(Duration::from_secs(60)));
    let response = preflight(&api, APP).await;
    response.assert_text(200, "");
    let expected = [
        ("access-control-allow-origin", Some(APP)),
        ("access-control-allow-methods", Some("PUT")),
        (
            "access-control-allow-headers",
            Some("content-type,if-match"),
        ),
        ("access-control-max-age", Some("60")),
        ("access-control-allow-credentials", None),
    ];
    for (name, value) in expected {
        assert_eq!(response.header(name), value, "{name}");
    }
    let vary = response.header("vary").unwrap();
    assert!(vary.contains("origin"), "{vary}");
}

#[tokio::test]
async fn another_origin_is_allowed_nothing() {
    let api = api(for_app().credentials().unwrap());
    for origin in ["https://evil.example", "https://app.example.evil", "null"] {
        let response = preflight(&api, origin).await;
        assert_eq!(response.header("access-control-allow-origin"), None);
        let response = api.get("/").header("origin", origin).await;
        assert_eq!(response.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a_page_reads_responses_problems_and_their_headers() {
    let name = HeaderName::from_static("x-total");
    let api = api(for_app().credentials().unwrap().expose(name));
    for path in ["/", "/nowhere"] {
        let response = api.get(path).header("origin", APP).await;
        assert_eq!(response.header("access-control-allow-origin"), Some(APP));
        let credentials = response.header("access-control-allow-credentials");
        assert_eq!(credentials, Some("true"));
        let exposed = response.header("access-control-expose-headers").unwrap();
        for name in ["etag", "location", "x-request-id", "x-total"] {
            assert!(exposed.split(',').any(|it| it == name), "{exposed}");
        }
    }
}

#[tokio::test]
async fn any_origin_is_a_star() {
    let api = api(Cors::any_origin());
    let response = api.get("/").header("origin", "https://who.example").await;
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn options_that_is_not_a_preflight_reaches_the_api() {
    let api = api(for_app());
    let response = api.request(Method::OPTIONS, "/").await;
    response.assert_text(204, "");
    assert_eq!(response.header("allow"), Some("GET, HEAD, PUT, OPTIONS"));
}
