//! What a client sees when something goes wrong, and that the next request works.

use crate::server::{Server, post};

#[test]
fn a_function_that_dies_is_502_and_the_next_request_starts_another() {
    let server = Server::start(["--concurrency", "1"]);
    let first = server.get("/pid").ok();
    for path in ["/abort", "/exit"] {
        server.get(path).is_bad_gateway();
    }
    assert_ne!(server.get("/pid").ok(), first);
}

#[test]
fn an_error_of_the_function_is_502_and_its_text_goes_to_the_log_only() {
    let server = Server::start([]);
    let first = server.get("/pid").ok();
    let response = server.get("/error");
    response.is_bad_gateway();
    assert_eq!(response.header("content-type"), Some("text/plain"));
    server.log_line("the function's own secret");
    assert_eq!(server.get("/pid").ok(), first);
}

#[test]
fn a_function_that_takes_too_long_is_ended() {
    let server = Server::start(["--lambda-log", "--timeout", "1", "--concurrency", "1"]);
    let first = server.get("/pid").ok();
    server.get("/hang").is_bad_gateway();
    server.log_line("Task timed out after 1.00 seconds");
    assert!(server.log_line("REPORT").ends_with("Status: timeout"));
    assert_ne!(server.get("/pid").ok(), first);
}

#[test]
fn a_function_that_cannot_start_is_502() {
    let server = Server::start_with(["--lambda-log"], &[("PROBE_INIT", "exit")]);
    server.get("/").is_bad_gateway();
    assert!(server.log_line("INIT_REPORT").ends_with("exit status 3"));
    server.get("/").is_bad_gateway();
}

#[test]
fn a_file_that_is_no_program_is_502_and_said_in_the_log() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let server = Server::start_command([file.path()]);
    server.get("/").is_bad_gateway();
    assert!(
        server
            .log_line("could not be started")
            .contains("Permission denied")
    );
}

#[test]
fn a_result_over_the_limit_is_502_and_the_instance_lives_on() {
    let server = Server::start([]);
    let first = server.get("/pid").ok();
    server.get("/large").is_bad_gateway();
    assert_eq!(server.get("/pid").ok(), first);
}

#[test]
fn an_event_over_the_limit_is_413() {
    let server = Server::start([]);
    let cases = [
        ("text/plain", 6_291_457),
        // Fits as it is, but not with the rest of the event around it.
        ("text/plain", 6_291_456),
        // Fits as bytes, but not as base64.
        ("application/octet-stream", 5_000_000),
    ];
    for (content_type, length) in cases {
        let response = server.post("/", content_type, vec![b'x'; length]);
        assert_eq!(response.status, 413, "{content_type} {length}");
        assert_eq!(
            response.header("x-amzn-errortype"),
            Some("RequestEntityTooLargeException")
        );
        assert!(response.header("x-amzn-requestid").is_some());
        assert!(
            response.json()["message"]
                .as_str()
                .unwrap()
                .contains("6291456")
        );
    }
    let response = server.post("/", "application/octet-stream", vec![b'x'; 4_000_000]);
    assert_eq!(response.status, 200);
}

#[test]
fn a_body_that_announces_too_much_is_refused_before_it_is_sent() {
    let server = Server::start([]);
    let announcements = [
        "content-length: 7000000\r\nexpect: 100-continue",
        "content-length: 99999999999",
    ];
    for announcement in announcements {
        let mut connection = server.connect();
        connection.send(
            format!("POST / HTTP/1.1\r\nhost: localhost\r\n{announcement}\r\n\r\n").as_bytes(),
        );
        let response = connection.receive();
        assert_eq!(response.status, 413, "{announcement}");
        assert_eq!(
            response.header("connection"),
            Some("close"),
            "{announcement}"
        );
    }
}

#[test]
fn clients_that_leave_early_harm_nobody() {
    let server = Server::start(["--concurrency", "1"]);
    for sent in [
        &b"GET /"[..],
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nabc",
    ] {
        server.connect().send(sent);
    }
    let whole = post("/", "text/plain", b"left without waiting");
    server.connect().send(&whole);
    server.log_line("POST / 200");
    assert_eq!(server.get("/after").ok()["rawPath"], "/after");
}

#[test]
fn an_init_of_more_than_ten_seconds_begins_again_within_the_first_invocation() {
    let folder = tempfile::TempDir::new().unwrap();
    let mark = folder.path().join("has-begun");
    let server = Server::start_with(["--lambda-log"], &[("PROBE_INIT", mark.to_str().unwrap())]);
    assert!(server.get("/pid").ok().is_number());
    let report = server.log_line("INIT_REPORT");
    assert!(report.contains("Status: timeout"), "{report}");
    let report = server.log_line("REPORT RequestId");
    assert!(!report.contains("Status:"), "{report}");
}

#[test]
fn an_init_that_never_ends_takes_the_functions_timeout_the_second_time() {
    let server = Server::start_with(
        ["--lambda-log", "--timeout", "1"],
        &[("PROBE_INIT", "hang")],
    );
    server.get("/").is_bad_gateway();
    assert!(server.log_line("INIT_REPORT").contains("Status: timeout"));
}

#[test]
fn a_head_far_over_a_mebibyte_is_refused() {
    let server = Server::start([]);
    let value = "x".repeat(4 * 1024 * 1024);
    let answer = server.send(format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\nx-large: {value}\r\n\r\n"
    ));
    assert_eq!(answer.status, 431);
}
