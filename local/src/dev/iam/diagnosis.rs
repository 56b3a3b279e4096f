//! What is wrong with a signature that does not fit: the usual mistakes are tried, until one of
//! them, or several together, give the signature that was sent.

use super::{check::Check, signer::Signer};
use crate::sigv4::canonical::{self, CanonicalRequest, Line};

/// A part of the canonical request as some signers make it, and what to say of that.
type Variant = (String, Option<String>);

pub(super) fn of_mismatch(
    check: &Check<'_>,
    request: &CanonicalRequest,
    signer: &Signer<'_>,
) -> String {
    let mut best: Option<Vec<String>> = None;
    for (path, about_path) in paths(check) {
        for (query, about_query) in queries(check, signer.unsigned_parameter()) {
            for (payload_hash, about_payload) in payloads(check) {
                for (host, about_host) in hosts(check, request) {
                    let abouts = [&about_path, &about_query, &about_payload, &about_host];
                    let abouts: Vec<String> = abouts.into_iter().flatten().cloned().collect();
                    if best.as_ref().is_some_and(|best| best.len() <= abouts.len()) {
                        continue;
                    }
                    let variant = CanonicalRequest {
                        method: request.method.clone(),
                        headers: with_host(&request.headers, &host),
                        path: path.clone(),
                        query: query.clone(),
                        payload_hash: payload_hash.clone(),
                    };
                    if signer.has_signed(&variant) {
                        best = Some(abouts);
                    }
                }
            }
        }
    }
    match best {
        Some(abouts) => abouts.join("; and "),
        None => unexplained(request),
    }
}

fn paths(check: &Check<'_>) -> Vec<Variant> {
    let sent = check.request.uri.path();
    vec![
        (canonical::path(sent), None),
        (canonical::path(&canonical::normalized(sent)), None),
        (
            sent.to_owned(),
            Some(format!(
                "line 2, the path: it was signed as it was sent, `{sent}`, and has to be encoded \
                 once more, `{}` (curl before version 8 does not)",
                canonical::path(sent)
            )),
        ),
    ]
}

fn queries(check: &Check<'_>, unsigned: Option<&str>) -> Vec<Variant> {
    let sent = check.request.uri.query().unwrap_or_default();
    let is_signed =
        |pair: &&str| unsigned.is_none_or(|name| !pair.starts_with(&format!("{name}=")));
    let unsorted: Vec<_> = sent.split('&').filter(is_signed).collect();
    let mut sorted = unsorted.clone();
    sorted.sort_unstable();
    let expected = canonical::query(sent, unsigned);
    vec![
        (expected.clone(), None),
        (
            sorted.join("&"),
            Some(format!(
                "line 3, the query: its parameters were not encoded again, which gives `{expected}`"
            )),
        ),
        (
            unsorted.join("&"),
            Some(format!(
                "line 3, the query: its parameters were not sorted, which gives `{expected}`"
            )),
        ),
    ]
}

fn payloads(check: &Check<'_>) -> Vec<Variant> {
    let actual = canonical::hash(check.body);
    vec![
        (actual, None),
        (
            "UNSIGNED-PAYLOAD".to_owned(),
            Some(
                "the last line: UNSIGNED-PAYLOAD was signed, and has to be the hash of the body"
                    .to_owned(),
            ),
        ),
        (
            canonical::hash(b""),
            Some(
                "the last line: the hash of an empty body was signed, and one was sent".to_owned(),
            ),
        ),
    ]
}

fn hosts(check: &Check<'_>, request: &CanonicalRequest) -> Vec<Variant> {
    let sent = request.headers.iter().find(|(name, _)| name == "host");
    let sent = sent.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    let sent = sent.unwrap_or_default();
    let others = check.other_hosts.iter().filter(|other| **other != sent);
    let others = others.map(|other| {
        let about = format!("the line `host`: it was signed for {other} and sent to {sent}");
        (other.clone(), Some(about))
    });
    [(sent.clone(), None)].into_iter().chain(others).collect()
}

fn with_host(headers: &[Line], host: &str) -> Vec<Line> {
    let line = |(name, value): &Line| match name.as_str() {
        "host" => (name.clone(), host.into()),
        _ => (name.clone(), value.clone()),
    };
    headers.iter().map(line).collect()
}

/// The whole canonical request, to be compared with the signer's. Session tokens are left out.
fn unexplained(request: &CanonicalRequest) -> String {
    let mut shown = request.clone();
    for (name, value) in &mut shown.headers {
        if name == "x-amz-security-token" {
            *value = b"(left out)".into();
        }
    }
    shown.query = shown
        .query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name @ "X-Amz-Security-Token", _)) => format!("{name}=(left out)"),
            _ => pair.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("&");
    format!(
        "none of the usual mistakes explains it. Either the secret key is another one, or \
         something was changed after it was signed. The canonical request that was checked:\n{}",
        indented(&String::from_utf8_lossy(&shown.bytes()))
    )
}

fn indented(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}
