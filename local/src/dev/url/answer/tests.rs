use super::*;
use serde_json::{Value, json};

fn answer(result: &str) -> Answer {
    Answer::from_result(result.as_bytes()).unwrap_or_else(|err| panic!("{result}: {err}"))
}

fn answer_of(result: &Value) -> Answer {
    answer(&result.to_string())
}

fn content_type(answer: &Answer) -> Option<&str> {
    answer
        .headers
        .get("content-type")
        .map(|value| value.to_str().unwrap())
}

fn with_headers(headers: &Value) -> HeaderMap {
    answer_of(&json!({"statusCode": 200, "headers": headers})).headers
}

#[test]
fn json_without_a_status_code_is_the_body_of_a_200() {
    let cases = [
        (r#"{"a": 1}"#, r#"{"a":1}"#),
        (
            "{\"b\" : [ 1.50,\n2e400 ],\t\"a\":\" x  \\\" { \"}",
            r#"{"b":[1.50,2e400],"a":" x  \" { "}"#,
        ),
        (r#"[1, "a b", null]"#, r#"[1,"a b",null]"#),
        (r#""hello""#, "hello"),
        (r#""caf\u00e9 \n""#, "café \n"),
        (" 3 ", "3"),
        ("3.1", "3.1"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("true", "true"),
        ("null", "null"),
        ("", "null"),
        ("{}", "{}"),
        (
            r#"{"body":"x","headers":{"a":"b"}}"#,
            r#"{"body":"x","headers":{"a":"b"}}"#,
        ),
        (r#"["\\", "a b"]"#, r#"["\\","a b"]"#),
    ];
    for (result, body) in cases {
        let answer = answer(result);
        assert_eq!(answer.status, 200, "{result}");
        assert_eq!(answer.body, body, "{result}");
        assert_eq!(content_type(&answer), Some("application/json"), "{result}");
        assert_eq!(answer.headers.len(), 1, "{result}");
    }
}

#[test]
fn the_full_form_is_a_whole_response() {
    let answer = answer_of(&json!({
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "Location": "/pets/42"},
        "cookies": ["sid=1; HttpOnly", "theme=dark"],
        "body": "made",
        "isBase64Encoded": false,
    }));
    let cookies = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .collect::<Vec<_>>();
    assert_eq!(answer.status, 201);
    assert_eq!(answer.body, "made");
    assert_eq!(content_type(&answer), Some("text/plain"));
    assert_eq!(answer.headers["location"], "/pets/42");
    assert_eq!(cookies, ["sid=1; HttpOnly", "theme=dark"]);
}

#[test]
fn the_body_is_a_string_or_else_json_text() {
    let cases = [
        (json!({"body": "text"}), "text"),
        (json!({"body": {"a": [1, 2]}}), r#"{"a":[1,2]}"#),
        (json!({"body": [1]}), "[1]"),
        (json!({"body": 5}), "5"),
        (json!({"body": null}), ""),
        (json!({}), ""),
        (json!({"body": "aGk=", "isBase64Encoded": true}), "hi"),
        (json!({"body": "aGk=", "isBase64Encoded": null}), "aGk="),
        (json!({"body": "", "isBase64Encoded": true}), ""),
        (json!({"isBase64Encoded": true}), ""),
    ];
    for (mut result, body) in cases {
        result["statusCode"] = json!(200);
        let answer = answer_of(&result);
        assert_eq!(answer.body, body, "{result}");
        assert_eq!(content_type(&answer), Some("application/json"), "{result}");
    }
}

#[test]
fn a_status_is_a_number_or_a_numeric_string() {
    for (given, status) in [
        (json!(200), 200),
        (json!("418"), 418),
        (json!(599), 599),
        (json!(302), 302),
    ] {
        assert_eq!(
            answer_of(&json!({"statusCode": given})).status,
            status,
            "{given}"
        );
    }
}

#[test]
fn what_cannot_be_a_response_is_malformed() {
    let status = |text: &str| Malformed::Status(text.to_owned());
    let headers = |text: &str| Malformed::Headers(text.to_owned());
    let cookies = |text: &str| Malformed::Cookies(text.to_owned());
    let text = |text: &str| Malformed::HeaderText(text.to_owned());
    let cases = [
        (r#"{"statusCode":200"#, Malformed::NotJson),
        ("hello", Malformed::NotJson),
        ("{} {}", Malformed::NotJson),
        (r#"{"statusCode":"abc"}"#, status(r#""abc""#)),
        (r#"{"statusCode":600}"#, status("600")),
        (r#"{"statusCode":100}"#, status("100")),
        (r#"{"statusCode":-1}"#, status("-1")),
        (r#"{"statusCode":200.5}"#, status("200.5")),
        (r#"{"statusCode":null}"#, status("null")),
        (r#"{"statusCode":[200]}"#, status("[200]")),
        (r#"{"statusCode":200,"headers":[]}"#, headers("[]")),
        (r#"{"statusCode":200,"headers":"a"}"#, headers(r#""a""#)),
        (
            r#"{"statusCode":200,"headers":{"a":["b"]}}"#,
            headers(r#"["b"]"#),
        ),
        (
            r#"{"statusCode":200,"headers":{"a":null}}"#,
            headers("null"),
        ),
        (r#"{"statusCode":200,"headers":{"a b":"c"}}"#, text("a b")),
        (
            r#"{"statusCode":200,"headers":{"a":"b\r\nc: d"}}"#,
            text("a"),
        ),
        (r#"{"statusCode":200,"cookies":"a=1"}"#, cookies(r#""a=1""#)),
        (r#"{"statusCode":200,"cookies":[1]}"#, cookies("[1]")),
        (
            r#"{"statusCode":200,"cookies":["a\n"]}"#,
            cookies(r#"["a\n"]"#),
        ),
        (
            r#"{"statusCode":200,"isBase64Encoded":"true"}"#,
            Malformed::Base64Flag(r#""true""#.to_owned()),
        ),
        (
            r#"{"statusCode":200,"isBase64Encoded":true,"body":"%%"}"#,
            Malformed::Base64Body,
        ),
        (
            r#"{"statusCode":200,"isBase64Encoded":true,"body":"aGk"}"#,
            Malformed::Base64Body,
        ),
        (
            r#"{"statusCode":200,"isBase64Encoded":true,"body":1234}"#,
            Malformed::Base64Body,
        ),
    ];
    for (result, malformed) in cases {
        assert_eq!(
            Answer::from_result(result.as_bytes()),
            Err(malformed),
            "{result}"
        );
    }
    assert_eq!(Answer::from_result(b"\"\xff\""), Err(Malformed::NotJson));
}

#[test]
fn headers_of_the_front_door_leave_under_another_name() {
    let names = [
        "WWW-Authenticate",
        "Date",
        "Connection",
        "Server",
        "Content-MD5",
        "Max-Forwards",
        "Content-Length",
    ];
    for name in names {
        let headers = with_headers(&json!({name: "7"}));
        assert_eq!(
            headers[&format!("x-amzn-remapped-{}", name.to_ascii_lowercase())],
            "7"
        );
        assert!(!headers.contains_key(name), "{name}");
    }
}

#[test]
fn headers_that_are_not_the_functions_to_set_are_dropped() {
    let names = [
        "x-amzn-requestid",
        "X-Amzn-Trace-Id",
        "x-amzn-anything",
        "Set-Cookie",
        "Transfer-Encoding",
    ];
    for name in names
        .into_iter()
        .chain(["Keep-Alive", "Upgrade", "Trailer", "TE"])
    {
        let headers = with_headers(&json!({name: "7"}));
        assert_eq!(
            headers.keys().collect::<Vec<_>>(),
            ["content-type"],
            "{name}"
        );
    }
}

#[test]
fn other_headers_pass_and_scalars_become_text() {
    let headers = with_headers(
        &json!({"X-A": "é, b", "x-n": 1.5, "x-b": true, "x-amz-meta": "k", "multi": ""}),
    );
    assert_eq!(headers["x-a"].as_bytes(), "é, b".as_bytes());
    assert_eq!(headers["x-n"], "1.5");
    assert_eq!(headers["x-b"], "true");
    assert_eq!(headers["x-amz-meta"], "k");
    assert_eq!(headers["multi"], "");
}

#[test]
fn null_members_are_like_missing_ones() {
    let result = json!({"statusCode": 200, "headers": null, "cookies": null, "multiValueHeaders": {"a": ["b"]}});
    assert_eq!(answer_of(&result), answer_of(&json!({"statusCode": 200})));
}

#[test]
fn statuses_without_a_body_have_none_and_no_content_type_is_added() {
    for status in [204, 304] {
        let result = json!({"statusCode": status, "headers": {"etag": "\"1\""}, "body": "text"});
        let answer = answer_of(&result).without_forbidden_body(&Method::GET);
        assert_eq!(answer.body, "", "{status}");
        assert_eq!(
            answer.headers.keys().collect::<Vec<_>>(),
            ["etag"],
            "{status}"
        );
    }
}

#[test]
fn a_head_response_has_no_body() {
    let answer = answer_of(&json!({"statusCode": 200, "body": "text"}));
    assert_eq!(answer.without_forbidden_body(&Method::HEAD).body, "");
    let answer = answer_of(&json!({"statusCode": 200, "body": "text"}));
    assert_eq!(answer.without_forbidden_body(&Method::GET).body, "text");
}

#[test]
fn a_stream_is_its_prelude_eight_nuls_and_the_body() {
    let stream = b"{\"statusCode\":203,\"headers\":{\"x-a\":\"b\"},\"cookies\":[\"a=1\"]}\0\0\0\0\0\0\0\0hi\0";
    let answer = Answer::from_stream(&Bytes::from_static(stream), Opening::Prelude).unwrap();
    assert_eq!(
        (answer.status.as_u16(), &answer.body[..]),
        (203, &b"hi\0"[..])
    );
    assert_eq!(answer.headers["x-a"], "b");
    assert_eq!(answer.headers["set-cookie"], "a=1");
    assert_eq!(content_type(&answer), Some("application/octet-stream"));

    let raw = Answer::from_stream(&Bytes::from_static(b"{}"), Opening::Body(None)).unwrap();
    assert_eq!((raw.status.as_u16(), &raw.body[..]), (200, &b"{}"[..]));

    for broken in [&b"{}"[..], b"[]\0\0\0\0\0\0\0\0", b"{\0\0\0\0\0\0\0\0"] {
        let stream = Bytes::copy_from_slice(broken);
        assert_eq!(
            Answer::from_stream(&stream, Opening::Prelude),
            Err(Malformed::Prelude),
            "{broken:?}"
        );
    }
}
