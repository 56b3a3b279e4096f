//! Bodies that are not JSON at all, or not readable as they are.

use schemars::JsonSchema;
use serde::Deserialize;
use validator::Validate;

use super::reads_body;

#[derive(Debug, Deserialize, Validate, JsonSchema)]
struct Plain {
    #[expect(dead_code, reason = "only read")]
    name: String,
}

#[tokio::test]
async fn compressed_bodies_are_refused_with_what_is_read() {
    let api = reads_body::<Plain>();
    for coding in ["gzip", "br", "identity, gzip"] {
        let request = api.post("/").bytes("application/json", b"\x1f\x8b");
        let response = request.header("content-encoding", coding).await;
        let problem = response.problem(415);
        assert_eq!(response.header("accept-encoding"), Some("identity"));
        assert!(problem["detail"].as_str().unwrap().contains("uncompressed"));
    }
    let request = api.post("/").text("application/json", r#"{"name":"a"}"#);
    request
        .header("content-encoding", "identity")
        .await
        .assert_status(200);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_with_the_place_in_plain_words() {
    let api = reads_body::<Plain>();
    let cases = [
        ("", "the body is empty, JSON is expected"),
        ("{\"name\":\n}", "expected a value at line 2, column 1"),
        (
            "{} {}",
            "text after the end of the value at line 1, column 4",
        ),
        (
            "{\"name\":\"\\ud800\"}",
            "half of a surrogate pair as an escape at line 1, column 16",
        ),
        (
            "{\"name\":\"a",
            "it ends inside a string at line 1, column 10",
        ),
        (
            "{\"name\":\"a\"",
            "it ends inside an object at line 1, column 11",
        ),
        ("[1", "it ends inside an array at line 1, column 2"),
        (
            "{\"name\":",
            "it ends where a value is expected at line 1, column 8",
        ),
        (
            "nul",
            "it ends where a value is expected at line 1, column 3",
        ),
        (
            "nulL",
            "expected `true`, `false` or `null` at line 1, column 4",
        ),
        (
            "{name:1}",
            "the name of a member must be a string at line 1, column 2",
        ),
        ("[1,]", "expected a value at line 1, column 4"),
        ("[01]", "a number that is not valid at line 1, column 3"),
        ("\"\\x\"", "an escape that is not valid at line 1, column 3"),
        (
            "\"\t\"",
            "a control character inside a string at line 1, column 1",
        ),
        ("{\"name\" 1}", "expected `:` at line 1, column 9"),
        ("[1 2]", "expected `,` or `]` at line 1, column 4"),
    ];
    for (sent, says) in cases {
        let request = api.post("/").text("application/json", sent);
        let problem = request.await.problem(400);
        let detail = problem["detail"].as_str().unwrap();
        let detail = detail
            .strip_prefix("the body is not JSON: ")
            .unwrap_or(detail);
        assert_eq!(detail, says, "{sent}");
    }
    let deep = "[".repeat(200) + &"]".repeat(200);
    let problem = api
        .post("/")
        .text("application/json", &deep)
        .await
        .problem(400);
    assert_eq!(
        problem["detail"],
        "the body is nested too deeply: at most 127 levels are read"
    );
}
