//! The event's `headers` and `cookies`.

use super::Arrival;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::collections::BTreeMap;

/// Headers that speak about the connection, not about the request: a front door uses them up.
///
/// None was ever recorded in an event. `expect` belongs here as well (local choice), because the
/// front door has answered it by the time the function runs.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// The headers as the function sees them: those that were sent, and those a front door adds.
///
/// A deployed function URL speaks TLS on port 443, and that is what the added headers say here
/// too, so that a function which looks at them takes the same branch as on AWS.
pub(super) fn headers(sent: &HeaderMap, arrival: &Arrival<'_>) -> BTreeMap<String, String> {
    let mut headers = sent
        .keys()
        .filter(|name| !is_hop_by_hop(name, sent))
        .filter(|name| arrival.caller.is_none() || *name != header::AUTHORIZATION)
        .map(|name| (name.as_str().to_owned(), joined(sent, name)))
        .collect::<BTreeMap<_, _>>();
    let added = [
        ("x-forwarded-for", forwarded_for(sent, arrival)),
        ("x-forwarded-port", "443".to_owned()),
        ("x-forwarded-proto", "https".to_owned()),
        ("x-amzn-tls-version", "TLSv1.3".to_owned()),
        (
            "x-amzn-tls-cipher-suite",
            "TLS_AES_128_GCM_SHA256".to_owned(),
        ),
        ("x-amzn-trace-id", arrival.trace.to_owned()),
    ];
    headers.extend(added.map(|(name, value)| (name.to_owned(), value)));
    headers
}

/// One `name=value` string for each cookie; the `cookie` header itself stays among the headers.
pub(super) fn cookies(sent: &HeaderMap) -> Vec<String> {
    sent.get_all(header::COOKIE)
        .iter()
        .flat_map(|line| {
            text(line)
                .split(';')
                .map(|cookie| cookie.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

fn is_hop_by_hop(name: &HeaderName, sent: &HeaderMap) -> bool {
    HOP_BY_HOP.contains(name) || is_named_in_connection(name, sent)
}

/// `Connection` may name further headers that are meant for the next hop only (RFC 9110 §7.6.1).
fn is_named_in_connection(name: &HeaderName, sent: &HeaderMap) -> bool {
    sent.get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|named| named.trim().eq_ignore_ascii_case(name.as_str()))
}

/// Local choice: what the client claims is kept and the peer appended, as AWS load balancers do.
/// A function that trusts the first address can then be fooled here as it could be there.
fn forwarded_for(sent: &HeaderMap, arrival: &Arrival<'_>) -> String {
    let name = HeaderName::from_static("x-forwarded-for");
    match joined(sent, &name) {
        claimed if claimed.is_empty() => arrival.peer.to_string(),
        claimed => format!("{claimed}, {}", arrival.peer),
    }
}

/// Repeated headers joined with `,` and no space. A cookie sent over several lines is joined
/// with `; `, the only separator that keeps it a cookie header (RFC 9113 §8.2.3).
fn joined(sent: &HeaderMap, name: &HeaderName) -> String {
    let values = sent.get_all(name).iter().map(text).collect::<Vec<_>>();
    values.join(if name == header::COOKIE { "; " } else { "," })
}

/// Local choice: bytes that are not UTF-8 are read as Latin-1, which loses nothing.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}
