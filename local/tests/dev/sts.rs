//! The local STS: temporary credentials that open the URL, and end.

use crate::{
    http::{Connection, Response},
    server::{Server, fnurl, probe},
    signing::{Key, Request},
};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const ROLE: &str = "arn:aws:iam::000000000000:role/fnUrlRole";
/// 2026-01-02T03:04:05Z
const NOW: u64 = 1_767_323_045;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn start_at(data: &TempDir, clock: &str, options: &[&str]) -> Server {
    let mut command = fnurl();
    command.args(["--port", "0", "--auth", "iam", "--clock", clock, "--data"]);
    command
        .arg(data.path())
        .arg("--function")
        .arg(probe())
        .args(options);
    Server::run(command)
}

fn ask(server: &Server, key: &Key, form: &str, time: SystemTime) -> Response {
    let host = server.control();
    let mut request = Request::new("POST", "/", &host);
    request.service = "sts".to_owned();
    request.at = time;
    let form = format!("{form}&Version=2011-06-15");
    let request = request
        .body("application/x-www-form-urlencoded", &form)
        .sign(key);
    let mut connection = Connection::open(&host);
    connection.send(&request.bytes());
    connection.receive()
}

fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml
        .split_once(&format!("<{name}>"))
        .unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split_once("</").unwrap().0.to_owned()
}

fn session(xml: &str) -> Key {
    Key {
        access_key: element(xml, "AccessKeyId"),
        secret_key: element(xml, "SecretAccessKey"),
        token: Some(element(xml, "SessionToken")),
    }
}

fn call(server: &Server, key: &Key, seconds: u64) -> Response {
    let mut request = Request::new("GET", "/", "localhost");
    request.at = at(seconds);
    request.sign(key).send(server)
}

#[test]
fn a_role_can_be_assumed_and_its_session_calls_until_it_expires_over_restarts() {
    let data = TempDir::new().unwrap();
    let server = start_at(&data, "2026-01-02T03:04:05Z", &[]);
    let key = Key::read(&data.path().join("credentials"));
    let form = format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=job7&DurationSeconds=900");
    let answer = ask(&server, &key, &form, at(NOW));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/xml"));
    let xml = answer.text();
    assert_eq!(element(&xml, "Expiration"), "2026-01-02T03:19:05Z");
    assert_eq!(
        element(&xml, "Arn"),
        "arn:aws:sts::000000000000:assumed-role/fnUrlRole/job7"
    );
    let session = session(&xml);
    assert!(session.access_key.starts_with("ASIA"));

    let event = call(&server, &session, NOW).ok();
    let iam = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!(
        iam["userArn"],
        "arn:aws:sts::000000000000:assumed-role/fnUrlRole/job7"
    );
    assert_eq!(iam["userId"], element(&xml, "AssumedRoleId"));
    let identity = ask(&server, &session, "Action=GetCallerIdentity", at(NOW)).text();
    assert_eq!(element(&identity, "Arn"), iam["userArn"]);

    drop(server);
    let server = start_at(&data, "2026-01-02T03:19:04Z", &[]);
    assert_eq!(call(&server, &session, NOW + 899).status, 200);
    drop(server);
    let server = start_at(&data, "2026-01-02T03:19:05Z", &[]);
    let answer = call(&server, &session, NOW + 900);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("ExpiredTokenException")
    );
    let answer = ask(&server, &session, "Action=GetCallerIdentity", at(NOW + 900));
    assert_eq!(element(&answer.text(), "Code"), "ExpiredToken");
}

#[test]
fn a_session_of_the_key_itself_is_the_same_identity() {
    let server = Server::start(["--auth", "iam"]);
    let key = Key::of(&server);
    let now = SystemTime::now();
    let answer = ask(&server, &key, "Action=GetSessionToken", now);
    let session = session(&answer.text());
    let identity = ask(&server, &session, "Action=GetCallerIdentity", now).text();
    assert_eq!(
        element(&identity, "Arn"),
        "arn:aws:iam::000000000000:user/fnurl"
    );
    assert_eq!(element(&identity, "Account"), "000000000000");
    let again = ask(&server, &session, "Action=GetSessionToken", now);
    assert_eq!(
        (again.status, element(&again.text(), "Code").as_str()),
        (403, "AccessDenied")
    );
}

#[test]
fn a_role_that_may_not_invoke_is_forbidden_and_one_that_does_not_trust_is_not_given_out() {
    let roles = tempfile::NamedTempFile::new().unwrap();
    let text = "[[role]]\narn = 'arn:aws:iam::000000000000:role/reader'\nassumed_by = ['000000000000']\n\
        [[role]]\narn = 'arn:aws:iam::000000000000:role/other'\nassumed_by = ['111122223333']\ninvoke = true\n";
    std::fs::write(roles.path(), text).unwrap();
    let server = Server::start(["--auth", "iam", "--roles", roles.path().to_str().unwrap()]);
    let key = Key::of(&server);
    let now = SystemTime::now();
    let assume = |role: &str| {
        let form = format!(
            "Action=AssumeRole&RoleArn=arn:aws:iam::000000000000:role/{role}&RoleSessionName=me"
        );
        ask(&server, &key, &form, now)
    };
    let answer = Request::new("GET", "/", "localhost")
        .sign(&session(&assume("reader").text()))
        .send(&server);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("AccessDeniedException")
    );
    assert!(
        answer.text().starts_with(r#"{"Message":"Forbidden. "#),
        "{}",
        answer.text()
    );
    server.log_line("may not call the URL");
    for role in ["other", "absent"] {
        let answer = assume(role);
        assert_eq!(
            (answer.status, element(&answer.text(), "Code").as_str()),
            (403, "AccessDenied")
        );
        assert_eq!(
            element(&answer.text(), "Message"),
            format!(
                "User: arn:aws:iam::000000000000:user/fnurl is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/{role}"
            )
        );
    }
}

#[test]
fn what_sts_would_not_accept_is_refused_in_its_words() {
    let server = Server::start(["--auth", "iam"]);
    let key = Key::of(&server);
    let role = format!("Action=AssumeRole&RoleArn={ROLE}");
    let cases = [
        (
            format!("{role}&RoleSessionName=x"),
            "ValidationError",
            "'roleSessionName' failed",
        ),
        (
            format!("{role}&RoleSessionName=two%20words"),
            "ValidationError",
            "regular expression",
        ),
        (
            format!("{role}&RoleSessionName={}", "x".repeat(65)),
            "ValidationError",
            "less than or equal to 64",
        ),
        (
            format!("{role}&RoleSessionName=xx&DurationSeconds=899"),
            "ValidationError",
            "greater than or equal to 900",
        ),
        (
            format!("{role}&RoleSessionName=xx&DurationSeconds=43201"),
            "ValidationError",
            "less than or equal to 43200",
        ),
        (
            format!("{role}&RoleSessionName=xx&DurationSeconds=long"),
            "ValidationError",
            "whole number",
        ),
        (
            format!("{role}&RoleSessionName=xx&Policy=%7B%7D"),
            "ValidationError",
            "Session policies",
        ),
        (
            format!(
                "{role}&RoleSessionName=xx&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/ReadOnlyAccess"
            ),
            "ValidationError",
            "`PolicyArns` is not known",
        ),
        (
            format!("{role}&RoleSessionName=xx&Tags.member.1.Key=a&Tags.member.1.Value=b"),
            "ValidationError",
            "`Tags` is not known",
        ),
        (
            format!("{role}&RoleSessionName=xx&SourceIdentity=me"),
            "ValidationError",
            "`SourceIdentity` is not known",
        ),
        (
            format!(
                "{role}&RoleSessionName=xx&SerialNumber=arn:aws:iam::000000000000:mfa/me&TokenCode=123456"
            ),
            "ValidationError",
            "`TokenCode` is not known",
        ),
        (
            "Action=GetSessionToken&TokenCode=123456".to_owned(),
            "ValidationError",
            "`TokenCode` is not known",
        ),
        (
            "Action=AssumeRole&RoleSessionName=xx".to_owned(),
            "ValidationError",
            "'roleArn'",
        ),
        (
            "Action=GetFederationToken".to_owned(),
            "InvalidAction",
            "GetFederationToken",
        ),
    ];
    for (form, code, message) in cases {
        let answer = ask(&server, &key, &form, SystemTime::now());
        let xml = answer.text();
        assert_eq!(
            (answer.status, element(&xml, "Code").as_str()),
            (400, code),
            "{form}"
        );
        assert!(element(&xml, "Message").contains(message), "{xml}");
    }
}

#[test]
fn control_characters_reach_neither_the_answer_nor_the_terminal() {
    let server = Server::start(["--auth", "iam"]);
    let key = Key::of(&server);
    let forged = "x%00%0AEND%20RequestId:%20forged%1b[2J";
    for form in [
        format!("Action={forged}"),
        format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName={forged}"),
        format!("Action=AssumeRole&RoleArn={ROLE}{forged}&RoleSessionName=me"),
        format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=me&DurationSeconds={forged}"),
    ] {
        let answer = ask(&server, &key, &form, SystemTime::now());
        let xml = answer.text();
        assert_eq!(
            (answer.status, element(&xml, "Code").as_str()),
            (400, "ValidationError")
        );
        assert!(!xml.contains("forged"), "{xml}");
        let said = server.log_line("has a character");
        assert!(!said.contains("forged"), "{said:?}");
    }
}

#[test]
fn sts_checks_signatures_itself() {
    let server = Server::start(["--auth", "iam"]);
    let key = Key::of(&server);
    let wrong = Key {
        secret_key: "wrong".to_owned(),
        ..key.clone()
    };
    let answer = ask(
        &server,
        &wrong,
        "Action=GetCallerIdentity",
        SystemTime::now(),
    );
    assert_eq!(
        (answer.status, element(&answer.text(), "Code").as_str()),
        (403, "SignatureDoesNotMatch")
    );
    let unknown = Key {
        access_key: "AKIANOBODY".to_owned(),
        ..key
    };
    let answer = ask(
        &server,
        &unknown,
        "Action=GetCallerIdentity",
        SystemTime::now(),
    );
    assert_eq!(element(&answer.text(), "Code"), "InvalidClientTokenId");
    let mut connection = Connection::open(&server.control());
    connection.send(
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 24\r\n\r\nAction=GetCallerIdentity",
    );
    assert_eq!(
        element(&connection.receive().text(), "Code"),
        "MissingAuthenticationToken"
    );
}
