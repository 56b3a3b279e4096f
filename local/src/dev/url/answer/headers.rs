//! The `headers` and `cookies` of a result → HTTP headers.

use super::{Malformed, json};
use crate::dev::log;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::value::RawValue;
use std::sync::Once;

/// Headers that belong to the front door: the function's value goes out under another name.
///
/// `www-authenticate` is recorded of several deployed function URLs, the others more rarely.
const REMAPPED: [HeaderName; 7] = [
    header::WWW_AUTHENTICATE,
    header::DATE,
    header::CONNECTION,
    header::SERVER,
    header::MAX_FORWARDS,
    header::CONTENT_LENGTH,
    HeaderName::from_static("content-md5"),
];

/// Headers of a result that go nowhere: what describes the connection, which is not the
/// function's, and `set-cookie`, which is reported lost; cookies travel in `cookies`.
const DROPPED: [HeaderName; 6] = [
    header::SET_COOKIE,
    header::TRANSFER_ENCODING,
    header::TRAILER,
    header::TE,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

static WARNED_OF_COOKIE: Once = Once::new();

pub(super) fn append(headers: &mut HeaderMap, given: &RawValue) -> Result<(), Malformed> {
    if json::is_null(given) {
        return Ok(());
    }
    let members = json::members(given).ok_or_else(|| Malformed::Headers(given.get().to_owned()))?;
    for (name, value) in members {
        let malformed = || Malformed::HeaderText(name.clone());
        let value = HeaderValue::from_maybe_shared(scalar(value)?).map_err(|_| malformed())?;
        let name = HeaderName::try_from(&name).map_err(|_| malformed())?;
        if name == header::SET_COOKIE {
            WARNED_OF_COOKIE.call_once(|| {
                log::line(format_args!(
                    "fnurl: the function sets a cookie among its `headers`, where it is lost, as \
                     on the service: it belongs in `cookies`"
                ));
            });
        }
        if let Some(name) = outgoing(name) {
            headers.append(name, value);
        }
    }
    Ok(())
}

/// One `set-cookie` header for each.
pub(super) fn append_cookies(headers: &mut HeaderMap, given: &RawValue) -> Result<(), Malformed> {
    let malformed = || Malformed::Cookies(given.get().to_owned());
    let cookies =
        serde_json::from_str::<Option<Vec<String>>>(given.get()).map_err(|_| malformed())?;
    for cookie in cookies.into_iter().flatten() {
        let value = HeaderValue::from_maybe_shared(bytes::Bytes::from(cookie));
        headers.append(header::SET_COOKIE, value.map_err(|_| malformed())?);
    }
    Ok(())
}

/// Local choice: numbers and booleans are sent as their text; `null`, lists and objects are not
/// header values.
fn scalar(value: &RawValue) -> Result<bytes::Bytes, Malformed> {
    match value.get().as_bytes() {
        [b'n' | b'[' | b'{', ..] => Err(Malformed::Headers(value.get().to_owned())),
        _ => Ok(json::as_body(value).into()),
    }
}

/// The name a header of the function leaves under, or `None` when it does not leave.
fn outgoing(name: HeaderName) -> Option<HeaderName> {
    if REMAPPED.contains(&name) {
        HeaderName::try_from(format!("x-amzn-remapped-{name}")).ok()
    } else if DROPPED.contains(&name) || name.as_str().starts_with("x-amzn-") {
        None
    } else {
        Some(name)
    }
}
