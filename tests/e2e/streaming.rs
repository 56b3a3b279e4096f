//! Handlers that stream, through a function URL that does and one that does not.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Instant;

use harness::{Server, fragile};
use serde_json::Value;

const STREAM: [&str; 2] = ["--invoke-mode", "stream"];

#[test]
fn every_answer_is_the_same_in_both_modes() {
    let modes = [Server::of(fragile(), &[]), Server::of(fragile(), &STREAM)];
    for server in &modes {
        let answer = server.get("/numbers");
        assert_eq!(
            (answer.status, answer.text()),
            (200, "1\n2\n3\n{\"end\":true}\n")
        );
        assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
        let answer = server.get("/events");
        let expected = "event: tick\ndata: one\n\nevent: tick\ndata: two\n\n";
        assert_eq!(
            (answer.text(), answer.header("cache-control")),
            (expected, Some("no-store"))
        );
        let cookies = server.get("/cookies");
        assert_eq!(
            cookies.all("set-cookie").collect::<Vec<_>>(),
            ["a=1; HttpOnly", "b=2"]
        );
        assert_eq!(server.get("/nothing").status, 204);
        server.get("/absent").problem(404);
        server.get("/panics").problem(500);
    }
    modes.into_iter().for_each(Server::stop);
}

#[test]
fn a_streaming_url_hands_on_what_is_there_while_the_handler_goes_on() {
    let server = Server::of(fragile(), &STREAM);
    let mut connection = TcpStream::connect(server.address()).unwrap();
    connection
        .write_all(b"GET /numbers HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let arrivals: Vec<(String, Instant)> = BufReader::new(connection)
        .lines()
        .map(|line| (line.unwrap(), Instant::now()))
        .collect();
    let at = |text: &str| arrivals.iter().find(|(line, _)| line == text).unwrap().1;
    // The handler waits for 300 ms between the two: a lower bound, whatever else goes on.
    assert!((at("3") - at("2")).as_millis() >= 150);
    server.stop();
}

#[test]
fn a_stream_that_fails_ends_there_and_the_log_says_why() {
    let server = Server::of(fragile(), &STREAM);
    let answer = server.get("/breaks-off");
    assert_eq!((answer.status, answer.text()), (200, "begun"));
    assert!(
        server
            .log_line("the response ended early")
            .contains("secret of the house")
    );
    assert_eq!(server.get("/count").status, 200);
    server.stop();
}

#[test]
fn an_answer_of_more_than_six_megabytes_passes_a_streaming_url_alone() {
    let server = Server::of(fragile(), &STREAM);
    assert_eq!(server.get("/large").text().len(), 7_000_000);
    server.stop();
    let server = Server::of(fragile(), &[]);
    server.get("/large").problem(500);
    let problem: Value = server.get("/endless").problem(500);
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("a stream of more than 6291556 bytes"),
        "{detail}"
    );
    server.stop();
}
