//! Handlers that misbehave: the client gets an answer, and the next request too.

use harness::{Server, fragile};

#[test]
fn a_panic_is_a_500_problem_and_the_instance_lives_on() {
    let server = Server::of(fragile(), &["--concurrency", "1"]);
    assert_eq!(server.get("/count").text(), "1");
    let answer = server.get("/panics");
    let problem = answer.problem(500);
    for internal in ["secret", "panic", "fragile", ".rs"] {
        let told = problem["detail"].to_string() + &problem["title"].to_string();
        assert!(!told.contains(internal), "{problem}");
        assert!(!format!("{answer:?}").contains("secret"), "{answer:?}");
    }
    assert_eq!(server.get("/count").text(), "2");
    server.stop();
}

#[test]
fn an_abort_is_a_502_and_the_next_request_gets_a_new_instance() {
    let server = Server::of(fragile(), &["--concurrency", "1"]);
    assert_eq!(server.get("/count").text(), "1");
    let aborted = server.get("/aborts");
    assert_eq!(
        (aborted.status, aborted.text()),
        (502, "Internal Server Error")
    );
    assert_eq!(server.get("/count").text(), "1");
    server.stop();
}

#[test]
fn a_handler_that_never_ends_is_a_504_problem_before_the_timeout() {
    let server = Server::of(fragile(), &["--timeout", "1", "--concurrency", "1"]);
    assert_eq!(server.get("/count").text(), "1");
    let _ = server.get("/never-ends").problem(504);
    assert_eq!(server.get("/count").text(), "2");
    server.stop();
}

#[test]
fn a_response_of_more_than_6_mb_is_a_500_problem_that_says_so() {
    let server = Server::of(fragile(), &[]);
    let problem = server.get("/large").problem(500);
    assert_eq!(problem["type"], "/problems/response-too-large");
    server.stop();
}

#[test]
fn the_log_has_a_line_for_each_request_under_its_request_id() {
    let server = Server::of(fragile(), &[]);
    let answer = server.get("/cookies");
    let id = answer.header("x-amzn-requestid").unwrap();
    let line = server.log_line("request finished");
    let expected = [
        "method=\"GET\"",
        "route=\"/cookies\"",
        "status=200",
        "cold_start=true",
        &format!("request_id=\"{id}\""),
    ];
    for field in expected {
        assert!(line.contains(field), "{field} is not in {line}");
    }
    let problem = server.get("/panics").problem(500);
    let line = server.log_line("the request failed");
    assert!(
        line.contains(problem["instance"].as_str().unwrap()),
        "{line}"
    );
    assert!(line.contains("secret of the house"), "{line}");
    server.stop();
}
