//! Results in the full form, for every kind of response.

use http::Response as HttpResponse;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::message::Body;

fn response(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let mut builder = HttpResponse::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(body.to_vec())).unwrap()
}

async fn result(method: &Method, response: Response) -> Value {
    let result = BufferedResult::new(method, response).await.unwrap();
    serde_json::to_value(&result).unwrap()
}

#[tokio::test]
async fn a_response_has_the_full_form_with_cookies_even_when_there_are_none() {
    let response = response(201, &[("content-type", "application/json")], b"{\"id\":42}");
    let expected = json!({
        "statusCode": 201, "headers": {"content-type": "application/json"}, "cookies": [],
        "body": "{\"id\":42}", "isBase64Encoded": false
    });
    assert_eq!(result(&Method::GET, response).await, expected);
}

#[tokio::test]
async fn a_body_is_base64_only_if_it_is_encoded_or_not_utf8() {
    let cases = [
        (None, &b"{}"[..], "{}", false),
        (None, "é".as_bytes(), "é", false),
        (None, b"\x89PNG", "iVBORw==", true),
        (Some("gzip"), b"plain", "cGxhaW4=", true),
    ];
    for (coding, bytes, body, is_base64) in cases {
        let headers: Vec<_> = coding
            .map(|it| ("content-encoding", it))
            .into_iter()
            .collect();
        let result = result(&Method::GET, response(200, &headers, bytes)).await;
        assert_eq!(result["body"], body, "{coding:?} {bytes:?}");
        assert_eq!(result["isBase64Encoded"], is_base64, "{coding:?} {bytes:?}");
    }
}

#[tokio::test]
async fn repeated_headers_are_joined_and_cookies_have_their_own_list() {
    let headers = [
        ("vary", "accept"),
        ("vary", "origin"),
        ("set-cookie", "a=1; HttpOnly"),
        ("set-cookie", "b=2"),
    ];
    let result = result(&Method::GET, response(204, &headers, b"")).await;
    assert_eq!(result["headers"], json!({"vary": "accept, origin"}));
    assert_eq!(result["cookies"], json!(["a=1; HttpOnly", "b=2"]));
}

#[tokio::test]
async fn there_is_no_body_after_head_204_and_304() {
    let cases = [(Method::HEAD, 200), (Method::GET, 204), (Method::GET, 304)];
    for (method, status) in cases {
        let result = result(&method, response(status, &[], b"ignored")).await;
        assert_eq!(result["body"], "", "{method} {status}");
        assert_eq!(result["isBase64Encoded"], false, "{method} {status}");
    }
}

#[tokio::test]
async fn headers_of_the_front_door_are_left_out_and_a_content_type_is_always_sent() {
    let headers = [
        ("content-length", "2"),
        ("transfer-encoding", "chunked"),
        ("connection", "close"),
    ];
    let result = result(&Method::GET, response(200, &headers, b"hi")).await;
    let expected = json!({"content-type": "application/octet-stream"});
    assert_eq!(result["headers"], expected);
}

#[tokio::test]
async fn a_status_that_cannot_be_sent_is_a_500_problem() {
    for status in [100, 101, 199, 600, 999] {
        let problem = BufferedResult::new(&Method::GET, response(status, &[], b"")).await;
        assert_eq!(problem.unwrap_err().status(), 500, "{status}");
    }
}

#[tokio::test]
async fn the_limit_applies_to_the_json_and_not_to_the_body() {
    let overhead = serde_json::to_vec(
        &BufferedResult::new(&Method::GET, response(200, &[("content-type", "a/b")], b""))
            .await
            .unwrap(),
    )
    .unwrap()
    .len();
    let fits = vec![b'a'; MAX_RESULT_BYTES - overhead];
    let escaped = vec![b'"'; MAX_RESULT_BYTES / 2];
    let cases = [
        (fits.clone(), true),
        ([fits, vec![b'a']].concat(), false),
        (escaped, false),
        (vec![0xff; MAX_RESULT_BYTES / 4 * 3], false),
        (vec![0xff; MAX_RESULT_BYTES / 4 * 3 - overhead], true),
    ];
    for (body, expected) in cases {
        let length = body.len();
        let built = BufferedResult::new(
            &Method::GET,
            response(200, &[("content-type", "a/b")], &body),
        );
        match built.await {
            Ok(built) => {
                assert!(expected, "{length} bytes were accepted");
                let json = serde_json::to_vec(&built).unwrap();
                assert!(json.len() <= MAX_RESULT_BYTES, "{}", json.len());
            }
            Err(problem) => {
                assert!(!expected, "{length} bytes were refused");
                assert_eq!(problem.kind(), RESPONSE_TOO_LARGE);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_response_becomes_an_equivalent_result(
        status in 200_u16..600,
        value in "[ -~\u{80}-\u{ff}]{0,20}",
        body in any::<Vec<u8>>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut response = response(status, &[("content-type", "a/b")], &body);
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert("x-any", value);
        }
        let result = runtime.block_on(result(&Method::GET, response));
        prop_assert_eq!(&result["statusCode"], status);
        let text = result["body"].as_str().unwrap();
        let read = if result["isBase64Encoded"] == true {
            base64::Engine::decode(&STANDARD, text).unwrap()
        } else {
            text.as_bytes().to_vec()
        };
        let sent = if matches!(status, 204 | 205 | 304) { Vec::new() } else { body };
        prop_assert_eq!(read, sent);
    }
}
