//! What of a request may be shown: its secrets are hidden, the rest is as it is sent.

use std::borrow::Cow;

const HIDDEN: &str = "<hidden>";

/// The value of a header as it may be shown.
pub(super) fn shown<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    match name {
        "authorization" => match value.split_once("Signature=") {
            Some((scope, _)) if scope.starts_with("AWS4-HMAC-SHA256 ") => {
                format!("{scope}Signature={HIDDEN}").into()
            }
            _ => HIDDEN.into(),
        },
        "cookie" | "proxy-authorization" | "x-amz-security-token" | "x-api-key" => HIDDEN.into(),
        _ => value.into(),
    }
}

/// A query whose parameters of a signature are hidden.
pub(super) fn shown_query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name @ ("X-Amz-Security-Token" | "X-Amz-Signature"), _)) => {
            Cow::Owned(format!("{name}={HIDDEN}"))
        }
        _ => Cow::Borrowed(pair),
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lets_somebody_in_is_hidden() {
        let signed = "AWS4-HMAC-SHA256 Credential=AKIA/20260102, SignedHeaders=host, Signature=00";
        for (name, value, expected) in [
            (
                "authorization",
                signed,
                "AWS4-HMAC-SHA256 Credential=AKIA/20260102, SignedHeaders=host, Signature=<hidden>",
            ),
            ("authorization", "Bearer Signature=00", HIDDEN),
            ("x-amz-security-token", "token", HIDDEN),
            ("cookie", "session=1", HIDDEN),
            ("x-amz-date", "20260102T030405Z", "20260102T030405Z"),
        ] {
            assert_eq!(shown(name, value), expected);
        }
        assert_eq!(
            shown_query("a=1&X-Amz-Security-Token=t&b&X-Amz-Signature=0"),
            "a=1&X-Amz-Security-Token=<hidden>&b&X-Amz-Signature=<hidden>"
        );
    }
}
