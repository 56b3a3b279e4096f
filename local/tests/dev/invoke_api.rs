//! The Invoke API on the control port.

use crate::{
    http::{Connection, Response},
    server::{Server, has_ended},
    signing::{Key, Request},
};
use serde_json::json;

fn invoke(server: &Server, name: &str, header: &str, body: &str) -> Response {
    let mut connection = Connection::open(&server.control());
    let length = body.len();
    let request = format!(
        "POST /2015-03-31/functions/{name}/invocations HTTP/1.1\r\nhost: localhost\r\n{header}content-length: {length}\r\n\r\n{body}"
    );
    connection.send(request.as_bytes());
    connection.receive()
}

#[test]
fn any_event_reaches_the_function_and_its_result_comes_back_as_it_is() {
    let server = Server::start(["--lambda-log"]);
    let answer = invoke(&server, "probe", "", r#"{"any": ["event"]}"#);
    assert_eq!(answer.ok(), json!({"any": ["event"]}));
    assert_eq!(answer.header("x-amz-executed-version"), Some("$LATEST"));
    assert_eq!(answer.header("x-amz-function-error"), None);
    let id = answer.header("x-amzn-requestid").unwrap();
    assert!(server.log_line("START RequestId").contains(id));
    assert_eq!(invoke(&server, "probe", "", "").ok(), json!({}));
    let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aprobe%3A%24LATEST";
    assert_eq!(invoke(&server, arn, "", "[1]").ok(), json!([1]));
}

#[test]
fn a_dry_run_calls_nothing() {
    let server = Server::start([]);
    let answer = invoke(
        &server,
        "probe",
        "x-amz-invocation-type: DryRun\r\n",
        r#"{"rawPath": "/abort"}"#,
    );
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    let pid = server.get("/pid").ok().as_u64().unwrap() as u32;
    assert!(!has_ended(pid));
}

#[test]
fn a_failed_invocation_is_told_as_the_sdks_expect_it() {
    let server = Server::start(["--timeout", "1"]);
    for (path, kind, message) in [
        (
            "/error",
            "&alloc::boxed::Box<dyn core::error::Error + core::marker::Send + core::marker::Sync>",
            "the function's own secret",
        ),
        ("/abort", "Runtime.ExitError", "signal: 6"),
        (
            "/hang",
            "Sandbox.Timedout",
            "Task timed out after 1.00 seconds",
        ),
    ] {
        let answer = invoke(&server, "probe", "", &json!({"rawPath": path}).to_string());
        assert_eq!(
            (answer.status, answer.header("x-amz-function-error")),
            (200, Some("Unhandled"))
        );
        let error = answer.json();
        assert!(
            error["errorMessage"].as_str().unwrap().contains(message),
            "{error}"
        );
        assert!(path == "/error" || error["errorType"] == kind, "{error}");
    }
}

#[test]
fn what_cannot_be_invoked_is_refused_in_the_apis_form() {
    let server = Server::start([]);
    let cases = [
        (
            invoke(&server, "other", "", "{}"),
            404,
            "ResourceNotFoundException",
        ),
        (
            invoke(&server, "probe", "", "{"),
            400,
            "InvalidRequestContentException",
        ),
        (
            invoke(&server, "probe", "x-amz-invocation-type: Event\r\n", "{}"),
            400,
            "InvalidParameterValueException",
        ),
        (
            invoke(
                &server,
                "probe",
                "",
                &format!("\"{}\"", "x".repeat(6_291_455)),
            ),
            413,
            "RequestTooLargeException",
        ),
    ];
    for (answer, status, kind) in cases {
        assert_eq!(
            (answer.status, answer.header("x-amzn-errortype")),
            (status, Some(kind))
        );
        assert!(answer.json()["Message"].is_string());
    }
}

#[test]
fn under_aws_iam_the_call_has_to_be_signed() {
    let server = Server::start(["--auth", "iam"]);
    assert_eq!(invoke(&server, "probe", "", "{}").status, 403);
    let control = server.control();
    let path = "/2015-03-31/functions/probe/invocations";
    let request = Request::new("POST", path, &control).body("application/json", "{\"a\":1}");
    let mut connection = Connection::open(&control);
    connection.send(&request.sign(&Key::of(&server)).bytes());
    assert_eq!(connection.receive().ok(), json!({"a": 1}));
}
