//! Checks responses against the contract.

use http::Method;
use serde_json::{Value, json};

use super::TestResponse;
use crate::contract::openapi::{implied, problem_schema};
use crate::contract::{Content, Contract, Operation, ResponseSpec};
use crate::problem::{METHOD_NOT_ALLOWED, NOT_FOUND, ProblemType};

/// Headers that every response may have, even if its operation does not declare them.
const ALWAYS: [&str; 3] = ["content-type", "retry-after", "allow"];

/// Checks a response.
///
/// A status that the operation describes must have the headers, media type and body that it
/// describes. Any other must be a problem of a kind that the operation refuses with, or of a kind
/// that the framework itself may return for every operation.
///
/// # Panics
/// The contract does not declare its status, its kind of problem, one of its headers or its media
/// type, or its body is not valid.
#[track_caller]
pub(super) fn check(
    contract: &Contract,
    method: &Method,
    template: Option<&str>,
    response: &TestResponse,
) {
    let status = response.status();
    let operation = contract.operations.iter().find(|operation| {
        let is_method = operation.method == *method
            || *method == Method::HEAD && operation.method == Method::GET;
        is_method && Some(&*operation.template) == template
    });
    let place = format!("{method} {}: {status}", template.unwrap_or("(no route)"));
    let Some(operation) = operation else {
        // The router itself responds to OPTIONS.
        if *method != Method::OPTIONS {
            let declared = [NOT_FOUND, METHOD_NOT_ALLOWED];
            problem(contract, response, declared.into_iter(), &place);
        }
        return;
    };
    match operation.responses.get(&status) {
        Some(spec) => success(contract, spec, method, response, &place),
        None => problem(contract, response, declared(operation), &place),
    }
}

fn declared(operation: &Operation) -> impl Iterator<Item = ProblemType> {
    operation.problems.iter().copied().chain(implied(operation))
}

#[track_caller]
fn success(
    contract: &Contract,
    spec: &ResponseSpec,
    method: &Method,
    response: &TestResponse,
    place: &str,
) {
    for name in response.header_names() {
        let is_declared = ALWAYS.contains(&name) || spec.headers.contains_key(name);
        assert!(is_declared, "{place}: the header `{name}` is not declared");
    }
    if response.body().is_empty() {
        return;
    }
    assert!(
        *method != Method::HEAD,
        "{place}: a response to HEAD has a body"
    );
    let media_type = essence(response.header("content-type").unwrap_or_default());
    let matching = |content: &&Content| {
        content.media_type == "*/*" || essence(&content.media_type) == media_type
    };
    let Some(content) = spec.content.iter().find(matching) else {
        panic!("{place}: the media type `{media_type}` is not declared")
    };
    if let Some(schema) = &content.schema {
        let schema = json!({"components": {"schemas": contract.schemas}, "allOf": [schema]});
        valid(&schema, response.body(), place);
    }
}

#[track_caller]
fn problem(
    contract: &Contract,
    response: &TestResponse,
    mut declared: impl Iterator<Item = ProblemType>,
    place: &str,
) {
    let media_type = response.header("content-type");
    if let Some(error) = &contract.error {
        assert_eq!(
            media_type,
            Some(error.media_type.as_str()),
            "{place}: the response is neither declared nor a problem"
        );
        let is_declared = declared.any(|kind| kind.status() == response.status());
        assert!(is_declared, "{place}: the status is not declared");
        let schema = json!({"components": {"schemas": contract.schemas}, "allOf": [error.schema]});
        valid(&schema, response.body(), place);
        return;
    }
    assert_eq!(
        media_type,
        Some("application/problem+json"),
        "{place}: the response is neither declared nor a problem"
    );
    let body = valid(&problem_schema(), response.body(), place);
    let mut declared = declared.filter(|kind| kind.status() == response.status());
    let is_declared = declared.any(|kind| body["type"] == kind.uri());
    assert!(
        is_declared,
        "{place}: the problem {} is not declared",
        body["type"]
    );
}

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

#[track_caller]
fn valid(schema: &Value, body: &[u8], place: &str) -> Value {
    let body = serde_json::from_slice(body)
        .unwrap_or_else(|error| panic!("{place}: the body is not JSON: {error}"));
    let validator = jsonschema::validator_for(schema);
    let validator =
        validator.unwrap_or_else(|error| panic!("{place}: the schema is not valid: {error}"));
    let errors: Vec<_> = validator
        .iter_errors(&body)
        .map(|error| error.to_string())
        .collect();
    assert!(
        errors.is_empty(),
        "{place}: the body is not valid: {errors:?}\n{body:#}"
    );
    body
}
