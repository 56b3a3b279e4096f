//! Tests with valid events, as function URLs send them, and with malformed ones.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn read_value(event: &Value) -> Result<Request, Problem> {
    read_bytes(event.to_string().into_bytes())
}

fn read_bytes(payload: Vec<u8>) -> Result<Request, Problem> {
    let call = Call {
        payload: payload.into(),
        ..Call::default()
    };
    let read = read(call);
    match read.refused {
        Some(problem) => Err(problem),
        None => Ok(read.request),
    }
}

/// The smallest event, with `members` added.
#[expect(clippy::needless_pass_by_value, reason = "called with `json!`")]
fn event(members: Value) -> Value {
    let mut event = json!({"requestContext": {"http": {"method": "GET"}}});
    for (name, value) in members.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

fn example() -> Value {
    serde_json::from_str(include_str!("example.json")).unwrap()
}

#[test]
fn the_documented_event_becomes_the_request_that_was_sent() {
    let request = read_value(&example()).unwrap();
    assert_eq!(request.method(), "PUT");
    assert_eq!(request.uri(), "/pets/caf%C3%A9/?tag=a&tag=b%2Cc&q=x+y");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["x-tag"], "one,two");
    assert_eq!(request.headers()["cookie"], "sid=42; theme=dark");
    assert_eq!(request.headers().get_all("cookie").iter().count(), 1);
    assert_eq!(request.body().as_full().unwrap(), &b"{\"id\":42}"[..]);
    let invocation = request.extensions().get::<Invocation>().unwrap();
    assert_eq!(invocation.source_ip().unwrap().to_string(), "198.51.100.7");
    assert!(invocation.caller().is_none());
    let typed = invocation.event().unwrap();
    assert_eq!(typed.raw_path.as_deref(), Some("/pets/caf%C3%A9/"));
}

#[test]
fn every_optional_member_may_be_null_or_absent() {
    let bare = read_value(&event(json!({}))).unwrap();
    assert_eq!(bare.uri(), "/");
    let nulls = json!({
        "version": null, "rawPath": null, "rawQueryString": null, "cookies": null, "headers": null,
        "queryStringParameters": null, "body": null, "isBase64Encoded": null,
        "requestContext": {"http": {"method": "GET", "sourceIp": null}, "authorizer": null}
    });
    let request = read_value(&nulls).unwrap();
    assert_eq!(request.uri(), "/");
    assert!(request.headers().is_empty());
    assert!(request.body().as_full().unwrap().is_empty());
}

#[test]
fn path_and_query_stay_as_they_were_sent() {
    let cases = [
        ("/", "", "/"),
        ("", "", "/"),
        ("items", "", "/items"),
        ("/a%20b", "", "/a%20b"),
        ("/a%2Fb/", "x=%2B+y", "/a%2Fb/?x=%2B+y"),
        ("//a//b", "", "//a//b"),
        ("/%zz", "", "/%zz"),
        ("/café", "", "/café"),
        ("/a b", "q=a b", "/a%20b?q=a%20b"),
        ("/a\"<>", "", "/a%22%3C%3E"),
    ];
    for (path, query, expected) in cases {
        let event = event(json!({"rawPath": path, "rawQueryString": query}));
        let request = read_value(&event).unwrap();
        let sent = match request.uri().query() {
            Some(query) => format!("{}?{query}", request.uri().path()),
            None => request.uri().path().to_owned(),
        };
        assert_eq!(sent, expected, "{path:?} {query:?}");
    }
}

#[test]
fn a_body_is_read_by_the_flag_and_never_by_its_content_type() {
    let cases = [
        (
            json!("plain \"text\" é"),
            false,
            "plain \"text\" é".as_bytes(),
        ),
        (json!("no escapes"), false, b"no escapes"),
        (json!("aGk="), true, b"hi"),
        (json!("aGk="), false, b"aGk="),
        (json!(""), true, b""),
        (json!(null), true, b""),
    ];
    for (body, is_base64, expected) in cases {
        let event = event(json!({
            "body": body, "isBase64Encoded": is_base64, "headers": {"content-type": "image/png"}
        }));
        let request = read_value(&event).unwrap();
        assert_eq!(
            request.body().as_full().unwrap(),
            expected,
            "{body} {is_base64}"
        );
    }
}

#[test]
fn cookies_come_from_the_header_or_else_from_the_list_and_never_from_both() {
    let cases = [
        (
            json!({"cookies": ["a=1", "b=2"], "headers": {"cookie": "a=1; b=2"}}),
            "a=1; b=2",
        ),
        (
            json!({"cookies": ["a=1", "b=2"], "headers": {}}),
            "a=1; b=2",
        ),
        (json!({"headers": {"cookie": "a=1"}}), "a=1"),
    ];
    for (members, expected) in cases {
        let request = read_value(&event(members.clone())).unwrap();
        let cookies: Vec<_> = request.headers().get_all("cookie").iter().collect();
        assert_eq!(cookies, [expected], "{members}");
    }
}

#[test]
fn the_caller_comes_from_iam_and_secrets_are_marked() {
    let mut event = event(json!({"headers": {
        "x-amz-security-token": "secret", "authorization": "Bearer secret"
    }}));
    event["requestContext"]["authorizer"] = json!({"iam": {
        "accessKey": "ASIAEXAMPLE", "accountId": "111122223333", "callerId": "AROAEXAMPLE:job7",
        "cognitoIdentity": null, "principalOrgId": "o-example", "userId": "AROAEXAMPLE:job7",
        "userArn": "arn:aws:sts::111122223333:assumed-role/Caller/job7"
    }});
    let request = read_value(&event).unwrap();
    let invocation = request.extensions().get::<Invocation>().unwrap();
    let caller = invocation.caller().unwrap();
    assert_eq!(caller.account_id, "111122223333");
    assert_eq!(caller.principal_org_id.as_deref(), Some("o-example"));
    assert!(!format!("{:?}", request.headers()).contains("secret"));
}

#[test]
fn a_payload_that_is_not_a_function_url_event_is_a_400_problem_with_the_reason() {
    let cases = [
        (b"".to_vec(), "EOF"),
        (b"{".to_vec(), "EOF"),
        (b"\xff\xfe".to_vec(), "invalid utf-8"),
        (b"null".to_vec(), "invalid type: null"),
        (b"{}".to_vec(), "method` is missing"),
        (br#"{"headers": 7}"#.to_vec(), "a map of strings"),
        (
            br#"{"requestContext":{"http":{"method":"G T"}}}"#.to_vec(),
            "`G T` is not",
        ),
        (
            br#"{"requestContext":{"http":{"method":"GET"}},"headers":{"a b":"c"}}"#.to_vec(),
            "header `a b`",
        ),
        (
            br#"{"requestContext":{"http":{"method":"GET"}},"body":"%","isBase64Encoded":true}"#
                .to_vec(),
            "base64",
        ),
    ];
    for (payload, reason) in cases {
        let name = String::from_utf8_lossy(&payload).into_owned();
        let problem = read_bytes(payload).unwrap_err();
        assert_eq!(problem.status(), 400, "{name}");
        assert!(problem.to_string().contains(reason), "{name}: {problem}");
    }
}

#[test]
fn a_uri_that_is_too_long_is_a_414_problem() {
    let event = event(json!({"rawPath": format!("/{}", "a".repeat(70_000))}));
    assert_eq!(read_value(&event).unwrap_err().status(), 414);
}

proptest! {
    #[test]
    fn any_bytes_give_a_request_or_a_4xx_problem(payload in any::<Vec<u8>>()) {
        if let Err(problem) = read_bytes(payload) {
            prop_assert!((400..500).contains(&problem.status()));
        }
    }

    #[test]
    fn any_path_and_query_can_be_read(path in ".*", query in ".*") {
        let event = event(json!({"rawPath": path, "rawQueryString": query}));
        prop_assert!(read_value(&event).is_ok());
    }

    #[test]
    fn any_body_arrives_byte_for_byte(body in any::<Vec<u8>>()) {
        let base64 = event(json!({"body": STANDARD.encode(&body), "isBase64Encoded": true}));
        let request = read_value(&base64).unwrap();
        prop_assert_eq!(&request.body().as_full().unwrap()[..], &body[..]);
    }
}
