//! `--json`: a log for programs.

use crate::server::Server;
use serde_json::Value;

#[track_caller]
fn entry(server: &Server, part: &str) -> Value {
    let line = server.log_line(part);
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn lambdas_own_lines_have_lambdas_own_names() {
    let server = Server::start(["--json"]);
    let answer = server.get("/pid");
    let id = answer.header("x-amzn-requestid").unwrap();
    let start = entry(&server, "platform.start");
    assert_eq!(
        (&start["record"]["requestId"], &start["record"]["version"]),
        (&id.into(), &"$LATEST".into())
    );
    assert!(start["time"].as_str().unwrap().ends_with('Z'));
    let report = entry(&server, "platform.report");
    assert_eq!(
        (&report["record"]["requestId"], &report["record"]["status"]),
        (&id.into(), &"success".into())
    );
    let metrics = &report["record"]["metrics"];
    assert_eq!(metrics["memorySizeMB"], 256);
    assert!(metrics["durationMs"].as_f64().unwrap() > 0.0);
    assert!(metrics["billedDurationMs"].as_u64().unwrap() >= 1);
    assert!(metrics["initDurationMs"].as_f64().unwrap() > 0.0);
}

#[test]
fn each_request_is_an_entry() {
    let server = Server::start(["--json"]);
    server.get("/raw/x?secret=1");
    let request = entry(&server, "\"request\"");
    let record = &request["record"];
    assert_eq!(
        (&record["method"], &record["path"], &record["status"]),
        (&"GET".into(), &"/raw/x".into(), &200.into())
    );
}

#[test]
fn what_the_function_writes_is_shown_under_its_request() {
    let server = Server::start(["--json"]);
    let answer = server.get("/talk");
    let id: Value = answer.header("x-amzn-requestid").unwrap().into();
    let said = entry(&server, "said on stdout");
    assert_eq!(
        (&said["type"], &said["record"]["requestId"]),
        (&"function".into(), &id)
    );
    assert_eq!(said["record"]["line"], "said on stdout");
    server.get("/log-json");
    let structured = entry(&server, "structured");
    assert_eq!(structured["record"]["record"]["level"], "INFO");
}

#[test]
fn refusals_are_entries_too() {
    let server = Server::start(["--json", "--auth", "iam"]);
    server.get("/");
    let notice = entry(&server, "is not signed");
    assert_eq!(notice["type"], "notice");
    let record = &notice["record"];
    assert!(record["message"].as_str().unwrap().starts_with("refused: "));
    let request = entry(&server, "\"request\"");
    assert_eq!(record["requestId"], request["record"]["requestId"]);
}
