//! Cross-origin requests to a URL with a CORS configuration.

use crate::{
    http::Response,
    server::{Server, fnurl, probe},
};
use std::io::Write;
use tempfile::NamedTempFile;

const CONFIG: &str = r#"{"AllowOrigins": ["https://example.com"], "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["content-type", "X-Api-Key"], "ExposeHeaders": ["etag"], "MaxAge": 600}"#;

fn config(json: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(json.as_bytes()).unwrap();
    file
}

fn start(json: &str) -> (Server, NamedTempFile) {
    let file = config(json);
    let server = Server::start(["--cors", file.path().to_str().unwrap()]);
    (server, file)
}

fn preflight(server: &Server, origin: &str, method: &str, headers: &str) -> Response {
    server.send(format!(
        "OPTIONS /error HTTP/1.1\r\nhost: localhost\r\norigin: {origin}\r\naccess-control-request-method: {method}\r\n\
         access-control-request-headers: {headers}\r\n\r\n"
    ))
}

#[test]
fn a_preflight_is_answered_from_the_configuration_and_never_reaches_the_function() {
    let (server, _file) = start(CONFIG);
    let answer = preflight(
        &server,
        "https://example.com",
        "POST",
        "x-api-key, content-type",
    );
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://example.com")
    );
    assert_eq!(
        answer.header("access-control-allow-methods"),
        Some("GET,POST")
    );
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("content-type,X-Api-Key")
    );
    assert_eq!(answer.header("access-control-max-age"), Some("600"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("vary"), Some("origin"));
}

#[test]
fn a_preflight_for_what_is_not_allowed_gets_no_cors_headers() {
    let (server, _file) = start(CONFIG);
    for (origin, method, headers) in [
        ("https://other.example", "GET", "content-type"),
        ("https://example.com", "DELETE", "content-type"),
        ("https://example.com", "GET", "content-type, x-other"),
    ] {
        let answer = preflight(&server, origin, method, headers);
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{origin} {method} {headers}"
        );
        assert_eq!(answer.header("access-control-allow-methods"), None);
    }
}

#[test]
fn stars_answer_with_what_was_asked_for() {
    let (server, _file) = start(
        r#"{"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"], "AllowCredentials": true}"#,
    );
    let answer = preflight(&server, "https://anywhere.example", "PUT", "x-any");
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://anywhere.example")
    );
    assert_eq!(answer.header("access-control-allow-methods"), Some("PUT"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("x-any"));
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        Some("true")
    );
}

#[test]
fn an_options_request_that_is_no_preflight_reaches_the_function() {
    let (server, _file) = start(CONFIG);
    let answer = server
        .send("OPTIONS /pid HTTP/1.1\r\nhost: localhost\r\norigin: https://example.com\r\n\r\n");
    assert!(!answer.body.is_empty());
}

#[test]
fn answers_of_the_function_carry_the_urls_headers_beside_its_own_and_the_terminal_warns() {
    let (server, _file) = start(CONFIG);
    let result =
        r#"{"statusCode": 200, "headers": {"access-control-allow-origin": "*"}, "body": "x"}"#;
    let length = result.len();
    let answer = server.send(format!(
        "POST /raw HTTP/1.1\r\nhost: localhost\r\norigin: https://example.com\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{result}"
    ));
    assert_eq!(
        answer.header_all("access-control-allow-origin"),
        ["*", "https://example.com"]
    );
    assert_eq!(answer.header("access-control-expose-headers"), Some("etag"));
    server.log_line("both send access-control-allow-origin");
}

#[test]
fn a_request_without_an_origin_or_from_another_one_gets_no_cors_headers() {
    let (server, _file) = start(CONFIG);
    assert_eq!(
        server.get("/pid").header("access-control-allow-origin"),
        None
    );
    let answer = server
        .send("GET /pid HTTP/1.1\r\nhost: localhost\r\norigin: https://other.example\r\n\r\n");
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[test]
fn a_failed_invocation_is_answered_without_cors_headers() {
    let (server, _file) = start(CONFIG);
    let answer = server
        .send("GET /error HTTP/1.1\r\nhost: localhost\r\norigin: https://example.com\r\n\r\n");
    assert_eq!(answer.status, 502);
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[test]
fn a_configuration_that_lambda_would_refuse_stops_the_start() {
    let file = config(r#"{"AllowMethods": ["OPTIONS"]}"#);
    let mut command = fnurl();
    command
        .args(["--port", "0", "--function"])
        .arg(probe())
        .arg("--cors")
        .arg(file.path());
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        said.contains("`OPTIONS` is refused by Lambda: leave it out"),
        "{said}"
    );
}
