//! `--presign`: URLs that let in whoever has them, for a while.

use crate::{caller::Caller, server::Server};

fn start() -> (Server, String) {
    let server = Server::start(["--auth", "iam"]);
    let url = format!("http://{}", server.address);
    (server, url)
}

#[track_caller]
fn presigned<const N: usize>(caller: Caller, args: [&str; N]) -> (String, String) {
    let outcome = caller.args(["--presign", "60"]).args(args).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    (outcome.text().trim_end().to_owned(), outcome.stderr)
}

#[test]
fn a_presigned_url_is_good_without_any_credentials() {
    let (server, url) = start();
    let target = format!("{url}/a%20b/c?q=x%20y&a=1");
    let (presigned, said) = presigned(Caller::of(&server), [&target]);
    assert_eq!(said, "");
    assert!(
        presigned.starts_with(&format!("{target}&X-Amz-")),
        "{presigned}"
    );
    assert!(
        presigned
            .rsplit('&')
            .next()
            .unwrap()
            .starts_with("X-Amz-Signature=")
    );
    let event = Caller::new().args(["--no-sign", &presigned]).run().ok();
    assert_eq!(event["rawPath"], "/a%20b/c");
    assert_eq!(event["queryStringParameters"]["q"], "x y");
    let other = presigned.replace("a=1", "a=2");
    let refused = Caller::new()
        .args(["--no-sign", "--fail-with-body", &other])
        .run();
    assert_eq!(refused.code, 22, "{refused:?}");
}

#[test]
fn data_and_headers_have_to_come_with_the_url_that_was_signed_for_them() {
    let (server, url) = start();
    let sent = ["-d", "{}", "-H", "x-tag: one"];
    let (presigned, said) = presigned(Caller::of(&server).args(sent), [&url]);
    assert_eq!(
        said,
        "fnurl: the URL is for POST with exactly this body (2 bytes) and the headers x-tag as they were given\n"
    );
    Caller::new()
        .args(["--no-sign", &presigned])
        .args(sent)
        .run()
        .ok();
    for sent in [
        ["-d", "[]", "-H", "x-tag: one"],
        ["-d", "{}", "-H", "x-tag: two"],
    ] {
        let outcome = Caller::new()
            .args(["--no-sign", "--fail-with-body", &presigned])
            .args(sent)
            .run();
        assert_eq!(outcome.code, 22, "{outcome:?}");
    }
}

#[test]
fn a_url_that_outlives_its_session_says_so_and_works_till_then() {
    let (server, url) = start();
    let sts = format!("http://{}", server.control());
    let caller = Caller::of(&server).env("AWS_ENDPOINT_URL_STS", sts);
    let role = "arn:aws:iam::000000000000:role/fnUrlRole";
    let args = ["--role-arn", role, "--presign", "3600", &url];
    let outcome = caller.args(args).run();
    assert!(
        outcome.stderr.contains("the credentials expire in "),
        "{outcome:?}"
    );
    let presigned = outcome.text();
    Caller::new()
        .args(["--no-sign", presigned.trim_end()])
        .run()
        .ok();
}
