//! What is said when the function URL lets nobody in.

use crate::{
    caller::{Caller, Outcome},
    server::Server,
};

/// The numbered causes on the standard error.
fn causes(outcome: &Outcome) -> Vec<&str> {
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let numbered = |line: &&str| line.starts_with("  ");
    outcome.stderr.lines().filter(numbered).collect()
}

#[test]
fn a_caller_without_permission_is_told_of_both_permissions_first() {
    let roles = tempfile::NamedTempFile::new().unwrap();
    let role = "arn:aws:iam::000000000000:role/reader";
    let file = format!("[[role]]\narn = {role:?}\nassumed_by = [\"*\"]\ninvoke = false\n");
    std::fs::write(roles.path(), file).unwrap();
    let roles = roles.path().to_str().unwrap();
    let server = Server::start(["--auth", "iam", "--roles", roles]);
    let url = format!("http://{}/", server.address);
    let outcome = Caller::of(&server)
        .env(
            "AWS_ENDPOINT_URL_STS",
            format!("http://{}", server.control()),
        )
        .args(["--role-arn", role, &url])
        .run();
    assert!(outcome.text().contains("Forbidden"), "{outcome:?}");
    let causes = causes(&outcome);
    assert!(causes[0].contains("1. the principal lacks"), "{causes:?}");
    assert!(causes[0].contains("`lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`"));
}

#[test]
fn an_unsigned_call_of_a_url_with_aws_iam_is_told_to_sign() {
    let server = Server::start(["--auth", "iam"]);
    let url = format!("http://{}/", server.address);
    let outcome = Caller::new().args(["--no-sign", &url]).run();
    assert!(
        causes(&outcome)[0].contains("without `--no-sign`"),
        "{outcome:?}"
    );
}

#[test]
fn a_wrong_secret_is_named_before_the_region_and_what_is_on_the_way() {
    let server = Server::start(["--auth", "iam"]);
    let file = std::fs::read_to_string(server.data().join("credentials")).unwrap();
    let key = file
        .lines()
        .find_map(|line| line.strip_prefix("aws_access_key_id = "));
    let outcome = Caller::new()
        .env("AWS_ACCESS_KEY_ID", key.unwrap())
        .env("AWS_SECRET_ACCESS_KEY", "of-somebody-else")
        .args([&format!("http://{}/", server.address)])
        .run();
    let causes = causes(&outcome);
    assert!(causes[0].contains("secret access key"), "{causes:?}");
    assert!(
        causes[1].contains("signed for us-east-1 and `lambda`"),
        "{causes:?}"
    );
    assert_eq!(causes.len(), 3);
}

#[test]
fn a_403_that_the_function_answers_gets_no_advice() {
    let server = Server::start(["--auth", "iam"]);
    let url = format!("http://{}/raw", server.address);
    let outcome = Caller::of(&server)
        .args(["POST", &url, "-d", r#"{"statusCode":403,"body":"no"}"#])
        .run();
    assert_eq!(
        (outcome.text().as_str(), outcome.stderr.as_str()),
        ("no", "")
    );
}

#[test]
fn a_raw_name_of_a_parameter_is_named_as_the_cause() {
    let server = Server::start(["--auth", "iam"]);
    let url = format!("http://{}/?filter[name]=a", server.address);
    let outcome = Caller::of(&server).args([&url]).run();
    let causes = causes(&outcome);
    assert!(causes[0].contains("encode it, as %5B for ["), "{causes:?}");
}

#[test]
fn a_session_that_is_over_is_told_to_get_another() {
    let keys = tempfile::NamedTempFile::new().unwrap();
    let file = "[over]\naws_access_key_id = ASIAOVER\naws_secret_access_key = secret\naws_session_token = token\nfnurl_expires = 2026-01-01T00:00:00Z\n";
    std::fs::write(keys.path(), file).unwrap();
    let server = Server::start([
        "--auth",
        "iam",
        "--credentials",
        keys.path().to_str().unwrap(),
    ]);
    let outcome = Caller::new()
        .env("AWS_SHARED_CREDENTIALS_FILE", keys.path())
        .env("AWS_PROFILE", "over")
        .args([&format!("http://{}/", server.address)])
        .run();
    assert!(outcome.text().contains("expired"), "{outcome:?}");
    assert!(causes(&outcome)[0].contains("get new ones"), "{outcome:?}");
}
