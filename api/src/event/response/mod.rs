//! Writes a response: an [`http::Response`] becomes the full form of a function's result.

use std::borrow::Cow;
use std::io;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    SET_COOKIE, TRANSFER_ENCODING,
};
use http::{Method, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use crate::message::{Body, Response};
use crate::problem::{INTERNAL_ERROR, Problem, RESPONSE_TOO_LARGE};

/// The largest result that the Runtime API accepts: 6 MiB and 100 bytes of JSON.
///
/// Source: AWS Lambda Developer Guide, “Lambda quotas”; the Runtime API's own message.
pub(crate) const MAX_RESULT_BYTES: usize = 6_291_556;

/// A function URL result in its full form, serialised straight from its parts.
#[derive(Debug)]
pub(crate) struct BufferedResult {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl BufferedResult {
    /// Collects the response to a request with `method`.
    ///
    /// # Problems
    /// 500 when the body fails while it is read, when the status cannot be sent, or when the
    /// result is larger than [`MAX_RESULT_BYTES`].
    pub(crate) async fn new(method: &Method, response: Response) -> Result<Self, Problem> {
        let (parts, mut body) = response.into_parts();
        let status = sendable_status(parts.status)?;
        let body = if has_no_body(method, status) {
            Bytes::new()
        } else {
            collected(&mut body).await?
        };
        let result = Self {
            status,
            headers: sendable(parts.headers, !body.is_empty()),
            body,
        };
        result.within_limit()
    }

    /// A result with only a status.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// The status that is sent.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Checks the size of the result, as Lambda counts it: as JSON.
    ///
    /// The exact size is known only after serializing, which costs as much as sending. So an upper
    /// bound is tried first: a body of up to 1 MB can never be too large, whatever its bytes are.
    /// Above it, the result is serialized once into a counter.
    fn within_limit(self) -> Result<Self, Problem> {
        // JSON writes at most six bytes for one, so most responses need not be measured.
        let headers: usize = self
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + 6 * value.len() + 8)
            .sum();
        if self.body.len() * 6 + headers + 200 <= MAX_RESULT_BYTES {
            return Ok(self);
        }
        let mut size = Size(0);
        serde_json::to_writer(&mut size, &self).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        if size.0 <= MAX_RESULT_BYTES {
            return Ok(self);
        }
        Err(RESPONSE_TOO_LARGE.because(format_args!(
            "the response is {} bytes long as JSON, a function URL carries at most {MAX_RESULT_BYTES}",
            size.0
        )))
    }
}

/// Reads all bytes of a body. It keeps no more bytes of a stream than can be sent.
async fn collected(body: &mut Body) -> Result<Bytes, Problem> {
    if let Some(bytes) = body.as_full() {
        return Ok(bytes.clone());
    }
    let limited = Limited::new(std::mem::take(body), MAX_RESULT_BYTES);
    let collected = limited.collect().await.map_err(|err| {
        if !err.is::<LengthLimitError>() {
            return INTERNAL_ERROR.hiding(err);
        }
        RESPONSE_TOO_LARGE.because(format_args!(
            "the response is a stream of more than {MAX_RESULT_BYTES} bytes, which a function URL in buffered mode cannot carry"
        ))
    })?;
    Ok(collected.to_bytes())
}

/// The status, if a function URL can send it. Informational responses need a connection, and 600
/// and above are not HTTP statuses.
pub(super) fn sendable_status(status: StatusCode) -> Result<StatusCode, Problem> {
    if (200..600).contains(&status.as_u16()) {
        return Ok(status);
    }
    let cause = format!("a function URL cannot send the status {status}");
    Err(INTERNAL_ERROR.hiding(cause))
}

/// Checks whether a response to this method with this status has no body (RFC 9110 §6.4.1).
pub(super) fn has_no_body(method: &Method, status: StatusCode) -> bool {
    let bodiless = [
        StatusCode::NO_CONTENT,
        StatusCode::RESET_CONTENT,
        StatusCode::NOT_MODIFIED,
    ];
    method == Method::HEAD || bodiless.contains(&status)
}

/// The headers without those that the front door adds, and with an explicit content type.
pub(super) fn sendable(mut headers: HeaderMap, has_body: bool) -> HeaderMap {
    for name in [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION] {
        headers.remove(name);
    }
    if has_body && !headers.contains_key(CONTENT_TYPE) {
        let bytes = HeaderValue::from_static("application/octet-stream");
        headers.insert(CONTENT_TYPE, bytes);
    }
    headers
}

impl Serialize for BufferedResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("BufferedResult", 5)?;
        object.serialize_field("statusCode", &self.status.as_u16())?;
        object.serialize_field("headers", &Headers(&self.headers))?;
        object.serialize_field("cookies", &Cookies(&self.headers))?;
        match text(&self.headers, &self.body) {
            Some(text) => {
                object.serialize_field("body", text)?;
                object.serialize_field("isBase64Encoded", &false)?;
            }
            None => {
                object.serialize_field("body", &Base64(&self.body))?;
                object.serialize_field("isBase64Encoded", &true)?;
            }
        }
        object.end()
    }
}

/// The body as text, unless it is encoded or not UTF-8.
fn text<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a str> {
    if headers.contains_key(CONTENT_ENCODING) {
        return None;
    }
    std::str::from_utf8(body).ok()
}

/// All headers except cookies; repeated headers are joined (RFC 9110 §5.3).
struct Headers<'a>(&'a HeaderMap);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for name in self.0.keys().filter(|name| *name != SET_COOKIE) {
            map.serialize_entry(name.as_str(), &*joined(self.0, name))?;
        }
        map.end()
    }
}

pub(super) fn joined<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, str> {
    let mut values = headers.get_all(name).iter().map(value);
    let first = values.next().unwrap_or_default();
    values.fold(first, |joined, next| {
        Cow::Owned(format!("{joined}, {next}"))
    })
}

/// A header's value as text; bytes that are not UTF-8 are Latin-1 (RFC 9110 §5.5).
pub(super) fn value(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => value
            .as_bytes()
            .iter()
            .map(|&byte| char::from(byte))
            .collect(),
    }
}

struct Cookies<'a>(&'a HeaderMap);

impl Serialize for Cookies<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.get_all(SET_COOKIE).iter().map(value))
    }
}

struct Base64<'a>(&'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0, &STANDARD))
    }
}

/// Counts the bytes that are written to it.
struct Size(usize);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
