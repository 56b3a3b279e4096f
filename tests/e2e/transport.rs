//! What HTTP carries, from the socket to the handler and back.

use harness::{Server, fragile};

#[test]
fn paths_reach_the_router_as_they_were_sent() {
    let server = Server::start();
    let cases = [
        ("/health", 200),
        ("/health/", 404),
        ("//health", 404),
        ("/%68ealth", 404),
        ("/./health", 404),
        ("/items/a%2Fb", 422),
        ("/items/a/b", 404),
        ("/items/caf%C3%A9", 422),
        ("/items/%ff", 400),
        ("/health?x=1&x=2&y", 200),
    ];
    for (target, status) in cases {
        let answer = server.get(target);
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        if status != 200 {
            let _ = answer.problem(status);
        }
    }
    server.stop();
}

#[test]
fn head_is_get_without_a_body() {
    let server = Server::start();
    let head = server.request("HEAD", "/health", &[], b"");
    assert_eq!((head.status, head.text()), (200, ""));
    assert_eq!(head.header("content-type"), Some("application/health+json"));
    server.stop();
}

#[test]
fn every_cookie_that_is_set_arrives_in_a_header_of_its_own() {
    let server = Server::of(fragile(), &[]);
    let answer = server.get("/cookies");
    let cookies: Vec<_> = answer.all("set-cookie").collect();
    assert_eq!(cookies, ["a=1; HttpOnly", "b=2"]);
    server.stop();
}

#[test]
fn bodies_arrive_byte_for_byte_in_both_directions() {
    let server = Server::of(fragile(), &[]);
    let every_byte: Vec<u8> = (0..=255).collect();
    let cases: [(&str, &[u8]); 5] = [
        ("application/octet-stream", &every_byte),
        ("text/plain", "é\"\\\u{1F600}".as_bytes()),
        ("text/plain", b"\xff\xfe"),
        ("application/json", b"{ \"a\" : 1 }"),
        ("application/x-www-form-urlencoded", b"a=1&b=%20"),
    ];
    for (content_type, body) in cases {
        let answer = server.request("POST", "/echo", &[("content-type", content_type)], body);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, body, "{content_type}");
        assert_eq!(answer.header("content-type"), Some(content_type));
    }
    server.stop();
}
