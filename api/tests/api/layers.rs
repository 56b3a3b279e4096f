//! Layers and mounted services of the tower ecosystem.

use std::time::Duration;

use fnurl::testing::TestApi;
use fnurl::{Api, MatchedRoute, Path, Request, Routes, State, get};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tower::ServiceExt;
use tower::layer::layer_fn;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

async fn hello() -> &'static str {
    "hello"
}

async fn echo(body: String) -> String {
    body
}

/// Appends `value` to the header `trace` of the response.
fn trace(value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    let name = HeaderName::from_static("trace");
    SetResponseHeaderLayer::appending(name, HeaderValue::from_static(value))
}

#[tokio::test]
async fn layers_apply_to_an_api_a_group_and_one_route_the_first_outermost() {
    let group = Routes::new()
        .at("/one", get(hello).layer(trace("route")))
        .layer(trace("outer group"))
        .layer(trace("inner group"))
        .at("/two", get(hello));
    let api = Api::builder(())
        .routes([group])
        .at("/three", get(hello))
        .layer(trace("api"));
    let api = TestApi::new(api.build().unwrap());
    let cases = [
        ("/one", "route, inner group, outer group, api"),
        ("/two", "inner group, outer group, api"),
        ("/three", "api"),
        ("/nowhere", "api"),
    ];
    for (path, expected) in cases {
        let response = api.get(path).await;
        assert_eq!(response.header("trace"), Some(expected), "{path}");
    }
}

#[tokio::test]
async fn a_layer_reads_the_matched_route_of_the_request() {
    async fn one(Path(id): Path<String>) -> String {
        id
    }
    let layer = layer_fn(|inner: fnurl::Route| {
        tower::service_fn(move |request: Request| {
            let template = request.extensions().get::<MatchedRoute>().cloned();
            let answering = inner.clone().oneshot(request);
            async move {
                let mut response = answering.await?;
                let template = template.map_or("none".to_owned(), |it| it.template().to_owned());
                let value = HeaderValue::try_from(template).unwrap();
                response.headers_mut().insert("template", value);
                Ok::<_, std::convert::Infallible>(response)
            }
        })
    });
    let api = Api::builder(())
        .at("/items/{itemId}", get(one))
        .layer(layer);
    let api = TestApi::new(api.build().unwrap());
    let template = |path| {
        let api = api.clone();
        async move { api.get(path).await.header("template").map(str::to_owned) }
    };
    assert_eq!(
        template("/items/7").await.as_deref(),
        Some("/items/{itemId}")
    );
    assert_eq!(template("/nowhere").await.as_deref(), Some("none"));
}

#[tokio::test]
async fn cors_handles_a_preflight_and_adds_headers_to_responses() {
    let cors = CorsLayer::new()
        .allow_origin(["https://example.com".parse().unwrap()])
        .allow_methods([Method::GET]);
    let api = Api::builder(()).at("/", get(hello)).layer(cors);
    let api = TestApi::new(api.build().unwrap());
    let preflight = api
        .request(Method::OPTIONS, "/")
        .header("origin", "https://example.com");
    let preflight = preflight
        .header("access-control-request-method", "GET")
        .await;
    preflight.assert_status(200);
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("GET")
    );
    let response = api.get("/").header("origin", "https://example.com").await;
    response.assert_text(200, "hello");
    let origin = response.header("access-control-allow-origin");
    assert_eq!(origin, Some("https://example.com"));
}

#[tokio::test]
async fn a_compressed_body_leaves_as_base64() {
    async fn long() -> String {
        "long ".repeat(1000)
    }
    let api = Api::builder(())
        .at("/", get(long))
        .layer(CompressionLayer::new());
    let api = TestApi::new(api.build().unwrap());
    let response = api.get("/").header("accept-encoding", "gzip").await;
    response.assert_status(200);
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert!(response.is_base64());
    assert!(response.body().starts_with(b"\x1f\x8b"));
    api.get("/").await.assert_text(200, &"long ".repeat(1000));
}

#[tokio::test]
async fn a_layers_own_error_response_becomes_a_problem() {
    async fn forever() -> String {
        std::future::pending().await
    }
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::ZERO);
    let api = Api::builder(())
        .at(
            "/echo",
            fnurl::post(echo).layer(RequestBodyLimitLayer::new(3)),
        )
        .at("/forever", get(forever).layer(timeout));
    let api = TestApi::new(api.build().unwrap());
    api.post("/echo")
        .text("text/plain", "abc")
        .await
        .assert_text(200, "abc");
    let with_length = api.post("/echo").header("content-length", "4");
    let _ = with_length.text("text/plain", "abcd").await.problem(413);
    let _ = api
        .post("/echo")
        .text("text/plain", "abcd")
        .await
        .problem(413);
    let _ = api.get("/forever").await.problem(504);
}

#[tokio::test]
async fn a_layer_that_fails_or_panics_is_a_500_problem() {
    let failing = layer_fn(|_| {
        tower::service_fn(|_: Request| async {
            Err::<fnurl::Response, _>(std::io::Error::other("secret"))
        })
    });
    let panicking = layer_fn(|_| {
        tower::service_fn(|request: Request| async move {
            assert!(request.method() != Method::GET, "secret");
            Ok::<_, std::convert::Infallible>(fnurl::Response::default())
        })
    });
    let api = Api::builder(())
        .at("/fails", get(hello).layer(failing))
        .at("/panics", get(hello).layer(panicking));
    let api = TestApi::new(api.build().unwrap());
    for path in ["/fails", "/panics"] {
        let problem = api.get(path).await.problem(500);
        assert!(!problem.to_string().contains("secret"), "{problem}");
    }
}

fn axum_router() -> axum::Router {
    axum::Router::new()
        .route("/", axum::routing::get(|| async { "root" }))
        .route(
            "/users/{id}",
            axum::routing::any(
                |axum::extract::Path(id): axum::extract::Path<String>| async move { id },
            ),
        )
}

#[tokio::test]
async fn an_axum_router_is_mounted_under_a_prefix_with_every_method() {
    let api = Api::builder(()).at("/old-not", get(hello));
    let api = api.routes([Routes::new().mount("/old", axum_router())]);
    let api = TestApi::new(api.build().unwrap());
    api.get("/old").await.assert_text(200, "root");
    api.get("/old/").await.assert_text(200, "root");
    api.get("/old/users/a%2Fb?x=1")
        .await
        .assert_text(200, "a/b");
    api.delete("/old/users/7").await.assert_text(200, "7");
    api.get("/old-not").await.assert_text(200, "hello");
    let _ = api.get("/old/nowhere").await.problem(404);
    let _ = api.get("/older").await.problem(404);
}

#[tokio::test]
async fn an_api_is_a_tower_service_and_mounts_in_another() {
    let inner = Api::builder(()).at("/hello", get(hello)).build().unwrap();
    let request = http::Request::get("/hello").body(String::new()).unwrap();
    let response = inner.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);

    let outer = Api::builder(())
        .routes([Routes::new().mount("/v1", inner)])
        .build();
    let api = TestApi::new(outer.unwrap());
    api.get("/v1/hello").await.assert_text(200, "hello");
    let _ = api.get("/v1/nowhere").await.problem(404);
}

#[tokio::test]
async fn a_set_of_routes_is_a_tower_service_once_it_has_its_state() {
    async fn greet(State(greeting): State<&'static str>) -> &'static str {
        greeting
    }
    let routes = Routes::new().at("/greeting", get(greet));
    let service = routes.with_state("hello").unwrap();
    let request = http::Request::get("/greeting").body(String::new()).unwrap();
    let mut response = service.oneshot(request).await.unwrap();
    let body = response.body_mut().collect().await.unwrap();
    assert_eq!(body, "hello");
}

#[tokio::test]
async fn a_layer_can_be_a_stack_of_layers() {
    let stack = (trace("a"), trace("b"));
    let api = Api::builder(())
        .at("/", get(hello))
        .layer(stack)
        .build()
        .unwrap();
    let response = TestApi::new(api).get("/").await;
    assert_eq!(response.header("trace"), Some("b, a"));
}
