//! Requests to events and results to responses, as they look from outside.

use crate::server::Server;
use serde_json::json;

#[test]
fn targets_reach_the_function_as_they_were_sent() {
    let server = Server::start([]);
    let cases = [
        ("/", "/", ""),
        ("//a", "//a", ""),
        ("/a%2Fb", "/a%2Fb", ""),
        ("/%zz", "/%zz", ""),
        ("/a/../b/./", "/a/../b/./", ""),
        ("/é", "/é", ""),
        ("/a?b?c&d=%zz", "/a", "b?c&d=%zz"),
        ("/a?", "/a", ""),
        ("/a'(b)*c;d=e,f", "/a'(b)*c;d=e,f", ""),
    ];
    for (target, path, query) in cases {
        let event = server.get(target).ok();
        assert_eq!(event["rawPath"], path, "{target}");
        assert_eq!(event["rawQueryString"], query, "{target}");
    }
}

#[test]
fn what_is_not_http_is_400_and_never_reaches_the_function() {
    let server = Server::start([]);
    for request in [
        "GET /a b HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
    ] {
        assert_eq!(server.send(request).status, 400, "{request:?}");
    }
    assert_eq!(server.get("/after").ok()["rawPath"], "/after");
}

#[test]
fn the_event_tells_the_function_about_the_request() {
    let server = Server::start(["--region", "eu-west-1"]);
    let event = server
        .send("PATCH /a HTTP/1.1\r\nHost: localhost\r\nX-Tag: one\r\nx-tag: two\r\nCookie: a=1; b=2\r\nUser-Agent: demo/1\r\nConnection: keep-alive\r\n\r\n")
        .ok();
    let context = &event["requestContext"];
    let url_id = context["apiId"].as_str().unwrap();
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"]["x-tag"], "one,two");
    assert_eq!(event["headers"]["host"], "localhost");
    assert_eq!(event["headers"].get("connection"), None);
    assert_eq!(event.get("body"), None);
    assert_eq!(context["http"]["method"], "PATCH");
    assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(context["http"]["userAgent"], "demo/1");
    assert_eq!(
        (url_id.len(), &context["domainPrefix"]),
        (32, &json!(url_id))
    );
    assert_eq!(
        context["domainName"],
        format!("{url_id}.lambda-url.eu-west-1.on.aws")
    );
    assert!(context["timeEpoch"].as_i64().unwrap() > 1_700_000_000_000);
}

#[test]
fn bodies_arrive_whole_as_text_or_base64() {
    let server = Server::start([]);
    let text = server.post("/", "text/plain", "héllo").ok();
    assert_eq!(
        (&text["body"], &text["isBase64Encoded"]),
        (&json!("héllo"), &json!(false))
    );

    let bytes = server
        .post("/", "application/octet-stream", b"\x00\xff")
        .ok();
    assert_eq!(
        (&bytes["body"], &bytes["isBase64Encoded"]),
        (&json!("AP8="), &json!(true))
    );

    let chunked = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n\
                   3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert_eq!(server.send(chunked).ok()["body"], "abcde");
}

#[test]
fn a_client_that_expects_100_continue_gets_it_before_it_sends() {
    let server = Server::start([]);
    let mut connection = server.connect();
    connection.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n");
    assert_eq!(connection.receive_head().0, 100);
    connection.send(b"hello");
    assert_eq!(connection.receive().ok()["body"], "hello");
}

#[test]
fn results_become_responses() {
    let server = Server::start([]);
    let cases = [
        (
            r#"{"statusCode":201,"body":"made","headers":{"content-type":"text/plain"}}"#,
            201,
            "made",
            Some("text/plain"),
        ),
        (r#"{"a": 1}"#, 200, r#"{"a":1}"#, Some("application/json")),
        (r#""hello""#, 200, "hello", Some("application/json")),
        ("null", 200, "null", Some("application/json")),
        (r#"{"statusCode":"418"}"#, 418, "", Some("application/json")),
        (
            r#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#,
            200,
            "hi",
            Some("application/json"),
        ),
        (r#"{"statusCode":204,"body":"x"}"#, 204, "", None),
        (r#"{"statusCode":304,"body":"x"}"#, 304, "", None),
        (
            r#"{"statusCode":999}"#,
            502,
            "Internal Server Error",
            Some("text/plain"),
        ),
        (
            r#"{"statusCode":200,"headers":[]}"#,
            502,
            "Internal Server Error",
            Some("text/plain"),
        ),
    ];
    for (result, status, body, content_type) in cases {
        let response = server.raw(result);
        assert_eq!(
            (response.status, response.text().as_str()),
            (status, body),
            "{result}"
        );
        assert_eq!(response.header("content-type"), content_type, "{result}");
    }
}

#[test]
fn every_response_has_its_ids_a_date_and_a_connection_that_stays() {
    let server = Server::start([]);
    let mut connection = server.connect();
    for _ in 0..2 {
        connection.send(b"GET /context HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let response = connection.receive();
        let request_id = response.header("x-amzn-requestid").unwrap().to_owned();
        assert_eq!(response.ok()["request_id"], request_id);
        assert!(
            response
                .header("x-amzn-trace-id")
                .unwrap()
                .starts_with("root=1-")
        );
        assert!(response.header("date").unwrap().ends_with(" GMT"));
        assert_eq!(response.header("connection"), Some("keep-alive"));
    }
    connection.send(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert_eq!(connection.receive().header("connection"), Some("close"));
    assert!(connection.is_closed());
}

#[test]
fn cookies_and_headers_go_out_by_the_rules_of_a_function_url() {
    let server = Server::start([]);
    let response = server.raw(
        &json!({
            "statusCode": 401,
            "headers": {"WWW-Authenticate": "Basic", "Content-Length": "999", "Date": "never", "x-amzn-x": "1", "X-Own": "a", "Set-Cookie": "lost=1"},
            "cookies": ["a=1; HttpOnly", "b=2"],
            "body": "no",
        })
        .to_string(),
    );
    assert_eq!((response.status, response.text().as_str()), (401, "no"));
    assert_eq!(response.header_all("set-cookie"), ["a=1; HttpOnly", "b=2"]);
    server.log_line("it belongs in `cookies`");
    assert_eq!(
        response.header("x-amzn-remapped-www-authenticate"),
        Some("Basic")
    );
    assert_eq!(
        response.header("x-amzn-remapped-content-length"),
        Some("999")
    );
    assert_eq!(response.header("x-amzn-remapped-date"), Some("never"));
    assert_eq!(response.header("www-authenticate"), None);
    assert_eq!(response.header("x-amzn-x"), None);
    assert_eq!(response.header("x-own"), Some("a"));
}

#[test]
fn a_head_response_has_length_0() {
    let server = Server::start([]);
    let mut connection = server.connect();
    connection.send(
        b"HEAD / HTTP/1.1\r\nhost: localhost\r\n\r\nGET /b HTTP/1.1\r\nhost: localhost\r\n\r\n",
    );
    let response = connection.receive();
    assert_eq!(
        (response.status, response.header("content-length")),
        (200, Some("0"))
    );
    assert_eq!(connection.receive().ok()["rawPath"], "/b");
}
