//! HTTP request → payload format 2.0 event, the JSON that a function URL hands to its function.
//!
//! The rules are those of a real function URL as far as they are documented or recorded. Where
//! nothing is known about the real service, the choice made here is marked “local choice”.

mod body;
mod headers;
mod query;

use crate::dev::iam::{ACCOUNT, Principal};
use http::{HeaderMap, Method, request::Parts};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use std::{collections::BTreeMap, net::IpAddr};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// What the front door knows about a request besides the request itself.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    /// Where the request came from, as TCP says.
    pub(crate) peer: IpAddr,
    pub(crate) at: OffsetDateTime,
    /// The id of the invocation; the event's `requestContext.requestId` is the same.
    pub(crate) request_id: &'a str,
    /// `Root=1-<8 hex>-<24 hex>`.
    pub(crate) trace: &'a str,
    /// The 32 letters and digits that name the function URL.
    pub(crate) url_id: &'a str,
    pub(crate) region: &'a str,
    /// Who has signed, under AWS_IAM.
    pub(crate) caller: Option<&'a Principal>,
}

/// The event of one request, as bytes of JSON.
///
/// # Errors
/// None that a request can cause: every member is a string, a number or a map of strings.
pub(crate) fn event(
    parts: &Parts,
    body: &[u8],
    arrival: &Arrival<'_>,
) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Event::new(parts, body, arrival))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'static str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<Authorizer<'a>>,
    api_id: &'a str,
    domain_name: String,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'static str,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Debug, Serialize)]
struct Authorizer<'a> {
    iam: Iam<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Iam<'a> {
    access_key: &'a str,
    account_id: &'a str,
    caller_id: &'a str,
    cognito_identity: Option<()>,
    principal_org_id: Option<()>,
    user_arn: &'a str,
    user_id: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: String,
    path: String,
    protocol: &'static str,
    source_ip: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
}

impl<'a> Event<'a> {
    fn new(parts: &'a Parts, bytes: &[u8], arrival: &Arrival<'a>) -> Self {
        let raw_path = raw_path(parts);
        let raw_query_string = parts.uri.query().unwrap_or_default();
        let headers = headers::headers(&parts.headers, arrival);
        let (body, is_base64_encoded) = body::encode(bytes, &parts.headers);
        Self {
            version: "2.0",
            route_key: "$default",
            raw_path,
            raw_query_string,
            cookies: headers::cookies(&parts.headers),
            query_string_parameters: query::parameters(raw_query_string),
            request_context: RequestContext::new(parts, raw_path, arrival),
            headers,
            body,
            is_base64_encoded,
        }
    }
}

impl<'a> RequestContext<'a> {
    fn new(parts: &'a Parts, raw_path: &str, arrival: &Arrival<'a>) -> Self {
        Self {
            account_id: arrival.caller.map_or("anonymous", |_| ACCOUNT),
            authorizer: arrival.caller.map(Authorizer::new),
            api_id: arrival.url_id,
            // Local choice: the name a deployed function URL would have, not the Host header,
            // which says 127.0.0.1 here and stays readable among the headers.
            domain_name: format!("{}.lambda-url.{}.on.aws", arrival.url_id, arrival.region),
            domain_prefix: arrival.url_id,
            http: Http {
                method: method(&parts.method),
                path: decoded_path(raw_path),
                protocol: "HTTP/1.1",
                source_ip: arrival.peer,
                user_agent: user_agent(&parts.headers),
            },
            request_id: arrival.request_id,
            route_key: "$default",
            stage: "$default",
            time: clock_time(arrival.at),
            time_epoch: (arrival.at.unix_timestamp_nanos() / 1_000_000) as i64,
        }
    }
}

impl<'a> Authorizer<'a> {
    fn new(caller: &'a Principal) -> Self {
        let identity = &caller.identity;
        Self {
            iam: Iam {
                access_key: &caller.access_key,
                account_id: identity.account(),
                caller_id: &identity.user_id,
                cognito_identity: None,
                principal_org_id: None,
                user_arn: &identity.arn,
                user_id: &identity.user_id,
            },
        }
    }
}

/// The path as sent; `/` when the target has none (`OPTIONS http://host`).
///
/// Local choice: `OPTIONS *` keeps its `*`.
fn raw_path(parts: &Parts) -> &str {
    match parts.uri.path() {
        "" => "/",
        path => path,
    }
}

/// Local choice: verbs that the documentation does not list reach the function too.
fn method(method: &Method) -> String {
    method.as_str().to_ascii_uppercase()
}

/// `requestContext.http.path`: decoded, repeated slashes one, no slash at the end.
///
/// Local choices: an escape that is none stays as it is, bytes that are not UTF-8 become U+FFFD,
/// and decoding comes before slashes are merged, so that `%2F` counts as one.
fn decoded_path(raw_path: &str) -> String {
    let decoded = percent_decode_str(raw_path).decode_utf8_lossy();
    let mut path = String::with_capacity(decoded.len());
    for c in decoded.chars() {
        if c != '/' || !path.ends_with('/') {
            path.push(c);
        }
    }
    if path.len() > 1 && path.ends_with('/') {
        path.pop();
    }
    path
}

fn user_agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(http::header::USER_AGENT)?.to_str().ok()
}

/// `17/Aug/2025:10:00:03 +0000`.
fn clock_time(at: OffsetDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    at.to_offset(time::UtcOffset::UTC)
        .format(FORMAT)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
