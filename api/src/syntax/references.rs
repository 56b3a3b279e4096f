//! URI references in header values (RFC 3986 §4.1).

use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Characters that a URI cannot hold. `%` stays: the reference may be encoded already.
const NOT_IN_REFERENCE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Escapes the characters that a URI reference cannot hold: `/café` becomes `/caf%C3%A9`.
pub(crate) fn escaped(reference: &str) -> String {
    utf8_percent_encode(reference, NOT_IN_REFERENCE).to_string()
}

/// The escaped reference as a header value. It is ASCII, so every invoke mode sends it unchanged.
///
/// A line break is escaped, too, so that no text of a client can add a header.
pub(crate) fn header_value(reference: &str) -> HeaderValue {
    // Every character that a header value cannot hold is escaped by now.
    HeaderValue::try_from(escaped(reference)).unwrap_or(HeaderValue::from_static("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_uri_cannot_hold_is_escaped_and_escapes_stay() {
        let cases = [
            ("/items/7?x=1#y", "/items/7?x=1#y"),
            ("/café?q=é b", "/caf%C3%A9?q=%C3%A9%20b"),
            ("/caf%C3%A9", "/caf%C3%A9"),
            ("https://example.com/[1]", "https://example.com/[1]"),
            ("/a\r\nset-cookie: x", "/a%0D%0Aset-cookie:%20x"),
        ];
        for (reference, expected) in cases {
            assert_eq!(header_value(reference), expected, "{reference}");
        }
    }
}
