//! Streamed answers, and the modes of the URL.

use crate::{
    http::{Connection, Response},
    server::{Gate, Server, fnurl, probe},
};
use std::time::Instant;

fn start(options: &[&str]) -> Server {
    let data = tempfile::TempDir::new().unwrap();
    let mut command = fnurl();
    command
        .args(["--port", "0", "--data"])
        .arg(data.path())
        .args(options);
    command
        .arg("--function")
        .arg(probe().with_file_name("streamer"));
    Server::run_with(command, data)
}

fn stream() -> Server {
    start(&["--lambda-log", "--invoke-mode", "stream"])
}

fn request(server: &Server, target: &str) -> Connection {
    let mut connection = server.connect();
    connection.send(format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes());
    connection
}

/// A whole chunked answer.
#[track_caller]
fn get(server: &Server, target: &str) -> Response {
    let mut connection = request(server, target);
    let (status, headers) = connection.receive_head();
    let body = connection.receive_chunks();
    Response {
        status,
        headers,
        body,
    }
}

#[test]
fn a_stream_has_the_status_headers_and_cookies_of_its_prelude_and_comes_in_chunks() {
    let server = stream();
    for path in ["/", "/split-prelude"] {
        let answer = get(&server, path);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (201, "one\n"),
            "{path}"
        );
        assert_eq!(answer.header("x-tag"), Some("one"));
        assert_eq!(answer.header_all("set-cookie"), ["a=1", "b=2"]);
        assert_eq!(
            answer.header("content-type"),
            Some("application/octet-stream")
        );
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.header("content-length"), None);
    }
}

#[test]
fn bytes_reach_the_client_before_the_function_has_written_the_rest() {
    let server = stream();
    let gate = Gate::new();
    let mut connection = request(&server, &format!("/gate?port={}", gate.port()));
    assert_eq!(connection.receive_head().0, 201);
    assert_eq!(connection.receive_chunk(), b"one\n");
    drop(gate.arrival());
    assert_eq!(connection.receive_chunk(), b"two\n");
    assert_eq!(connection.receive_chunk(), b"");
}

#[test]
fn a_stream_holds_its_instance_until_it_ends() {
    let server = start(&["--invoke-mode", "stream", "--concurrency", "1"]);
    let gate = Gate::new();
    let mut connection = request(&server, &format!("/gate?port={}", gate.port()));
    connection.receive_head();
    let arrival = gate.arrival();
    assert_eq!(server.get("/").status, 429);
    drop(arrival);
    connection.receive_chunks();
    assert_eq!(get(&server, "/").status, 201);
}

#[test]
fn a_client_that_leaves_does_not_stop_the_function() {
    let server = stream();
    let gate = Gate::new();
    let mut connection = request(&server, &format!("/gate?port={}", gate.port()));
    connection.receive_head();
    let arrival = gate.arrival();
    drop(connection);
    drop(arrival);
    let report = server.log_line("REPORT RequestId");
    assert!(!report.contains("Status:"), "{report}");
}

#[test]
fn an_error_a_crash_and_a_timeout_after_the_first_byte_end_the_answer_cleanly() {
    let server = start(&["--invoke-mode", "stream", "--timeout", "1"]);
    for (path, said) in [
        ("/error", "the stream ended with an error: Function.Broken"),
        ("/abort", "signal: 6"),
        ("/hang", "Task timed out after 1.00 seconds"),
    ] {
        let answer = get(&server, path);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (201, "one\n"),
            "{path}"
        );
        server.log_line(said);
    }
    assert_eq!(get(&server, "/").status, 201);
}

#[test]
fn the_seat_of_a_stream_that_was_ended_is_free_at_once() {
    let server = start(&[
        "--invoke-mode",
        "stream",
        "--timeout",
        "1",
        "--concurrency",
        "1",
    ]);
    for path in ["/abort", "/hang"].into_iter().cycle().take(8) {
        assert_eq!(get(&server, path).text(), "one\n", "{path}");
        assert_eq!(get(&server, "/").status, 201, "after {path}");
    }
}

#[test]
fn a_stream_without_a_prelude_is_the_body_of_a_200() {
    let answer = get(&stream(), "/no-prelude");
    assert_eq!((answer.status, answer.text().as_str()), (200, "one\n"));
    assert_eq!(
        answer.header("content-type"),
        Some("application/octet-stream")
    );
}

#[test]
fn a_stream_without_a_prelude_has_the_type_that_the_function_has_set() {
    for mode in ["buffered", "stream"] {
        let answer = start(&["--invoke-mode", mode]).get("/typed");
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some("text/csv")),
            "{mode}"
        );
    }
}

#[test]
fn a_stream_that_is_only_a_prelude_is_an_empty_body() {
    let answer = get(&stream(), "/empty");
    assert_eq!((answer.status, answer.body.len()), (201, 0));
}

#[test]
fn a_stream_that_does_not_begin_with_a_prelude_it_has_announced_is_a_bad_gateway() {
    stream().get("/bad-prelude").is_bad_gateway();
}

#[test]
fn a_streamed_204_and_an_answer_to_head_have_no_body() {
    let server = stream();
    let mut connection = request(&server, "/no-content");
    assert_eq!(connection.receive().status, 204);
    connection.send(b"HEAD / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let head = connection.receive();
    assert_eq!(
        (head.status, head.header("content-length")),
        (201, Some("0"))
    );
    connection.send(b"GET /buffered HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert_eq!(connection.receive().status, 200, "the connection goes on");
}

#[test]
fn more_than_six_mebibytes_come_at_two_a_second() {
    let server = stream();
    let began = Instant::now();
    let answer = get(&server, "/large");
    assert_eq!(answer.body.len(), 7 * 1024 * 1024 + 4);
    // A lower bound: a busy machine can only take longer.
    assert!(began.elapsed().as_millis() >= 500, "{:?}", began.elapsed());
}

#[test]
fn a_buffered_result_goes_out_verbatim_through_a_streaming_url_and_the_terminal_says_so() {
    let server = stream();
    let answer = server.get("/buffered");
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (200, "{\"statusCode\": 418}")
    );
    server.log_line("the URL streams and the function does not");
}

#[test]
fn a_stream_is_collected_by_a_buffered_url_and_the_terminal_says_so() {
    let server = start(&[]);
    let answer = server.get("/");
    assert_eq!((answer.status, answer.text().as_str()), (201, "one\n"));
    server.log_line("the function streams and the URL does not");
    server.get("/error").is_bad_gateway();
    server.get("/large").is_bad_gateway();
}
