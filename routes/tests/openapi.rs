//! The published contract is the one that the routes have.

use fnurl::testing::TestApi;
use fnurl::{Api, Response, get};
use models::testing::{client_at, store_at_hand};
use models::{Store, store::TableSettings};
use similar::TextDiff;

#[test]
fn openapi_yaml_is_what_the_routes_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml");
    let published = std::fs::read_to_string(path).unwrap();
    let published = published.split_once('\n').unwrap().1;
    let store = Store::new(client_at("http://127.0.0.1:1"), TableSettings::new("none"));
    let document = routes::openapi(store).unwrap();
    let current = serde_yaml_ng::to_string(&document).unwrap();
    if published != current {
        let difference = TextDiff::from_lines(published, &current);
        let difference = difference
            .unified_diff()
            .context_radius(3)
            .header("openapi.yaml", "the routes")
            .to_string();
        panic!(
            "openapi.yaml is not what the routes say: run `make openapi` and read the difference\n{difference}"
        );
    }
}

#[tokio::test]
#[should_panic(expected = "GET /: 418: the problem")]
async fn an_answer_with_an_undeclared_status_fails_its_test() {
    async fn teapot() -> Response {
        let mut response = Response::new("short and stout".into());
        *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
        response
    }
    let api = Api::builder(()).at("/", get(teapot)).build().unwrap();
    TestApi::new(api).assert_contract().get("/").await;
}

#[tokio::test]
async fn the_contract_is_served_as_it_is_published() {
    let store = Store::new(client_at("http://127.0.0.1:1"), TableSettings::new("none"));
    let api = TestApi::new(routes::api(store).unwrap()).assert_contract();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml");
    let published = std::fs::read_to_string(path).unwrap();
    api.get("/openapi.yaml").await.assert_text(200, &published);
    let json: serde_json::Value = api.get("/openapi.json").await.json(200);
    let yaml: serde_json::Value = serde_yaml_ng::from_str(&published).unwrap();
    assert_eq!(json, yaml);
    for path in ["/docs", "/docs/ui.js"] {
        api.get(path).await.assert_status(200);
    }
}

#[tokio::test]
async fn the_document_says_what_the_handlers_do() {
    let api = TestApi::new(routes::api(store_at_hand().await).unwrap());
    let found = api.disagreements().await;
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(
        found.is_empty(),
        "{} disagree:\n{}",
        found.len(),
        found.join("\n")
    );
}
