//! The official test suite of Signature Version 4, as the package `aws-sigv4` ships it: every
//! request that it signs is accepted, with the canonical request that it expects.

use super::{
    canonical::{self, CanonicalRequest},
    denied::Denied,
    presented::Presented,
    principals::{Identity, Principal},
    verify::Check,
};
use http::Request;
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

#[derive(Deserialize)]
pub(crate) struct Context {
    pub(crate) credentials: Credentials,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) timestamp: String,
    pub(crate) normalize: bool,
    pub(crate) sign_body: bool,
    pub(crate) expiration_in_seconds: u32,
    #[serde(default)]
    pub(crate) omit_session_token: bool,
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) token: Option<String>,
}

fn folder() -> PathBuf {
    // Only the packages of this platform: a new machine has downloaded no others.
    let platform = format!("--filter-platform={}", host());
    let metadata = cargo(&["metadata", "--format-version=1", "--offline", &platform]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|it| it["name"] == "aws-sigv4")
        .unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.with_file_name("aws-signing-test-suite").join("v4")
}

/// The platform that cargo builds for, such as `x86_64-unknown-linux-gnu`.
fn host() -> String {
    let version = cargo(&["--version", "--verbose"]);
    let mut lines = version.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A request as the suite writes it; `None` for what no HTTP server can receive.
pub(crate) fn request(text: &str) -> Option<(http::request::Parts, Vec<u8>)> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, rest) = lines.next()?.split_once(' ')?;
    let target = rest.strip_suffix(" HTTP/1.1")?;
    let mut builder = Request::builder().method(method).uri(target);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        builder = builder.header(name, value.trim());
    }
    Some((
        builder.body(()).ok()?.into_parts().0,
        body.trim_end_matches('\n').into(),
    ))
}

struct Case {
    name: String,
    context: Context,
    request: http::request::Parts,
    body: Vec<u8>,
}

/// The cases whose signed request can be received, signed in this place.
fn cases(place: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for path in case_folders() {
        let Some((request, body)) = signed_request(&path, place) else {
            continue;
        };
        let Some(context) = context(&path) else {
            continue;
        };
        cases.push(Case {
            name: path.display().to_string(),
            context,
            request,
            body,
        });
    }
    cases
}

pub(crate) fn case_folders() -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder()).unwrap();
    entries.map(|entry| entry.unwrap().path())
}

/// Two cases have none: they are about the canonical request alone.
pub(crate) fn context(case: &Path) -> Option<Context> {
    let text = fs::read_to_string(case.join("context.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

fn signed_request(case: &Path, place: &str) -> Option<(http::request::Parts, Vec<u8>)> {
    let text = fs::read_to_string(case.join(format!("{place}-signed-request.txt"))).ok()?;
    request(&text.replace("\r\n", "\n"))
}

impl Case {
    fn signer(&self, secret_key: &str) -> Result<Principal, Denied> {
        let credentials = &self.context.credentials;
        let check = Check {
            request: &self.request,
            body: &self.body,
            now: OffsetDateTime::parse(&self.context.timestamp, &Rfc3339).unwrap(),
            region: Some(&self.context.region),
            service: &self.context.service,
            other_hosts: &[],
        };
        check.signer(|key| {
            (key == credentials.access_key_id).then(|| Principal {
                access_key: key.to_owned(),
                secret_key: secret_key.to_owned(),
                token: credentials.token.clone(),
                expires: None,
                identity: Identity::of_arn("arn:aws:iam::000000000000:user/suite"),
            })
        })
    }
}

fn every_case_is_accepted(place: &str, at_least: usize) {
    let cases = cases(place);
    assert!(
        cases.len() >= at_least,
        "only {} cases could be read",
        cases.len()
    );
    for case in cases {
        // The token is added after signing there, and here everything has to be signed.
        if case.context.omit_session_token {
            continue;
        }
        let secret_key = &case.context.credentials.secret_access_key;
        if let Err(denied) = case.signer(secret_key) {
            panic!("{}: {denied:?}", case.name);
        }
        let denied = case.signer("another secret key").unwrap_err();
        let explained = "none of the usual mistakes explains it";
        assert!(denied.diagnosis.contains(explained), "{}", case.name);
    }
}

#[test]
fn every_request_that_the_suite_signs_in_its_header_is_accepted() {
    every_case_is_accepted("header", 30);
}

#[test]
fn every_url_that_the_suite_presigns_is_accepted() {
    every_case_is_accepted("query", 30);
}

#[test]
fn canonical_requests_are_those_of_the_suite() {
    let mut compared = 0;
    for case in case_folders() {
        let Some((request, body)) = signed_request(&case, "header") else {
            continue;
        };
        let expected = fs::read_to_string(case.join("header-canonical-request.txt")).unwrap();
        let presented = Presented::of(&request).unwrap();
        let sent = request.uri.path();
        let [as_sent, normalized] = [sent, &canonical::normalized(sent)].map(|path| {
            let query = request.uri.query().unwrap_or_default();
            let signed = &presented.signed_headers;
            let canonical = CanonicalRequest {
                method: request.method.to_string(),
                path: canonical::path(path),
                query: canonical::query(query, None),
                headers: canonical::headers(&request.headers, signed).unwrap(),
                payload_hash: canonical::hash(&body),
            };
            String::from_utf8(canonical.bytes()).unwrap()
        });
        let expected = expected.replace("\r\n", "\n");
        // Two cases are about the path alone: their request and their expectation differ in date.
        let is_whole = case.join("context.json").exists();
        let compared_lines = if is_whole { usize::MAX } else { 3 };
        let is_expected = |text: &str| {
            let lines = text.lines().take(compared_lines);
            lines.eq(expected.lines().take(compared_lines))
        };
        let is_one_of_them = is_expected(&as_sent) || is_expected(&normalized);
        assert!(is_one_of_them, "{}\n{expected}\n{as_sent}", case.display());
        compared += 1;
    }
    assert!(compared >= 32, "only {compared} cases could be read");
}
