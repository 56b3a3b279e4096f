use super::*;
use http::Request;
use serde_json::{Value, json};
use time::macros::datetime;

const URL_ID: &str = "abcdefghijklmnopqrstuvwxyz012345";
const TRACE: &str = "Root=1-68a1b2c3-0123456789abcdef01234567";

fn parts(method: &str, target: &str, headers: &[(&str, &[u8])]) -> Parts {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn event_of(parts: &Parts, body: &[u8]) -> Value {
    let arrival = Arrival {
        peer: "198.51.100.7".parse().unwrap(),
        at: datetime!(2025-08-17 10:00:03.123 UTC),
        request_id: "0f7c1d2e-1111-4222-8333-444455556666",
        trace: TRACE,
        url_id: URL_ID,
        region: "eu-west-1",
        caller: None,
    };
    serde_json::from_slice(&event(parts, body, &arrival).unwrap()).unwrap()
}

fn get(target: &str) -> Value {
    event_of(&parts("GET", target, &[]), b"")
}

fn with_headers(headers: &[(&str, &[u8])]) -> Value {
    event_of(&parts("GET", "/", headers), b"")
}

#[test]
fn a_request_becomes_the_whole_event() {
    let headers: [(&str, &[u8]); 7] = [
        ("Host", b"localhost:9000"),
        ("Cookie", b"sid=42; theme=dark"),
        ("Content-Type", b"application/json"),
        ("Content-Length", b"9"),
        ("User-Agent", b"demo/1"),
        ("X-Tag", b"one"),
        ("x-tag", b"two"),
    ];
    let parts = parts("PUT", "/pets/caf%C3%A9/?tag=a&tag=b%2Cc&q=x+y", &headers);
    let domain = format!("{URL_ID}.lambda-url.eu-west-1.on.aws");
    let expected = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/pets/caf%C3%A9/",
        "rawQueryString": "tag=a&tag=b%2Cc&q=x+y",
        "cookies": ["sid=42", "theme=dark"],
        "headers": {
            "host": "localhost:9000",
            "cookie": "sid=42; theme=dark",
            "content-type": "application/json",
            "content-length": "9",
            "user-agent": "demo/1",
            "x-tag": "one,two",
            "x-forwarded-for": "198.51.100.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "x-amzn-tls-version": "TLSv1.3",
            "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
            "x-amzn-trace-id": TRACE,
        },
        "queryStringParameters": {"tag": "a,b,c", "q": "x y"},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": URL_ID,
            "domainName": domain,
            "domainPrefix": URL_ID,
            "http": {
                "method": "PUT",
                "path": "/pets/café",
                "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.7",
                "userAgent": "demo/1",
            },
            "requestId": "0f7c1d2e-1111-4222-8333-444455556666",
            "routeKey": "$default",
            "stage": "$default",
            "time": "17/Aug/2025:10:00:03 +0000",
            "timeEpoch": 1_755_424_803_123_i64,
        },
        "body": "{\"id\":42}",
        "isBase64Encoded": false,
    });
    assert_eq!(event_of(&parts, b"{\"id\":42}"), expected);
}

#[test]
fn the_raw_path_is_kept_as_sent_and_the_other_path_is_decoded() {
    let cases = [
        ("/", "/", "/"),
        ("/a%20b", "/a%20b", "/a b"),
        ("/x%25y", "/x%25y", "/x%y"),
        ("/pets/", "/pets/", "/pets"),
        ("/a%2Fb", "/a%2Fb", "/a/b"),
        ("//a", "//a", "/a"),
        ("/a//b//", "/a//b//", "/a/b"),
        ("/%zz", "/%zz", "/%zz"),
        ("/%ff", "/%ff", "/\u{fffd}"),
        ("/é", "/é", "/é"),
        ("/a+b", "/a+b", "/a+b"),
        ("/./../a", "/./../a", "/./../a"),
        ("http://elsewhere", "/", "/"),
        ("http://elsewhere/a%20b?c", "/a%20b", "/a b"),
        ("*", "*", "*"),
    ];
    for (target, raw_path, path) in cases {
        let event = get(target);
        assert_eq!(event["rawPath"], raw_path, "{target}");
        assert_eq!(event["requestContext"]["http"]["path"], path, "{target}");
    }
}

#[test]
fn the_query_is_kept_as_sent_and_decoded_beside_it() {
    let cases = [
        ("/?a=1", "a=1", json!({"a": "1"})),
        (
            "/?a=1&a=2&b=3&a=4",
            "a=1&a=2&b=3&a=4",
            json!({"a": "1,2,4", "b": "3"}),
        ),
        ("/?q=x+y%2Bz%20w", "q=x+y%2Bz%20w", json!({"q": "x y+z w"})),
        ("/?k=", "k=", json!({"k": ""})),
        ("/?k", "k", json!({"k": ""})),
        ("/?a=b=c", "a=b=c", json!({"a": "b=c"})),
        ("/?&&a=1&&", "&&a=1&&", json!({"a": "1"})),
        (
            "/?f%5Bn%5D=caf%C3%A9",
            "f%5Bn%5D=caf%C3%A9",
            json!({"f[n]": "café"}),
        ),
        ("/?a=%zz", "a=%zz", json!({"a": "%zz"})),
        ("/?a?b", "a?b", json!({"a?b": ""})),
        ("/", "", Value::Null),
        ("/?", "", Value::Null),
    ];
    for (target, raw, parameters) in cases {
        let event = get(target);
        assert_eq!(event["rawQueryString"], raw, "{target}");
        assert_eq!(event["queryStringParameters"], parameters, "{target}");
        let is_present = event.get("queryStringParameters").is_some();
        assert_eq!(is_present, !parameters.is_null(), "{target}");
    }
}

#[test]
fn cookies_are_listed_and_stay_among_the_headers() {
    type Lines = &'static [(&'static str, &'static [u8])];
    let cases: [(Lines, Value, Value); 5] = [
        (&[("cookie", b"a=1")], json!(["a=1"]), json!("a=1")),
        (
            &[("cookie", b"a=1;b=2; c=x=y")],
            json!(["a=1", "b=2", "c=x=y"]),
            json!("a=1;b=2; c=x=y"),
        ),
        (
            &[("cookie", b"a=1"), ("cookie", b"b=2")],
            json!(["a=1", "b=2"]),
            json!("a=1; b=2"),
        ),
        (&[("cookie", b" ; ")], Value::Null, json!(" ; ")),
        (&[], Value::Null, Value::Null),
    ];
    for (lines, cookies, header) in cases {
        let event = with_headers(lines);
        assert_eq!(event["cookies"], cookies, "{lines:?}");
        assert_eq!(event["headers"]["cookie"], header, "{lines:?}");
        assert_eq!(
            event.get("cookies").is_some(),
            !cookies.is_null(),
            "{lines:?}"
        );
    }
}

#[test]
fn headers_of_the_connection_do_not_reach_the_function() {
    let event = with_headers(&[
        ("connection", b"close, X-Secret-Hop"),
        ("x-secret-hop", b"1"),
        ("keep-alive", b"timeout=5"),
        ("transfer-encoding", b"chunked"),
        ("te", b"trailers"),
        ("trailer", b"x"),
        ("upgrade", b"h2c"),
        ("expect", b"100-continue"),
        ("authorization", b"Bearer t"),
        ("accept-encoding", b"gzip"),
    ]);
    let added = ["x-amzn-", "x-forwarded-"];
    let names = event["headers"].as_object().unwrap().keys();
    let kept = names.filter(|name| !added.iter().any(|prefix| name.starts_with(prefix)));
    assert_eq!(
        kept.collect::<Vec<_>>(),
        ["accept-encoding", "authorization"]
    );
}

#[test]
fn headers_that_the_front_door_adds_win_over_those_the_client_sent() {
    let event = with_headers(&[
        ("x-forwarded-for", b"203.0.113.9"),
        ("x-forwarded-for", b"203.0.113.10"),
        ("x-forwarded-proto", b"gopher"),
        ("x-forwarded-port", b"70"),
        ("x-amzn-tls-version", b"SSLv2"),
        ("x-amzn-trace-id", b"nonsense"),
    ]);
    let headers = &event["headers"];
    assert_eq!(
        headers["x-forwarded-for"],
        "203.0.113.9,203.0.113.10, 198.51.100.7"
    );
    assert_eq!(headers["x-forwarded-proto"], "https");
    assert_eq!(headers["x-forwarded-port"], "443");
    assert_eq!(headers["x-amzn-tls-version"], "TLSv1.3");
    assert_eq!(headers["x-amzn-trace-id"], TRACE);
}

#[test]
fn header_values_are_utf_8_or_else_latin_1() {
    let event = with_headers(&[
        ("x-utf", "é".as_bytes()),
        ("x-latin", b"\xe9"),
        ("x-empty", b""),
    ]);
    assert_eq!(event["headers"]["x-utf"], "é");
    assert_eq!(event["headers"]["x-latin"], "é");
    assert_eq!(event["headers"]["x-empty"], "");
}

#[test]
fn a_body_is_text_only_for_the_text_types_and_only_as_utf_8() {
    let text = [
        "text/plain",
        "TEXT/HTML",
        "text/x-anything",
        "application/json",
        "application/xml",
    ];
    let more = [
        "application/javascript",
        "application/json; charset=utf-8",
        " Application/JSON ;x=y",
    ];
    for content_type in text.into_iter().chain(more) {
        let parts = parts("POST", "/", &[("content-type", content_type.as_bytes())]);
        let event = event_of(&parts, "é".as_bytes());
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("é"), &json!(false)),
            "{content_type}"
        );
        let event = event_of(&parts, b"\xff");
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("/w=="), &json!(true)),
            "{content_type}"
        );
    }
}

#[test]
fn a_body_of_any_other_type_is_base64() {
    let types = [
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/problem+json",
        "application/atom+xml",
        "application/graphql",
        "image/png",
        "",
    ];
    for content_type in types {
        let parts = parts("POST", "/", &[("content-type", content_type.as_bytes())]);
        let event = event_of(&parts, b"hi");
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("aGk="), &json!(true)),
            "{content_type}"
        );
    }
    let event = event_of(&parts("POST", "/", &[]), b"hi");
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("aGk="), &json!(true)),
        "no type"
    );
}

#[test]
fn without_a_body_the_key_is_absent_and_the_flag_false() {
    let event = event_of(&parts("POST", "/", &[("content-type", b"text/plain")]), b"");
    assert!(event.get("body").is_none());
    assert_eq!(event["isBase64Encoded"], false);
}

#[test]
fn methods_are_upper_case_and_a_missing_user_agent_is_absent() {
    for (sent, seen) in [("GET", "GET"), ("patch", "PATCH"), ("PURGE", "PURGE")] {
        let event = event_of(&parts(sent, "/", &[]), b"");
        assert_eq!(event["requestContext"]["http"]["method"], seen);
        assert!(event["requestContext"]["http"].get("userAgent").is_none());
    }
}
