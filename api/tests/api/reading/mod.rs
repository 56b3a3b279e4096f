//! Every mistake is listed once, by the name that was sent, even among other mistakes.
//!
//! Tables of (sent data, expected list), for many kinds of types.

mod bodies;
mod hostile;
mod not_json;
mod parameters;
mod patches;

use fnurl::testing::{TestApi, TestResponse};
use fnurl::{Api, Input, Json, get, post};
use fnurl::{Form, Path, Query};
use serde_json::Value;

/// Place, code and message of each mistake.
type Listed = Vec<(String, String, String)>;

/// An API with one route that reads a body.
fn reads_body<T: Input + 'static>() -> TestApi {
    async fn read<T: Input>(Json(_): Json<T>) -> &'static str {
        "read"
    }
    TestApi::new(Api::builder(()).at("/", post(read::<T>)).build().unwrap())
}

fn reads_query<T: Input + 'static>() -> TestApi {
    async fn read<T: Input>(Query(_): Query<T>) -> &'static str {
        "read"
    }
    TestApi::new(Api::builder(()).at("/", get(read::<T>)).build().unwrap())
}

fn reads_form<T: Input + 'static>() -> TestApi {
    async fn read<T: Input>(Form(_): Form<T>) -> &'static str {
        "read"
    }
    TestApi::new(Api::builder(()).at("/", post(read::<T>)).build().unwrap())
}

fn reads_path<T: Input + 'static>(template: &str) -> TestApi {
    async fn read<T: Input>(Path(_): Path<T>) -> &'static str {
        "read"
    }
    TestApi::new(
        Api::builder(())
            .at(template, get(read::<T>))
            .build()
            .unwrap(),
    )
}

/// The violations in a response; empty when the request was read.
#[track_caller]
fn listed(response: &TestResponse) -> Listed {
    if response.status() == 200 {
        return Vec::new();
    }
    let problem = response.problem(422);
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    errors
        .iter()
        .map(|error| {
            let place = text(&error["pointer"]).or(text(&error["parameter"]));
            (
                place.unwrap(),
                text(&error["code"]).unwrap(),
                text(&error["message"]).unwrap(),
            )
        })
        .collect()
}

/// Checks that a response lists exactly these places with these messages, in any order.
#[track_caller]
fn assert_listed(listed: &Listed, expected: &[(&str, &str)], sent: &str) {
    let mut listed: Vec<(&str, &str)> = listed
        .iter()
        .map(|(place, _, message)| (place.as_str(), message.as_str()))
        .collect();
    let mut expected = expected.to_vec();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected, "{sent}");
}

async fn body<T: Input + 'static>(sent: &str, expected: &[(&str, &str)]) {
    let response = reads_body::<T>()
        .post("/")
        .text("application/json", sent)
        .await;
    assert_listed(&listed(&response), expected, sent);
}

async fn query<T: Input + 'static>(sent: &str, expected: &[(&str, &str)]) {
    let response = reads_query::<T>().get(&format!("/?{sent}")).await;
    assert_listed(&listed(&response), expected, sent);
    let api = reads_form::<T>();
    let form = api
        .post("/")
        .text("application/x-www-form-urlencoded", sent);
    assert_listed(&listed(&form.await), expected, sent);
}
