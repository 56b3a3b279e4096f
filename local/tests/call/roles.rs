//! `--role-arn`: temporary credentials from the local STS.

use crate::{caller::Caller, server::Server};

const ROLE: &str = "arn:aws:iam::000000000000:role/fnUrlRole";
const ROLES: &str = r#"
[[role]]
arn = "arn:aws:iam::000000000000:role/partner"
assumed_by = ["*"]
invoke = true
external_id = "agreed"

[[role]]
arn = "arn:aws:iam::000000000000:role/reader"
assumed_by = ["*"]
invoke = false
"#;

fn caller(server: &Server) -> Caller {
    let sts = format!("http://{}", server.control());
    let url = format!("http://{}/", server.address);
    Caller::of(server)
        .env("AWS_ENDPOINT_URL_STS", sts)
        .args([&url])
}

#[test]
fn a_call_with_a_role_is_its_session() {
    let server = Server::start(["--auth", "iam"]);
    let event = caller(&server).args(["--role-arn", ROLE]).run().ok();
    let iam = &event["requestContext"]["authorizer"]["iam"];
    let arn = "arn:aws:sts::000000000000:assumed-role/fnUrlRole/fnurl-call";
    assert_eq!(iam["userArn"], arn);
    assert!(iam["accessKey"].as_str().unwrap().starts_with("ASIA"));
    let event = caller(&server)
        .args(["--role-arn", ROLE, "--session-name", "me@example.com"])
        .args(["--duration", "43200"])
        .run();
    let event = event.ok();
    let arn = "arn:aws:sts::000000000000:assumed-role/fnUrlRole/me@example.com";
    assert_eq!(event["requestContext"]["authorizer"]["iam"]["userArn"], arn);
}

#[test]
fn nothing_of_a_session_stays_on_the_disk() {
    let server = Server::start(["--auth", "iam"]);
    let mut caller = caller(&server).args(["--role-arn", ROLE]);
    caller.run().ok();
    assert_eq!(std::fs::read_dir(caller.folder.path()).unwrap().count(), 0);
}

#[test]
fn an_external_id_opens_a_role_and_a_role_without_permission_does_not_call() {
    let roles = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(roles.path(), ROLES).unwrap();
    let roles = roles.path().to_str().unwrap();
    let server = Server::start(["--auth", "iam", "--roles", roles]);
    let partner = ["--role-arn", "arn:aws:iam::000000000000:role/partner"];
    let outcome = caller(&server).args(partner).run();
    outcome.failed(3, "role/partner: AccessDenied: User: ");
    let known = ["--external-id", "agreed"];
    caller(&server).args(partner).args(known).run().ok();
    let outcome = caller(&server)
        .args(["--role-arn", "arn:aws:iam::000000000000:role/reader"])
        .args(["--fail-with-body"])
        .run();
    assert_eq!(outcome.code, 22, "{outcome:?}");
}

#[test]
fn an_sts_that_does_not_answer_leaves_the_call_without_credentials() {
    let server = Server::start(["--auth", "iam"]);
    let outcome = caller(&server)
        .env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
        .args(["--role-arn", ROLE])
        .run();
    outcome.failed(3, "STS gives no credentials for");
}
