//! Real events as files: the application answers each through the same path as in Lambda.

use std::collections::BTreeSet;
use std::path::Path;

use fnurl::testing::{TestApi, TestResponse};
use models::testing::embedded_store;
use serde_json::Value;

/// An event's file, the status of its answer, and what else is in the answer.
type Case = (&'static str, u16, fn(&TestResponse));

/// In this order: the list holds what was created before.
const CASES: [Case; 6] = [
    ("get_from_browser.json", 200, is_health),
    ("post_json.json", 201, is_new_item),
    ("post_base64.json", 201, is_new_item),
    ("post_form.json", 415, is_problem),
    ("get_signed.json", 200, is_page_of_two),
    ("options.json", 204, allows_methods),
];

#[tokio::test]
async fn every_event_of_a_file_gets_its_answer() {
    let api = TestApi::new(routes::api(embedded_store().await).unwrap());
    for (file, status, check) in CASES {
        let answer = api
            .invoke(std::fs::read(folder().join(file)).unwrap())
            .await;
        assert_eq!(answer.status(), status, "{file}: {answer:?}");
        assert!(answer.cookies().is_empty(), "{file}: {answer:?}");
        check(&answer);
    }
}

#[test]
fn no_file_of_an_event_is_left_out() {
    let files = std::fs::read_dir(folder()).unwrap();
    let files: BTreeSet<_> = files.map(|it| it.unwrap().file_name()).collect();
    assert_eq!(files, CASES.map(|(file, ..)| file.into()).into());
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/events"))
}

#[track_caller]
fn is_health(answer: &TestResponse) {
    let content_type = answer.header("content-type");
    assert_eq!(content_type, Some("application/health+json"));
    assert_eq!(answer.text(), r#"{"status":"pass"}"#);
}

#[track_caller]
fn is_new_item(answer: &TestResponse) {
    let item: Value = answer.json(201);
    let place = format!("/items/{}", item["id"].as_str().unwrap());
    assert_eq!(item["name"], "Café lamp");
    assert_eq!(answer.header("location"), Some(place.as_str()));
    assert_eq!(answer.header("etag"), Some("\"1\""));
}

#[track_caller]
fn is_problem(answer: &TestResponse) {
    let problem = answer.problem(415);
    assert_eq!(problem["type"], "/problems/unsupported-media-type");
}

#[track_caller]
fn is_page_of_two(answer: &TestResponse) {
    let page: Value = answer.json(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2), "{page}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[track_caller]
fn allows_methods(answer: &TestResponse) {
    assert_eq!(answer.header("allow"), Some("GET, HEAD, POST, OPTIONS"));
    assert_eq!((answer.text(), answer.header("content-type")), ("", None));
}
