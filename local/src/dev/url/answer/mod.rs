//! The function's result → HTTP response, by the rules of a function URL in BUFFERED mode.
//!
//! Where nothing is known about the real service, the choice made here is marked “local choice”.

mod headers;
mod json;
mod stream;

pub(in crate::dev::url) use stream::read_prelude;

use crate::dev::function::invocation::Opening;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use json::Members;
use serde_json::value::RawValue;

/// What goes out to the client, less what HTTP itself adds (length, date, request id).
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why a result cannot be an HTTP response; the client sees 502.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the result is not JSON")]
    NotJson,
    #[error("`statusCode` is not a number from 200 to 599: {0}")]
    Status(String),
    #[error("`headers` is not an object of strings: {0}")]
    Headers(String),
    #[error("`headers` has a name or value that HTTP does not allow: {0}")]
    HeaderText(String),
    #[error("`cookies` is not a list of strings that HTTP allows: {0}")]
    Cookies(String),
    #[error("`isBase64Encoded` is not true or false: {0}")]
    Base64Flag(String),
    #[error("`isBase64Encoded` is true, but `body` is not base64")]
    Base64Body,
    #[error("the stream does not start with a JSON object and eight NUL bytes")]
    Prelude,
}

/// The separator between the prelude of a streamed response and its body.
const PRELUDE_END: [u8; 8] = [0; 8];

impl Answer {
    /// Reads a buffered result: the full form when it is an object with `statusCode`, else JSON
    /// that is itself the body.
    ///
    /// # Errors
    /// [`Malformed`], where the real service answers 502.
    pub(crate) fn from_result(result: &[u8]) -> Result<Self, Malformed> {
        let result = json::parse(result).ok_or(Malformed::NotJson)?;
        match json::members(result) {
            Some(members) if members.contains_key("statusCode") => Self::from_full_form(&members),
            _ => Ok(Self::from_bare_json(result)),
        }
    }

    /// Reads a streamed response once it is complete.
    ///
    /// # Errors
    /// [`Malformed`] when the prelude is not one.
    pub(crate) fn from_stream(stream: &Bytes, opening: Opening) -> Result<Self, Malformed> {
        if let Opening::Body(media_type) = opening {
            return Ok(Self::raw_of_type(stream.clone(), media_type));
        }
        let (prelude, body) = split_prelude(stream).ok_or(Malformed::Prelude)?;
        let mut answer = Self::from_stream_prelude(prelude)?;
        answer.body = stream.slice_ref(body);
        Ok(answer)
    }

    /// What the prelude of a stream announces: everything but the body.
    ///
    /// # Errors
    /// [`Malformed`] when the prelude is not one.
    pub(crate) fn from_stream_prelude(prelude: &[u8]) -> Result<Self, Malformed> {
        let prelude = json::parse(prelude).and_then(json::members);
        let mut answer = Self::from_prelude(&prelude.ok_or(Malformed::Prelude)?)?;
        answer.default_content_type("application/octet-stream");
        Ok(answer)
    }

    /// Bytes of which nothing is known: 200.
    pub(crate) fn raw(body: Bytes) -> Self {
        Self::raw_of_type(body, None)
    }

    /// Bytes of which at most the content type is known: 200.
    pub(crate) fn raw_of_type(body: Bytes, media_type: Option<HeaderValue>) -> Self {
        let mut answer = Self::new(StatusCode::OK, body);
        answer
            .headers
            .extend(media_type.map(|media_type| (header::CONTENT_TYPE, media_type)));
        answer.default_content_type("application/octet-stream");
        answer
    }

    /// Takes away what a response to this method or with this status does not have.
    ///
    /// A HEAD response says `content-length: 0` whatever the handler sets, as reported of the
    /// real service. Local choice: 204 and 304 have no body, and no content type was added.
    #[must_use]
    pub(crate) fn without_forbidden_body(mut self, method: &Method) -> Self {
        if !self.may_have_body(method) {
            self.body = Bytes::new();
        }
        self
    }

    /// Whether a response to this method, with this status, has a body.
    pub(crate) fn may_have_body(&self, method: &Method) -> bool {
        method != Method::HEAD && !is_bodiless(self.status)
    }

    fn new(status: StatusCode, body: Bytes) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body,
        }
    }

    /// JSON without `statusCode`: 200, and the JSON is the body, compact; a string loses its
    /// quotes.
    fn from_bare_json(result: &RawValue) -> Self {
        let mut answer = Self::new(StatusCode::OK, json::as_body(result).into());
        answer.default_content_type("application/json");
        answer
    }

    fn from_full_form(members: &Members<'_>) -> Result<Self, Malformed> {
        let mut answer = Self::from_prelude(members)?;
        answer.body = body(members)?;
        answer.default_content_type("application/json");
        Ok(answer)
    }

    /// Status, headers and cookies: the part that buffered and streamed responses share.
    fn from_prelude(members: &Members<'_>) -> Result<Self, Malformed> {
        let mut answer = Self::new(status(members)?, Bytes::new());
        if let Some(given) = members.get("headers") {
            headers::append(&mut answer.headers, given)?;
        }
        if let Some(given) = members.get("cookies") {
            headers::append_cookies(&mut answer.headers, given)?;
        }
        Ok(answer)
    }

    fn default_content_type(&mut self, media_type: &'static str) {
        if !is_bodiless(self.status) {
            let entry = self.headers.entry(header::CONTENT_TYPE);
            entry.or_insert(HeaderValue::from_static(media_type));
        }
    }
}

/// A stream before and after the separator, once that has come: found by its bytes, wherever the
/// chunks end.
pub(crate) fn split_prelude(stream: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = PRELUDE_END.len();
    let mut windows = stream.windows(length);
    let end = windows.position(|window| window == PRELUDE_END)?;
    Some((&stream[..end], &stream[end + length..]))
}

fn is_bodiless(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// A number or a numeric string.
///
/// Local choices: 1xx is refused, because a final response cannot have it; and so is `null`. A
/// streamed prelude may leave the status out.
fn status(members: &Members<'_>) -> Result<StatusCode, Malformed> {
    let Some(given) = members.get("statusCode") else {
        return Ok(StatusCode::OK);
    };
    let text = json::string(given).unwrap_or_else(|| given.get().to_owned());
    text.parse::<u16>()
        .ok()
        .filter(|number| (200..=599).contains(number))
        .and_then(|number| StatusCode::from_u16(number).ok())
        .ok_or_else(|| Malformed::Status(given.get().to_owned()))
}

/// A string is the body itself, anything else is sent as JSON text; missing and `null` are empty.
fn body(members: &Members<'_>) -> Result<Bytes, Malformed> {
    let body = members.get("body").filter(|body| !json::is_null(body));
    let text = body.map(|body| json::as_body(body)).unwrap_or_default();
    if !is_base64_encoded(members)? {
        return Ok(text.into());
    }
    let is_string = body.is_none_or(|body| json::string(body).is_some());
    let bytes = BASE64_STANDARD.decode(text).ok().filter(|_| is_string);
    Ok(bytes.ok_or(Malformed::Base64Body)?.into())
}

fn is_base64_encoded(members: &Members<'_>) -> Result<bool, Malformed> {
    match members.get("isBase64Encoded").map(|flag| flag.get()) {
        None | Some("null" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(Malformed::Base64Flag(other.to_owned())),
    }
}

#[cfg(test)]
mod tests;
