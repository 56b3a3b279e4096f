//! Reads an event: a function URL's JSON becomes an [`http::Request`], or a problem.

use std::borrow::Cow;
use std::fmt::Display;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Uri};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::known_headers::known;
use super::view::{Event, Iam, Text};
use crate::message::{Body, Call, Caller, Invocation, Request};
use crate::problem::{MALFORMED_EVENT, Problem, TOO_MANY_HEADERS, URI_TOO_LONG};

/// Reads the event of `call` into a request that carries its [`Invocation`].
///
/// # Problems
/// 400 when the payload is not a function URL event, 414 when its URI is longer than [`Uri`] can
/// hold, 431 when it has more headers than [`HeaderMap`] can hold.
pub(crate) fn read(mut call: Call) -> Read {
    let mut request = Request::default();
    let refused = fill(&mut request, &mut call).err();
    let invocation = Invocation::new(call);
    request.extensions_mut().insert(invocation.clone());
    Read {
        request,
        invocation,
        refused,
    }
}

/// Reads the request of an invocation again, after the first one was consumed.
pub(crate) fn read_again(invocation: &Invocation) -> Request {
    let mut request = Request::default();
    let mut call = Call {
        payload: invocation.payload().clone(),
        ..Call::default()
    };
    // Ignore a problem: it was reported when the event was read first.
    let _ = fill(&mut request, &mut call);
    request.extensions_mut().insert(invocation.clone());
    request
}

/// The contents of an event.
#[derive(Debug)]
pub(crate) struct Read {
    /// The request, as far as it could be read.
    pub(crate) request: Request,
    /// Lambda's data about the call.
    pub(crate) invocation: Invocation,
    /// The problem, if the request cannot be served.
    pub(crate) refused: Option<Problem>,
}

/// Fills in the request and the call, as far as they can be read. Headers come first: layers need
/// them even for a problem (`Origin` for CORS).
///
/// Each step reads one part and stops at the first that cannot be read. What was filled in before
/// stays: a request with a method that is not valid still has its headers, its source address and
/// its caller.
fn fill(request: &mut Request, call: &mut Call) -> Result<(), Problem> {
    // The view borrows from the payload while the call is filled in.
    let payload = call.payload.clone();
    // Checking the whole text once is cheaper than checking every string in it.
    let text = std::str::from_utf8(&payload).map_err(unreadable)?;
    let event: Event<'_> = serde_json::from_str(text).map_err(unreadable)?;
    let context = event.request_context.unwrap_or_default();
    let http = context.http.unwrap_or_default();

    call.source_ip = http
        .source_ip
        .as_str()
        .and_then(|ip| ip.parse::<IpAddr>().ok());
    call.caller = context.authorizer.and_then(|it| it.iam).map(caller);
    headers(
        event.headers.0,
        &event.cookies.0,
        &payload,
        request.headers_mut(),
    )?;
    *request.method_mut() = method(&http.method)?;
    *request.uri_mut() = uri(&event.raw_path, &event.raw_query_string)?;
    *request.body_mut() = body(event.body, event.is_base64_encoded, &payload)?;
    Ok(())
}

fn unreadable(reason: impl Display) -> Problem {
    MALFORMED_EVENT.because(format_args!("the event cannot be read: {reason}"))
}

fn method(method: &Text<'_>) -> Result<Method, Problem> {
    let name = method
        .as_str()
        .ok_or_else(|| MALFORMED_EVENT.because("`requestContext.http.method` is missing"))?;
    Method::from_bytes(name.as_bytes())
        .map_err(|_| MALFORMED_EVENT.because(format_args!("`{name}` is not an HTTP method")))
}

/// Characters that [`Uri`] refuses in a path and query, or gives another meaning.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'#');
const NOT_IN_PATH: &AsciiSet = &NOT_IN_QUERY.add(b'?').add(b'`').add(b'{').add(b'}');

/// The URI of a request, with what [`Uri`] refuses percent-encoded.
///
/// A function URL passes on what clients send, also `"` or `<`, which no URI holds. Escaping it is
/// tried only after a first failure, because most paths need none.
fn uri(path: &Text<'_>, query: &Text<'_>) -> Result<Uri, Problem> {
    let (path, query) = (path.as_str().unwrap_or("/"), query.as_str().unwrap_or(""));
    let path = if path.starts_with('/') {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(format!("/{path}"))
    };
    let escaped = || {
        let path = utf8_percent_encode(&path, NOT_IN_PATH).to_string();
        let query = utf8_percent_encode(query, NOT_IN_QUERY).to_string();
        path_and_query(join(&path, &query))
    };
    match path_and_query(join(&path, query)) {
        Err(problem) if problem.kind() == MALFORMED_EVENT => escaped(),
        result => result,
    }
}

/// The longest URI that the `http` crate holds.
const MAX_URI_BYTES: usize = 65_534;

fn path_and_query(text: String) -> Result<Uri, Problem> {
    if text.len() > MAX_URI_BYTES {
        return Err(URI_TOO_LONG.because(format_args!(
            "the path and query have {} bytes, but at most {MAX_URI_BYTES} can be read",
            text.len()
        )));
    }
    PathAndQuery::from_maybe_shared(Bytes::from(text))
        .map(Uri::from)
        .map_err(|err| MALFORMED_EVENT.because(format_args!("the path cannot be read: {err}")))
}

fn join(path: &str, query: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 1 + query.len());
    uri.push_str(path);
    if !query.is_empty() {
        uri.push('?');
        uri.push_str(query);
    }
    uri
}

/// The headers, with all cookies in one `cookie` header.
///
/// The event repeats the cookies of that header in `cookies`. Only one of the two is read (the
/// header if there is one), so that no cookie appears twice.
fn headers(
    pairs: Vec<(Cow<'_, str>, Cow<'_, str>)>,
    cookies: &[Cow<'_, str>],
    payload: &Bytes,
    headers: &mut HeaderMap,
) -> Result<(), Problem> {
    headers.try_reserve(pairs.len()).map_err(|_| too_many())?;
    for (name, value) in pairs {
        let parsed = match known(&name) {
            Some(parsed) => parsed,
            None => HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad_header(&name))?,
        };
        let mut value = header_value(value, payload).ok_or_else(|| bad_header(&name))?;
        if parsed == AUTHORIZATION || parsed.as_str() == "x-amz-security-token" {
            value.set_sensitive(true);
        }
        headers.try_append(parsed, value).map_err(|_| too_many())?;
    }
    if !cookies.is_empty() && !headers.contains_key(COOKIE) {
        let joined = cookies.join("; ");
        let value = HeaderValue::from_str(&joined).map_err(|_| bad_header("cookies"))?;
        headers.try_insert(COOKIE, value).map_err(|_| too_many())?;
    }
    Ok(())
}

fn too_many() -> Problem {
    TOO_MANY_HEADERS.because("the request has more headers than can be read")
}

fn bad_header(name: &str) -> Problem {
    MALFORMED_EVENT.because(format_args!("the header `{name}` cannot be read"))
}

/// A header's value, sharing the payload's bytes where the JSON had no escapes.
fn header_value(value: Cow<'_, str>, payload: &Bytes) -> Option<HeaderValue> {
    match value {
        Cow::Borrowed(text) => {
            HeaderValue::from_maybe_shared(payload.slice_ref(text.as_bytes())).ok()
        }
        Cow::Owned(text) => HeaderValue::from_maybe_shared(Bytes::from(text)).ok(),
    }
}

/// The body's bytes. The flag decides whether they are base64, never the content type.
fn body(text: Text<'_>, is_base64: Option<bool>, payload: &Bytes) -> Result<Body, Problem> {
    let Some(text) = text.0 else {
        return Ok(Body::empty());
    };
    if is_base64 == Some(true) {
        return match STANDARD.decode(text.as_bytes()) {
            Ok(bytes) => Ok(bytes.into()),
            Err(err) => Err(MALFORMED_EVENT.because(format_args!(
                "`body` is not valid base64, but is marked as base64: {err}"
            ))),
        };
    }
    Ok(match text {
        Cow::Borrowed(text) => payload.slice_ref(text.as_bytes()).into(),
        Cow::Owned(text) => text.into(),
    })
}

fn caller(iam: Iam<'_>) -> Caller {
    Caller {
        access_key: iam.access_key.into_string(),
        account_id: iam.account_id.into_string(),
        user_arn: iam.user_arn.into_string(),
        user_id: iam.user_id.into_string(),
        caller_id: iam.caller_id.into_string(),
        principal_org_id: iam.principal_org_id.0.map(Cow::into_owned),
    }
}

#[cfg(test)]
mod tests;
