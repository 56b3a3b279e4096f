//! Calls that have no answer: the exit code and what is said.

use crate::{caller::Caller, server::Server};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
};

#[test]
fn a_command_line_that_cannot_be_used_is_refused_with_the_reason() {
    for (args, reason) in [
        (&[][..], "required"),
        (&["items"], "neither a path"),
        (&["GET ", "/items"], "is no HTTP method"),
        (&["/items#top"], "write %23"),
        (&["/items", "-H", "nonsense"], "not of the form"),
        (&["/items", "-d", "@no/such/file"], "no/such/file"),
        (
            &["/items", "-H", "x-amz-date: now"],
            "part of the signature",
        ),
        (
            &["/items", "--region", "Frankfurt"],
            "not the name of a region",
        ),
        (
            &["/items", "--no-sign", "--profile", "x"],
            "cannot be used with",
        ),
        (&["GET", "/items", "/users"], "unexpected"),
    ] {
        let mut caller = Caller::new();
        for arg in args {
            caller = caller.args([arg]);
        }
        caller.run().failed(2, reason);
    }
}

#[test]
fn a_server_that_is_not_there_is_said_to_be_missing() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}/");
    let outcome = Caller::new().args(["--no-sign", &url]).run();
    outcome.failed(7, "Connection refused");
    assert!(
        outcome.stderr.contains("is `fnurl dev` running?"),
        "{outcome:?}"
    );
}

#[test]
fn an_answer_that_breaks_off_is_no_success() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = BufReader::new(&stream).lines();
        while request.next().is_some_and(|line| line.unwrap() != "") {}
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfour";
        stream.write_all(answer).unwrap();
    });
    let outcome = Caller::new().args(["--no-sign", &url]).run();
    server.join().unwrap();
    assert_eq!((outcome.code, outcome.text().as_str()), (7, "four"));
    assert!(
        outcome.stderr.contains("broke off after 4 bytes"),
        "{outcome:?}"
    );
}

#[test]
fn an_answer_without_a_place_is_not_asked_for() {
    let server = Server::start([]);
    let url = format!("http://{}/pid", server.address);
    let outcome = Caller::new()
        .args(["--no-sign", &url, "-o", "no/such/folder/file"])
        .run();
    outcome.failed(1, "no/such/folder/file cannot be written");
}
