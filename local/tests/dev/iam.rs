//! `--auth iam`: who is let in, what the function learns of them, and what the others hear.

use crate::{
    http::Response,
    server::Server,
    signing::{Key, Request},
};
use serde_json::json;
use std::{
    os::unix::fs::PermissionsExt,
    time::{Duration, SystemTime},
};

pub(crate) const MISMATCH: &str = "The request signature we calculated does not match the signature you \
    provided. Check your AWS Secret Access Key and signing method. Consult the service \
    documentation for details.";

pub(crate) fn start() -> (Server, Key) {
    let server = Server::start(["--auth", "iam"]);
    let key = Key::of(&server);
    (server, key)
}

#[track_caller]
pub(crate) fn is_refused(answer: &Response, kind: &str, message: &str) {
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some(kind),
        "{}",
        answer.text()
    );
    assert_eq!(answer.json(), json!({ "message": message }));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-amzn-requestid").is_some());
}

#[test]
fn a_signed_request_reaches_the_function_with_its_caller() {
    let (server, key) = start();
    let event = Request::new("GET", "/a", "localhost")
        .sign(&key)
        .send(&server)
        .ok();
    let context = &event["requestContext"];
    assert_eq!(context["accountId"], "000000000000");
    assert_eq!(
        context["authorizer"]["iam"],
        json!({
            "accessKey": key.access_key,
            "accountId": "000000000000",
            "callerId": context["authorizer"]["iam"]["userId"],
            "cognitoIdentity": null,
            "principalOrgId": null,
            "userArn": "arn:aws:iam::000000000000:user/fnurl",
            "userId": context["authorizer"]["iam"]["userId"],
        })
    );
    assert!(
        context["authorizer"]["iam"]["userId"]
            .as_str()
            .unwrap()
            .starts_with("AIDA")
    );
    assert_eq!(event["headers"].get("authorization"), None);
    assert!(event["headers"]["x-amz-date"].is_string());
}

#[test]
fn difficult_paths_queries_and_headers_are_understood_as_they_were_signed() {
    let (server, key) = start();
    for target in [
        "/",
        "/a%20b/caf%C3%A9",
        "/a%2Fb",
        "/a//b/./c/../d",
        "/a/",
        "/~tilde-dash_dot.",
        "/?b=2&a=1&b=1",
        "/?q=x%20y&r=%2B&e=",
        "/?flag&empty=",
        "/?filter%5Bname%5D=a%26b&%C3%A9=%C3%A9",
        "/?A=1&a=2&_=3&-=4",
    ] {
        let request = Request::new("GET", target, "localhost").header("x-tag", "  two   words ");
        let event = request.sign(&key).send(&server).ok();
        let path = target.split('?').next().unwrap();
        assert_eq!(event["rawPath"], path, "{target}");
    }
}

#[test]
fn with_aws_iam_names_of_parameters_have_to_be_encoded() {
    let (server, key) = start();
    for (target, status) in [
        ("/?filter[name]=a", 400),
        ("/?a+b=1", 400),
        ("/?a=1&~x", 400),
        ("/?filter%5Bname%5D=[a]&b=~", 200),
    ] {
        let answer = Request::new("GET", target, "localhost").sign(&key);
        let answer = answer.send(&server);
        assert_eq!(answer.status, status, "{target}");
        if status == 400 {
            let kind = answer.header("x-amzn-errortype");
            assert_eq!(kind, Some("InvalidQueryStringException"));
        }
    }
    server.log_line("`filter[name]` has a `[` as it is: with AWS_IAM it must be encoded, as %5B");
    let open = Server::start([]);
    for (target, status) in [("/?filter[name]=a", 200), ("/x?/login", 400)] {
        let answer = Request::new("GET", target, "localhost").send(&open);
        assert_eq!(answer.status, status, "{target}");
    }
}

#[test]
fn a_signed_body_is_let_in_and_another_one_is_not() {
    let (server, key) = start();
    let request = Request::new("POST", "/", "localhost").body("text/plain", "the body");
    let mut signed = request.sign(&key);
    assert_eq!(signed.send(&server).ok()["body"], "the body");
    signed.body = b"The body".into();
    is_refused(&signed.send(&server), "InvalidSignatureException", MISMATCH);
    server.log_line("none of the usual mistakes explains it");
}

#[test]
fn whatever_was_altered_after_signing_is_refused() {
    let (server, key) = start();
    let signed = Request::new("GET", "/a?b=1", "localhost")
        .header("x-tag", "one")
        .sign(&key);
    assert_eq!(signed.send(&server).status, 200);
    type Alter = fn(&mut Request);
    let altered = |alter: Alter| {
        let mut request = signed.clone();
        alter(&mut request);
        request.send(&server)
    };
    fn set(request: &mut Request, name: &str, value: &str) {
        let header = request
            .headers
            .iter_mut()
            .find(|(header, _)| header == name);
        value.clone_into(&mut header.unwrap().1);
    }
    let cases: [(&str, Alter); 6] = [
        ("method", |request| request.method = "PUT".to_owned()),
        ("path", |request| request.target = "/A?b=1".to_owned()),
        ("query", |request| request.target = "/a?b=2".to_owned()),
        ("header", |request| set(request, "x-tag", "two")),
        ("host", |request| set(request, "host", "127.0.0.1")),
        ("signature", |request| {
            let header = request
                .headers
                .iter_mut()
                .find(|(name, _)| name == "authorization");
            let value = &mut header.unwrap().1;
            let last = if value.ends_with('0') { "1" } else { "0" };
            value.replace_range(value.len() - 1.., last);
        }),
    ];
    for (what, alter) in cases {
        let answer = altered(alter);
        assert_eq!(answer.status, 403, "{what}");
        is_refused(&answer, "InvalidSignatureException", MISMATCH);
    }
}

/// The bytes of a request in which one piece was exchanged after signing.
#[track_caller]
fn exchanged(request: &Request, piece: &[u8], other: &[u8]) -> Vec<u8> {
    let bytes = request.bytes();
    let mut windows = bytes.windows(piece.len());
    let at = windows.position(|window| window == piece).unwrap();
    [&bytes[..at], other, &bytes[at + piece.len()..]].concat()
}

#[test]
fn a_parameter_named_like_the_signature_cannot_be_slipped_in() {
    let (server, key) = start();
    let mut signed = Request::new("GET", "/a?b=1", "localhost").sign(&key);
    signed.target.push_str("&X-Amz-Signature=slipped-in");
    is_refused(&signed.send(&server), "InvalidSignatureException", MISMATCH);

    let presigned = Request::new("GET", "/a?b=1", "localhost").presign(&key, 600);
    let twice = exchanged(&presigned, b"b=1", b"X-Amz-Signature=slipped-in&b=1");
    is_refused(
        &server.send(twice),
        "IncompleteSignatureException",
        "AWS query-string parameters must include 'X-Amz-Signature' once.",
    );
}

#[test]
fn bytes_that_are_not_utf8_cannot_stand_for_one_another() {
    let (server, key) = start();
    let query = Request::new("GET", "/a?b=%EF%BF%BD", "localhost").sign(&key);
    let header = Request::new("GET", "/a", "localhost")
        .header("x-tag", "\u{fffd}")
        .sign(&key);
    for request in [&query, &header] {
        assert_eq!(request.send(&server).status, 200);
    }
    for altered in [
        exchanged(&query, b"%EF%BF%BD", b"%FE"),
        exchanged(&header, "\u{fffd}".as_bytes(), b"\xfe"),
    ] {
        let answer = server.send(altered);
        is_refused(&answer, "InvalidSignatureException", MISMATCH);
    }
}

#[test]
fn an_unsigned_request_is_forbidden() {
    let (server, _) = start();
    let forbidden = json!({"Message": "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"});
    for authorization in ["", "authorization: Bearer abc\r\n"] {
        let answer = server.send(format!(
            "GET / HTTP/1.1\r\nhost: localhost\r\n{authorization}\r\n"
        ));
        assert_eq!((answer.status, answer.json()), (403, forbidden.clone()));
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("AccessDeniedException")
        );
        server.log_line("it is not signed with AWS4-HMAC-SHA256");
    }
}

#[test]
fn a_client_cannot_write_lines_of_its_own_on_the_terminal() {
    let (server, key) = start();
    let forged = "A%0AEND%20RequestId:%20forged%1b[2J";
    for parameters in [
        format!("X-Amz-Algorithm={forged}"),
        format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={forged}/20260102/us-east-1/lambda/aws4_request"
        ),
        format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20260102/{forged}/lambda/aws4_request"
        ),
    ] {
        let rest = "X-Amz-Date=20260102T030405Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=0";
        let answer = server.get(&format!("/?{parameters}&{rest}"));
        assert_eq!(answer.status, 403);
        assert!(!answer.text().contains("forged"), "{}", answer.text());
        let said = server.log_line("has a control character");
        assert!(!said.contains("forged"), "{said:?}");
    }

    let tag = Request::new("GET", "/", "localhost").header("x-tag", "\u{9b}2J");
    let mut altered = tag.sign(&key);
    altered.method = "PUT".to_owned();
    assert_eq!(altered.send(&server).status, 403);
    let said = server.log_line("x-tag:");
    assert!(said.ends_with(r"x-tag:\u{9b}2J"), "{said:?}");
}

#[test]
fn an_incomplete_signature_says_what_is_missing() {
    let (server, key) = start();
    let mut request = Request::new("GET", "/", "localhost").sign(&key);
    request.headers.retain(|(name, _)| name != "x-amz-date");
    is_refused(
        &request.send(&server),
        "IncompleteSignatureException",
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
    let answer = server.send("GET / HTTP/1.1\r\nhost: localhost\r\nx-amz-date: 20260101T000000Z\r\nauthorization: AWS4-HMAC-SHA256 Credential=a/b\r\n\r\n");
    is_refused(
        &answer,
        "IncompleteSignatureException",
        "Credential must have the form KEY/YYYYMMDD/REGION/SERVICE/aws4_request.",
    );
}

#[test]
fn an_unknown_key_is_told_apart_on_the_terminal() {
    let (server, key) = start();
    let stranger = Key {
        access_key: "AKIAUNKNOWN".to_owned(),
        ..key
    };
    is_refused(
        &Request::new("GET", "/", "localhost")
            .sign(&stranger)
            .send(&server),
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    );
    server.log_line("nobody here has the access key AKIAUNKNOWN");
}

#[test]
fn another_region_or_service_is_refused_with_the_one_that_is_needed() {
    let (server, key) = start();
    let mut request = Request::new("GET", "/", "localhost");
    request.region = "eu-west-1".to_owned();
    assert_eq!(request.sign(&key).send(&server).status, 403);
    server.log_line("it was signed for region eu-west-1; this URL is in us-east-1");
    let mut request = Request::new("GET", "/", "localhost");
    request.service = "execute-api".to_owned();
    assert_eq!(request.sign(&key).send(&server).status, 403);
    server.log_line("it was signed for service execute-api; here it has to be lambda");
}

#[test]
fn a_clock_that_is_more_than_five_minutes_off_is_refused_with_both_times() {
    let server = Server::start(["--auth", "iam", "--clock", "2026-01-02T03:04:05Z"]);
    let key = Key::of(&server);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
    let at = |at: SystemTime| {
        let mut request = Request::new("GET", "/", "localhost");
        request.at = at;
        request.sign(&key).send(&server)
    };
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    assert_eq!(at(now - minutes(5)).status, 200);
    assert_eq!(at(now + minutes(5)).status, 200);
    is_refused(
        &at(now - minutes(6)),
        "InvalidSignatureException",
        "Signature expired: 20260102T025805Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)",
    );
    is_refused(
        &at(now + minutes(6)),
        "InvalidSignatureException",
        "Signature not yet current: 20260102T031005Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)",
    );
}

#[test]
fn an_unsigned_payload_is_refused_and_named() {
    let (server, key) = start();
    let claimed = "UNSIGNED-PAYLOAD";
    let mut request =
        Request::new("POST", "/", "localhost").header("x-amz-content-sha256", claimed);
    request.body = b"x".into();
    is_refused(
        &request.sign(&key).send(&server),
        "InvalidSignatureException",
        MISMATCH,
    );
    server.log_line("a function URL takes no UNSIGNED-PAYLOAD");
}

/// A request with the signature of another one.
fn signed_as(request: &Request, other: Request, key: &Key) -> Request {
    let signed = other.sign(key).headers.into_iter();
    let parts = signed.filter(|(name, _)| name == "authorization" || name == "x-amz-date");
    let mut request = request.clone();
    request.headers.extend(parts);
    request
}

#[test]
fn the_usual_mistakes_of_signers_are_named_on_the_terminal() {
    let (server, key) = start();
    let request = Request::new("POST", "/a", "localhost").body("text/plain", "x");
    let mut empty = request.clone();
    empty.body.clear();
    let mut elsewhere = request.clone();
    server.address.clone_into(&mut elsewhere.headers[0].1);
    let address = &server.address;
    let for_address = format!("the line `host`: it was signed for {address} and sent to localhost");
    let cases = [
        (empty, "the hash of an empty body was signed".to_owned()),
        (elsewhere, for_address),
    ];
    for (other, said) in cases {
        let answer = signed_as(&request, other, &key).send(&server);
        is_refused(&answer, "InvalidSignatureException", MISMATCH);
        server.log_line(&said);
    }
}

#[test]
fn a_presigned_url_is_good_until_it_expires() {
    let server = Server::start(["--auth", "iam", "--clock", "2026-01-02T03:04:05Z"]);
    let key = Key::of(&server);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
    let presigned = |ago: u64| {
        let mut request = Request::new("GET", "/a?b=x%20y&a=1", "localhost");
        request.at = now - Duration::from_secs(ago);
        request.presign(&key, 600)
    };
    let event = presigned(600).send(&server).ok();
    assert_eq!(event["queryStringParameters"]["b"], "x y");
    let late = presigned(601).send(&server);
    assert_eq!(
        late.header("x-amzn-errortype"),
        Some("InvalidSignatureException")
    );
    let mut altered = presigned(0);
    altered.target = altered.target.replace("a=1", "a=2");
    is_refused(
        &altered.send(&server),
        "InvalidSignatureException",
        MISMATCH,
    );
}

#[test]
fn secrets_are_kept_from_others_and_out_of_what_is_said() {
    let (server, key) = start();
    let mode = |name: &str| {
        let metadata = server.data().join(name).metadata().unwrap();
        metadata.permissions().mode() & 0o777
    };
    for file in ["credentials", "lock", "dynamodb.sqlite", "url-id"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    assert!(!server.greeting.contains(&key.secret_key));
    assert!(
        server
            .greeting
            .contains("--aws-sigv4 aws:amz:us-east-1:lambda")
    );
}

#[test]
fn other_keys_can_be_named_with_who_they_are() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = "[job]\naws_access_key_id = ASIAJOB\naws_secret_access_key = s\naws_session_token = t\n\
        fnurl_user_arn = arn:aws:sts::000000000000:assumed-role/fnUrlRole/job7\nfnurl_expires = 2026-01-02T03:05:00Z\n";
    std::fs::write(file.path(), text).unwrap();
    let path = file.path().to_str().unwrap();
    let key = Key {
        access_key: "ASIAJOB".to_owned(),
        secret_key: "s".to_owned(),
        token: Some("t".to_owned()),
    };
    let call = |clock: &str, seconds: u64, key: &Key| {
        let server = Server::start(["--auth", "iam", "--credentials", path, "--clock", clock]);
        let mut request = Request::new("GET", "/", "localhost");
        request.at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        request.sign(key).send(&server)
    };
    let event = call("2026-01-02T03:04:05Z", 1_767_323_045, &key).ok();
    let iam = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!(
        iam["userArn"],
        "arn:aws:sts::000000000000:assumed-role/fnUrlRole/job7"
    );
    assert!(iam["userId"].as_str().unwrap().ends_with(":job7"));
    assert_eq!(event["headers"]["x-amz-security-token"], "t");

    is_refused(
        &call("2026-01-02T03:06:05Z", 1_767_323_165, &key),
        "ExpiredTokenException",
        "The security token included in the request is expired",
    );
    let other_token = Key {
        token: Some("u".to_owned()),
        ..key
    };
    is_refused(
        &call("2026-01-02T03:04:05Z", 1_767_323_045, &other_token),
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    );
}
