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

#[test]
fn a_url_that_says_nothing_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let url = format!("http://{address}/");
    let args = ["--no-sign", &url, "--timeout", "1"];
    let outcome = Caller::new().args(args).run();
    outcome.failed(7, &format!("{address} has sent nothing for 1 s"));
    drop(listener);
}

#[test]
fn a_session_token_does_not_go_unencrypted_to_another_machine_without_a_warning() {
    let with_key = |token: &str| {
        Caller::new()
            .env("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_SESSION_TOKEN", token)
    };
    let warns = |caller: Caller, url: &str| {
        let args = ["--region", "us-east-1", "--timeout", "1", url];
        caller
            .args(args)
            .run()
            .stderr
            .contains("WARNING: the session token goes over http://")
    };
    assert!(warns(with_key("token"), "http://url.invalid/"));
    assert!(!warns(with_key("token"), "https://url.invalid/"));
    assert!(!warns(with_key("token"), "http://127.0.0.1:1/"));
    let long_term = Caller::new()
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    assert!(!warns(long_term, "http://url.invalid/"));
}
