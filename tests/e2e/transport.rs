//! What HTTP carries, from the socket to the handler and back.

use harness::{Server, fragile};

#[test]
fn paths_reach_the_router_as_they_were_sent() {
    let server = Server::start();
    let cases = [
        ("/health", 200),
        ("/health/", 404),
        ("//health", 404),
        ("/%68ealth", 200),
        ("/./health", 404),
        ("/items/a%2Fb", 422),
        ("/items/a/b", 404),
        ("/items/caf%C3%A9", 422),
        ("/items/%ff", 400),
        ("/health?x=1&x=2&y", 200),
        ("//items", 404),
        ("/items/", 404),
        ("/items/%zz", 400),
        ("/items?limit=%zz", 400),
        ("/../items", 404),
        (&format!("/{}", "x".repeat(10_000)), 404),
        (&format!("/items/{}", "x".repeat(10_000)), 422),
    ];
    for (target, status) in cases {
        // By hand: a client might tidy the path up.
        let request =
            format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = server.send(request.as_bytes());
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
fn methods_in_lower_case_are_read_as_their_upper_case() {
    let server = Server::start();
    for (method, status) in [("GET", 200), ("get", 200), ("Get", 200), ("delete", 405)] {
        let request =
            format!("{method} /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = server.send(request.as_bytes());
        assert_eq!(answer.status, status, "{method}");
    }
    server.stop();
}

#[test]
fn repeated_headers_and_cookies_reach_the_handler_whole_and_once() {
    let server = Server::of(fragile(), &[]);
    let request = "GET /seen HTTP/1.1\r\nHost: localhost\r\nX-Tag: one\r\nCookie: a=1; b=x=y\r\n\
                   x-tag: two\r\nConnection: close\r\n\r\n";
    let answer = server.send(request.as_bytes());
    assert_eq!(answer.text(), "one,two | a=1 b=x=y");
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

#[test]
fn a_compressed_body_passes_as_it_is_in_both_directions() {
    // `printf '{"a":1}' | gzip --no-name`
    let compressed = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xab, 0x56, 0x4a, 0x54, 0xb2,
        0x32, 0xac, 0x05, 0x00, 0xaf, 0xac, 0x1b, 0x56, 0x07, 0x00, 0x00, 0x00,
    ];
    let headers = [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    let server = Server::of(fragile(), &[]);
    let answer = server.request("POST", "/echo", &headers, &compressed);
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.body, compressed);
    server.stop();
}
