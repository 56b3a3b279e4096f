//! Health, with and without a table.

use fnurl::testing::TestApi;
use models::Store;
use models::testing::{client_at, embedded_endpoint, embedded_store, unique_table};
use serde_json::{Value, json};

#[tokio::test]
async fn the_process_is_up_whatever_the_table_does() {
    let nowhere = Store::new(client_at("http://127.0.0.1:1"), unique_table());
    let api = TestApi::new(routes::api(nowhere).unwrap()).assert_contract();
    let response = api.get("/health").await;
    assert_eq!(response.json::<Value>(200), json!({"status": "pass"}));
    assert_eq!(
        response.header("content-type"),
        Some("application/health+json")
    );
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let _ = api.patch("/health").await.problem(405);
}

#[tokio::test]
async fn it_is_ready_when_the_table_answers() {
    let api = TestApi::new(routes::api(embedded_store().await).unwrap()).assert_contract();
    let health: Value = api.get("/health/ready").await.json(200);
    assert_eq!(
        health["checks"]["dynamodb:responseTime"][0]["status"],
        "pass"
    );
}

#[tokio::test]
async fn without_a_table_it_is_not_ready_and_says_which_check_failed() {
    let missing = Store::new(client_at(embedded_endpoint()), unique_table());
    let api = TestApi::new(routes::api(missing).unwrap()).assert_contract();
    let response = api.get("/health/ready").await;
    let problem = response.problem(503);
    assert_eq!(
        problem["checks"]["dynamodb:responseTime"][0]["status"],
        "fail"
    );
    assert!(
        !problem.to_string().contains("ResourceNotFound"),
        "{problem}"
    );
}
