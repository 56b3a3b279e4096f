//! Signed calls, checked by the verifier of `fnurl dev --auth iam`.

use crate::{caller::Caller, server::Server};

fn start() -> (Server, String) {
    let server = Server::start(["--auth", "iam"]);
    let url = format!("http://{}", server.address);
    (server, url)
}

#[test]
fn a_signed_call_is_let_in_as_its_caller() {
    let (server, url) = start();
    let event = Caller::of(&server).args([&url]).run().ok();
    let iam = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!(iam["userArn"], "arn:aws:iam::000000000000:user/fnurl");
    assert_eq!(event["rawPath"], "/");
}

#[test]
fn body_and_headers_are_signed_as_they_are_sent() {
    let (server, url) = start();
    let event = Caller::of(&server)
        .args(["PATCH", &url, "-d", "{\"name\": \"Lämpchen\"}"])
        .args(["-H", "x-tag:  two   words", "-H", "x-tag: more"])
        .args(["-H", "x-name: Zoë", "-H", "x-empty;"])
        .run()
        .ok();
    assert_eq!(event["body"], "{\"name\": \"Lämpchen\"}");
    assert_eq!(event["headers"]["x-tag"], "two   words,more");
}

#[test]
fn difficult_paths_and_queries_arrive_as_they_were_written() {
    let (server, url) = start();
    for target in [
        "/a%20b/caf%C3%A9",
        "/a%2Fb/%2e%2E",
        "//a//b/./c/../d/",
        "/~tilde-dash_dot.",
        "/$&+,;=:@!*'()",
        "/a%25b%zz/%",
        "/?b=2&a=1&b=1",
        "/?q=x%20y+z&r=%2B&e=",
        "/?flag&&empty=&=none",
        "/?filter%5Bname%5D=a%26b&list=[1,2]",
        "/?%C3%A9=%C3%A9&A=1&a=2&_=3&-=4&.=5",
        "/?X-Amz-Signature=00",
        "/?p=/:@!*'(),;?",
    ] {
        let event = Caller::of(&server).args([&format!("{url}{target}")]).run();
        let event = event.ok();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        assert_eq!(event["rawPath"], path, "{target}");
        assert_eq!(event["rawQueryString"], query, "{target}");
    }
}

#[test]
fn another_region_is_signed_for_only_if_it_is_asked_for() {
    let server = Server::start(["--auth", "iam", "--region", "eu-west-1"]);
    let url = format!("http://{}/", server.address);
    let refused = Caller::of(&server).args(["--fail-with-body", &url]).run();
    assert_eq!(refused.code, 22, "{refused:?}");
    let args = ["--region", "eu-west-1", &url];
    Caller::of(&server).args(args).run().ok();
}

#[test]
fn no_signature_is_no_way_in() {
    let (server, url) = start();
    let outcome = Caller::of(&server)
        .args(["--no-sign", "--fail-with-body", &url])
        .run();
    assert_eq!(outcome.code, 22);
    assert!(outcome.text().contains("Forbidden") || outcome.text().contains("Missing"));
}
