//! The official test suite of Signature Version 4: every request that it signs is accepted, with
//! the canonical request that it expects.

use super::{
    check::Check,
    denied::Denied,
    presented::Presented,
    principals::{Identity, Principal},
};
use crate::sigv4::{
    canonical::{self, CanonicalRequest},
    official_suite::{Context, case_folders, context, request},
};
use std::{fs, path::Path};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

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
