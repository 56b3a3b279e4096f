//! A header as it is written after `-H`, in the forms that curl knows.

use http::{HeaderName, HeaderValue};
use std::str::FromStr;

/// `NAME: VALUE`; `NAME:` for none, `NAME;` for an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: HeaderName,
    /// `None` leaves out a header that would be sent otherwise.
    pub(super) value: Option<HeaderValue>,
}

impl FromStr for Header {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = match (text.split_once(':'), text.strip_suffix(';')) {
            (Some((name, value)), _) => (name, Some(value.trim()).filter(|v| !v.is_empty())),
            (None, Some(name)) => (name, Some("")),
            (None, None) => return Err("not of the form `name: value`".to_owned()),
        };
        let name: HeaderName = name
            .trim()
            .parse()
            .map_err(|_| format!("{name:?} is no name of a header"))?;
        if ["content-length", "transfer-encoding", "connection"].contains(&name.as_str()) {
            return Err(format!("`{name}` follows from what is sent: leave it out"));
        }
        let value = value.map(|value| HeaderValue::from_bytes(value.as_bytes()));
        let value = value.transpose();
        let value = value.map_err(|_| format!("the value of `{name}` has a control character"))?;
        Ok(Self { name, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_value_or_an_empty_one_or_is_left_out() {
        for (text, name, value) in [
            ("X-Tag:  one: two ", "x-tag", Some("one: two")),
            ("x-tag;", "x-tag", Some("")),
            ("accept:", "accept", None),
            ("accept: ", "accept", None),
        ] {
            let header: Header = text.parse().unwrap();
            assert_eq!(header.name, name);
            assert_eq!(header.value.as_ref().map(|v| v.to_str().unwrap()), value);
        }
    }

    #[test]
    fn what_is_no_header_is_refused_with_the_reason() {
        for (text, reason) in [
            ("accept", "not of the form"),
            ("a b: c", "no name"),
            (": c", "no name"),
            ("a: b\nc: d", "control character"),
            ("content-length: 3", "follows from what is sent"),
        ] {
            let refusal = text.parse::<Header>().unwrap_err();
            assert!(refusal.contains(reason), "{text:?}: {refusal}");
        }
    }
}
