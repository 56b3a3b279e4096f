//! Percent-encoding (RFC 3986 §2.1), as strictly as the RFC says.

/// Checks whether `text` is percent-encoded UTF-8: every `%` begins an escape.
pub(crate) fn well_escaped(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        match &rest[at + 1..] {
            [a, b, after @ ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => rest = after,
            _ => return false,
        }
    }
    percent_encoding::percent_decode(text).decode_utf8().is_ok()
}
