//! What is sent and what is shown, whether or not it is signed.

use crate::{caller::Caller, server::Server};

fn ask<const N: usize>(server: &Server, path: &str, args: [&str; N]) -> Caller {
    let url = format!("http://{}{path}", server.address);
    Caller::new().args(["--no-sign", &url]).args(args)
}

#[test]
fn an_unsigned_call_needs_no_credentials_and_carries_no_signature() {
    let server = Server::start([]);
    let event = ask(&server, "/a?b=c", []).run().ok();
    assert_eq!(event["requestContext"]["http"]["method"], "GET");
    assert_eq!(event["rawPath"], "/a");
    assert_eq!(event["rawQueryString"], "b=c");
    assert_eq!(event["headers"]["accept"], "*/*");
    assert_eq!(event["headers"].get("x-amz-date"), None);
    assert_eq!(event.get("body"), None);
    let agent = event["headers"]["user-agent"].as_str().unwrap();
    assert!(agent.starts_with("fnurl/"), "{agent}");
}

#[test]
fn data_makes_a_post_of_json_unless_another_method_or_type_is_asked_for() {
    let server = Server::start([]);
    let event = ask(&server, "/", ["-d", r#"{"a":1}"#]).run().ok();
    assert_eq!(event["requestContext"]["http"]["method"], "POST");
    assert_eq!(event["headers"]["content-type"], "application/json");
    assert_eq!(event["body"], r#"{"a":1}"#);
    let url = format!("http://{}/", server.address);
    let event = Caller::new()
        .args(["put", &url, "--no-sign"])
        .args(["--data", "-1 @b", "-H", "Content-Type: text/plain"])
        .run()
        .ok();
    assert_eq!(event["requestContext"]["http"]["method"], "PUT");
    assert_eq!(event["headers"]["content-type"], "text/plain");
    assert_eq!(event["body"], "-1 @b");
}

#[test]
fn a_file_and_the_standard_input_are_sent_byte_by_byte() {
    let server = Server::start([]);
    let body = "one\r\n\n two\0\n";
    let args = ["-d", "@body", "-H", "content-type: text/plain"];
    let mut caller = ask(&server, "/", args);
    let file = caller.folder.path().join("body");
    std::fs::write(&file, body).unwrap();
    assert_eq!(caller.run().ok()["body"], body);
    let args = ["-d", "@-", "-H", "content-type: text/plain"];
    let event = ask(&server, "/", args).stdin(&file).run().ok();
    assert_eq!(event["body"], body);
}

#[test]
fn headers_are_sent_repeated_replaced_emptied_and_left_out() {
    let server = Server::start([]);
    let event = ask(
        &server,
        "/",
        [
            "-H",
            "x-tag: one",
            "-H",
            "X-Tag: two",
            "-H",
            "x-empty;",
            "-H",
            "accept:",
            "-H",
            "User-Agent: me",
        ],
    )
    .run()
    .ok();
    let headers = &event["headers"];
    assert_eq!(headers["x-tag"], "one,two");
    assert_eq!(headers["x-empty"], "");
    assert_eq!(headers.get("accept"), None);
    assert_eq!(headers["user-agent"], "me");
}

#[test]
fn the_status_and_headers_are_shown_before_the_body_when_they_are_asked_for() {
    let server = Server::start([]);
    let answer = r#"{"statusCode":404,"headers":{"x-tag":"one"},"body":"none"}"#;
    let outcome = ask(&server, "/raw", ["-i", "-d", answer]).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let text = outcome.text();
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("HTTP/1.1 404 Not Found"));
    assert!(lines.any(|line| line == "x-tag: one"), "{text}");
    assert_eq!(body, "none");
}

#[test]
fn a_refusal_has_its_exit_code_only_when_that_is_asked_for() {
    let server = Server::start([]);
    for (status, is_asked_for, code) in [
        (404, false, 0),
        (404, true, 22),
        (500, true, 22),
        (399, true, 0),
        (200, true, 0),
    ] {
        let answer = format!(r#"{{"statusCode":{status},"body":"said"}}"#);
        let mut caller = ask(&server, "/raw", ["-d", &answer]);
        if is_asked_for {
            caller = caller.args(["--fail-with-body"]);
        }
        let outcome = caller.run();
        assert_eq!((outcome.code, outcome.text().as_str()), (code, "said"));
    }
}

#[test]
fn a_redirect_is_shown_and_not_followed() {
    let server = Server::start([]);
    let answer = r#"{"statusCode":307,"headers":{"location":"/elsewhere"},"body":"there"}"#;
    let outcome = ask(&server, "/raw", ["-d", answer]).run();
    assert_eq!((outcome.code, outcome.text().as_str()), (0, "there"));
}

#[test]
fn the_answer_replaces_what_was_in_the_file() {
    let server = Server::start([]);
    let answer = r#"{"statusCode":200,"body":"new"}"#;
    let mut caller = ask(&server, "/raw", ["-d", answer, "-o", "answer"]);
    let file = caller.folder.path().join("answer");
    std::fs::write(&file, "something longer").unwrap();
    let outcome = caller.run();
    assert_eq!((outcome.code, outcome.text().as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
}

#[test]
fn a_large_answer_arrives_whole_from_a_url_that_streams() {
    let server = Server::start(["--invoke-mode", "stream"]);
    let answer = ask(&server, "/", ["-d", &format!("\"{}\"", "x".repeat(90_000))]).run();
    assert!(answer.ok()["body"].as_str().unwrap().len() > 90_000);
}
