//! `--dry-run` and `--verbose`: what is sent and what is signed, without its secrets.

use crate::{caller::Caller, server::Server};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "a-session-token";

fn caller() -> Caller {
    Caller::new()
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
}

#[test]
fn a_dry_run_shows_the_canonical_request_and_sends_nothing() {
    let url = "https://abc.lambda-url.eu-west-1.on.aws/a%20b/../c//d?b=2&a=x+y&flag";
    let args = ["--dry-run", "PUT", url, "-d", "{}", "-H", "x-tag:  a   b"];
    let outcome = caller().args(args).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let text = outcome.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], format!("PUT {url}"));
    assert_eq!(
        lines[2..8],
        [
            "Canonical request:",
            "PUT",
            "/c/d",
            "a=x%20y&b=2&flag=",
            "accept:*/*",
            "content-type:application/json",
        ]
    );
    assert!(lines.contains(&"host:abc.lambda-url.eu-west-1.on.aws"));
    assert!(lines.contains(&"x-amz-security-token:<hidden>"));
    assert!(lines.contains(&"x-tag:a b"));
    // SHA-256 of `{}`
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert!(lines.contains(&hash), "{text}");
    let scope = lines.iter().find(|line| line.ends_with("/aws4_request"));
    assert!(scope.unwrap().ends_with("/eu-west-1/lambda/aws4_request"));
    for secret in [SECRET, TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_dry_run_of_a_presigned_url_hides_what_would_let_somebody_in() {
    let args = ["--dry-run", "--presign", "60", "/items?a=1"];
    let text = caller().args(args).run().text();
    assert!(text.starts_with("GET http://127.0.0.1:9000/items?a=1&X-Amz-"));
    assert!(text.contains("\nhost:127.0.0.1:9000\n"), "{text}");
    assert_eq!(text.matches("X-Amz-Security-Token=<hidden>").count(), 2);
    assert_eq!(text.matches("X-Amz-Signature=<hidden>").count(), 1);
    for secret in [SECRET, TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_dry_run_without_a_signature_needs_no_credentials() {
    let args = ["--dry-run", "--no-sign", "/items"];
    let outcome = Caller::new().args(args).run();
    assert_eq!(outcome.text(), "GET http://127.0.0.1:9000/items\n");
}

#[test]
fn verbose_shows_both_heads_beside_the_answer_and_no_secrets() {
    let server = Server::start([]);
    let url = format!("http://{}/a?b=c", server.address);
    let args = ["-v", &url, "-H", "cookie: session=secret-cookie"];
    let outcome = caller().args(args).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let said = &outcome.stderr;
    assert!(said.starts_with("> GET /a?b=c HTTP/1.1\n"), "{said}");
    assert!(said.contains("> authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
    assert!(said.contains("Signature=<hidden>\n"), "{said}");
    assert!(said.contains("> x-amz-security-token: <hidden>\n"));
    assert!(said.contains("> cookie: <hidden>\n"));
    assert!(said.contains("< HTTP/1.1 200 OK\n"), "{said}");
    for secret in [SECRET, TOKEN, "secret-cookie"] {
        assert!(!said.contains(secret), "{said}");
    }
    assert!(outcome.text().starts_with('{'), "{outcome:?}");
}
