//! The canonical request of Signature Version 4, calculated from the request as it came
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).

use http::HeaderMap;
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode,
};
use sha2::{Digest, Sha256};

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// The parameter that carries the signature of a presigned URL, and is not part of what it signs.
pub(crate) const SIGNATURE_PARAMETER: &str = "X-Amz-Signature";

/// The parts of a canonical request, each as the line or lines that it becomes.
///
/// Values are bytes throughout: reading them as text would make one of several that are no UTF-8,
/// and one could be sent for the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CanonicalRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// `name:value`, in the order in which they were signed.
    pub(crate) headers: Vec<Line>,
    pub(crate) payload_hash: String,
}

/// The name of a signed header, and its value as it is signed.
pub(crate) type Line = (String, Vec<u8>);

impl CanonicalRequest {
    /// What is hashed and signed.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self {
            method,
            path,
            query,
            headers,
            payload_hash,
        } = self;
        let mut bytes = format!("{method}\n{path}\n{query}\n").into_bytes();
        for (name, value) in headers {
            bytes.extend([name.as_bytes(), b":", value, b"\n"].concat());
        }
        let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        bytes.extend(format!("\n{}\n{payload_hash}", names.join(";")).bytes());
        bytes
    }
}

/// The path as it was sent, encoded once more.
pub(crate) fn path(sent: &str) -> String {
    let sent = if sent.is_empty() { "/" } else { sent };
    utf8_percent_encode(sent, ENCODED_IN_PATH).to_string()
}

/// Without `.` and `..` (RFC 3986 section 5.2.4) and with one slash for several: what some
/// signers sign while they send the path as it was.
pub(crate) fn normalized(sent: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| sent.ends_with(end));
    let end = if is_folder && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{end}", kept.join("/"))
}

/// Decoded, encoded again and sorted by name, then by value. A `+` is a blank, as it is in the
/// event.
///
/// Only the parameter that holds the signature is left out, where there is one: in a request that
/// is signed in its header, a parameter of that name is one like any other.
pub(crate) fn query(sent: &str, unsigned: Option<&str>) -> String {
    let mut pairs: Vec<(String, String)> = pairs(sent)
        .filter(|(name, _)| unsigned.is_none_or(|unsigned| name != unsigned.as_bytes()))
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    pairs.sort();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// The parameters of a query, decoded, in the order in which they came. For reading only: what is
/// no UTF-8 is not told apart.
pub(crate) fn parameters(sent: &str) -> impl Iterator<Item = (String, String)> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    pairs(sent).map(move |(name, value)| (text(name), text(value)))
}

fn pairs(sent: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let pairs = sent.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

/// The lines of the signed headers, or the name of one that the request does not have.
pub(crate) fn headers(headers: &HeaderMap, signed: &[String]) -> Result<Vec<Line>, String> {
    let line = |name: &String| {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| trimmed(value.as_bytes()))
            .collect();
        if values.is_empty() {
            return Err(name.clone());
        }
        Ok((name.clone(), values.join(&b',')))
    };
    signed.iter().map(line).collect()
}

/// SHA-256 in lower-case hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, ENCODED).to_string()
}

fn decode(text: &str) -> Vec<u8> {
    percent_decode_str(&text.replace('+', " ")).collect()
}

/// Without blanks at the ends, and with one blank for several.
fn trimmed(value: &[u8]) -> Vec<u8> {
    let words = value.split(|byte| matches!(byte, b' ' | b'\t'));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_path_is_encoded_once_more() {
        assert_eq!(
            path("/a%20b/caf%C3%A9~!*'()"),
            "/a%2520b/caf%25C3%25A9~%21%2A%27%28%29"
        );
        assert_eq!(path(""), "/");
    }

    #[test]
    fn dots_and_repeated_slashes_are_taken_out_of_a_normalised_path() {
        for (sent, expected) in [
            ("/a/./b/../c", "/a/c"),
            ("//a//b/", "/a/b/"),
            ("/a/..", "/"),
            ("/a/b/.", "/a/b/"),
            ("/../a", "/a"),
            ("/", "/"),
            ("", "/"),
            ("/%2e%2e/a", "/%2e%2e/a"),
        ] {
            assert_eq!(normalized(sent), expected, "{sent}");
        }
    }

    #[test]
    fn a_query_is_sorted_by_name_and_value_after_it_was_encoded_again() {
        assert_eq!(
            query("b=2&a=x+y&b=1&=v&a%5B%5D=%7e!&flag&c=%fe", None),
            "=v&a=x%20y&a%5B%5D=~%21&b=1&b=2&c=%FE&flag="
        );
    }

    #[test]
    fn only_a_presigned_query_leaves_its_signature_out() {
        let sent = "X-Amz-Signature=00&a=1";
        assert_eq!(query(sent, Some(SIGNATURE_PARAMETER)), "a=1");
        assert_eq!(query(sent, None), sent);
    }

    #[test]
    fn header_values_are_trimmed_and_repeats_are_joined() {
        let sent = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-a"),
            http::HeaderValue::from_static("  one   two "),
        )]);
        let mut sent = sent;
        sent.append("x-a", http::HeaderValue::from_static("three"));
        let signed = ["x-a".to_owned()];
        assert_eq!(
            headers(&sent, &signed).unwrap(),
            [("x-a".to_owned(), b"one two,three".to_vec())]
        );
        assert_eq!(headers(&sent, &["x-b".to_owned()]), Err("x-b".to_owned()));
    }
}
