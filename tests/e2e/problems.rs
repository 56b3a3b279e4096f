//! Bad requests: each gets a specific answer in the documented form.

use harness::Server;
use serde_json::json;

/// Method, target, headers, body; the status and the problem type that it is answered with.
type Case<'a> = (
    &'a str,
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a [u8],
    u16,
    &'a str,
);

#[test]
fn every_kind_of_bad_request_has_its_own_problem() {
    let server = Server::start();
    let json = [("content-type", "application/json")];
    let text = [("content-type", "text/plain")];
    let large = json!({"name": "lamp", "description": "x".repeat(70_000)}).to_string();
    let cases: [Case<'_>; 11] = [
        ("GET", "/nowhere", &[], b"", 404, "not-found"),
        ("PATCH", "/health", &[], b"", 405, "method-not-allowed"),
        (
            "POST",
            "/items",
            &json,
            b"{\"name\":",
            400,
            "malformed-body",
        ),
        ("POST", "/items", &json, b"", 400, "malformed-body"),
        ("POST", "/items", &json, b"\"\xff\"", 400, "malformed-body"),
        (
            "POST",
            "/items",
            &text,
            b"{}",
            415,
            "unsupported-media-type",
        ),
        ("POST", "/items", &[], b"{}", 415, "unsupported-media-type"),
        (
            "POST",
            "/items",
            &json,
            large.as_bytes(),
            413,
            "body-too-large",
        ),
        ("GET", "/items?cursor=bad", &[], b"", 400, "invalid-cursor"),
        ("GET", "/items?limit=%zz", &[], b"", 400, "malformed-query"),
        ("GET", "/items/%zz", &[], b"", 400, "malformed-path"),
    ];
    for (method, target, headers, body, status, slug) in cases {
        let problem = server
            .request(method, target, headers, body)
            .problem(status);
        assert_eq!(
            problem["type"],
            format!("/problems/{slug}"),
            "{method} {target}"
        );
    }
    server.stop();
}

#[test]
fn a_wrong_method_is_answered_with_those_that_are_allowed() {
    let server = Server::start();
    let refused = server.request("PATCH", "/health", &[], b"");
    assert_eq!(refused.header("allow"), Some("GET, HEAD, OPTIONS"));
    let asked = server.request("OPTIONS", "/items", &[], b"");
    assert_eq!((asked.status, asked.text()), (204, ""));
    assert_eq!(asked.header("allow"), Some("GET, HEAD, POST, OPTIONS"));
    server.stop();
}

#[test]
fn malformed_json_is_answered_with_its_line_and_column() {
    let server = Server::start();
    let json = [("content-type", "application/json")];
    let refused = server.request("POST", "/items", &json, b"{\n  \"name\": oops}");
    let problem = refused.problem(400);
    assert_eq!(
        (&problem["line"], &problem["column"]),
        (&json!(2), &json!(11))
    );
    server.stop();
}

#[test]
fn five_wrong_members_are_five_errors() {
    let server = Server::start();
    let wrong = json!({
        "name": "", "description": "x".repeat(4001), "tags": [""],
        "price": {"amount": "12,50", "currency": "EURO"}
    });
    let problem = server.post("/items", &wrong).problem(422);
    let errors = problem["errors"].as_array().unwrap();
    let places: Vec<_> = errors
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect();
    let expected = [
        "/description",
        "/name",
        "/price/amount",
        "/price/currency",
        "/tags/0",
    ];
    assert_eq!(places, expected);
    for error in errors {
        assert!(
            error["code"].is_string() && error["message"].is_string(),
            "{error}"
        );
    }
    server.stop();
}
