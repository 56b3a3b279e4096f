//! Reads a body after a check of `Content-Type` and `Content-Encoding`, for the extractors.

use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

use crate::message::Request;
use crate::problem::{Problem, UNSUPPORTED_MEDIA_TYPE};
use crate::syntax::media_type::essence;

const ACCEPT_QUERY: HeaderName = HeaderName::from_static("accept-query");

/// Reads the bytes of a body whose media type passes `is_read`.
///
/// # Problems
/// 415 for another media type or a compressed body, 413 for one that is too large, 400 for one that
/// ends early. The media type is checked first: the client then learns what it should have sent,
/// although its body may have other mistakes.
pub(super) async fn read(
    request: &mut Request,
    expected: &'static str,
    is_read: impl Fn(&str) -> bool,
) -> Result<Bytes, Problem> {
    let media_type = essence(request.headers().get(CONTENT_TYPE));
    if !is_read(media_type) {
        let problem = unsupported(media_type, expected);
        // Source: RFC 10008 §3.
        return Err(match request.method().as_str() {
            "QUERY" => problem.header(ACCEPT_QUERY, HeaderValue::from_static(expected)),
            _ => problem,
        });
    }
    refuse_compressed(request)?;
    request.body_mut().read().await
}

/// Refuses a compressed body. A layer that decompresses bodies removes the header.
///
/// Source: RFC 9110 §15.5.16: `Accept-Encoding` in a 415 response lists the accepted codings.
pub(super) fn refuse_compressed(request: &Request) -> Result<(), Problem> {
    let codings = request.headers().get_all(CONTENT_ENCODING).iter();
    let mut codings = codings.flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    let other = codings.find(|coding| {
        let coding = coding.trim_ascii();
        !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity")
    });
    let Some(other) = other else {
        return Ok(());
    };
    let problem = UNSUPPORTED_MEDIA_TYPE.because(format_args!(
        "the body has the content encoding `{}`: send it uncompressed",
        String::from_utf8_lossy(other.trim_ascii())
    ));
    Err(problem.header(ACCEPT_ENCODING, HeaderValue::from_static("identity")))
}

/// Source: RFC 9110 §15.5.16: `Accept` in a 415 response lists the accepted media types.
fn unsupported(media_type: &str, expected: &'static str) -> Problem {
    let problem = match media_type {
        "" => UNSUPPORTED_MEDIA_TYPE.because(format_args!(
            "the request has no content type, but `{expected}` is expected"
        )),
        other => UNSUPPORTED_MEDIA_TYPE.because(format_args!(
            "the content type is `{other}`, but `{expected}` is expected"
        )),
    };
    problem.header(ACCEPT, HeaderValue::from_static(expected))
}
