//! An API that differs from this repository's application: wrapped bodies, bearer tokens and its
//! own error format.

use fnurl::testing::TestApi;
use serde_json::{Value, json};

#[path = "../../examples/articles.rs"]
mod articles;

fn api() -> TestApi {
    let api = articles::api(articles::App::default()).build().unwrap();
    TestApi::new(api).assert_contract()
}

const TOKEN: &str = "Bearer ada-8";

async fn with_ada(api: &TestApi) {
    let ada =
        json!({"user": {"username": "ada", "email": "ada@example.com", "password": "12345678"}});
    api.post("/api/users").json(&ada).await.assert_status(201);
}

#[tokio::test]
async fn articles_are_published_by_those_who_have_a_token() {
    let api = api();
    with_ada(&api).await;
    let article = json!({"article": {"title": "On engines", "body": "…", "tagList": ["math"]}});
    let refused = api.post("/api/articles").json(&article).await;
    assert_eq!(
        refused.problem(401),
        json!({"errors": {"body": ["Sign in first"]}})
    );
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    let request = || api.post("/api/articles").header("authorization", TOKEN);
    let created: Value = request().json(&article).await.json(201);
    assert_eq!(created["article"]["author"], "ada");
    let _ = request().json(&article).await.problem(409);
    let listed: Value = api.get("/api/articles?tag=math&limit=1").await.json(200);
    assert_eq!(listed["articlesCount"], 1);
    let removed = api
        .delete("/api/articles/on-engines")
        .header("authorization", TOKEN);
    removed.await.assert_status(204);
    let _ = api.get("/api/articles/on-engines").await.problem(404);
}

#[tokio::test]
async fn errors_have_their_own_form_and_name_every_field() {
    let api = api();
    let wrong = json!({"user": {"username": "", "password": "123", "mail": "x"}});
    let errors = api.post("/api/users").json(&wrong).await.problem(422);
    assert_eq!(
        errors,
        json!({"errors": {
            "email": ["is required"],
            "mail": ["is not a known member"],
            "password": ["must be 8 to 80 characters long"],
            "username": ["must be 1 to 40 characters long"],
        }})
    );
    let errors = api.get("/nowhere").await.problem(404);
    assert_eq!(errors["errors"]["body"][0], "no route matches `/nowhere`");
}

#[tokio::test]
async fn its_document_says_what_its_handlers_do() {
    let api = articles::api(articles::App::default()).build().unwrap();
    let api = TestApi::new(api).header("authorization", TOKEN);
    with_ada(&api).await;
    let document: Value = api.get("/openapi.json").await.json(200);
    let publish = &document["paths"]["/api/articles"]["post"];
    assert_eq!(publish["summary"], "Publishes an article");
    assert_eq!(publish["operationId"], "articlesPublish");
    assert_eq!(publish["security"], json!([{"token": []}]));
    let refused = &publish["responses"]["422"]["content"]["application/json"]["schema"];
    assert_eq!(refused["$ref"], "#/components/schemas/Errors");
    assert_eq!(document["info"]["title"], "fnurl");
    let found: Vec<String> = api
        .disagreements()
        .await
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
