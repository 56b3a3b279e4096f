//! Media types (RFC 9110 §8.3.1).

use http::HeaderValue;

/// A media type without its parameters; empty if it is missing or cannot be read.
pub(crate) fn essence(value: Option<&HeaderValue>) -> &str {
    let text = value.and_then(|it| it.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

/// Checks whether a media type is JSON: `application/json`, or a suffix `+json` (RFC 6839 §3.1).
pub(crate) fn is_json(media_type: &str) -> bool {
    let Some((kind, subtype)) = media_type.split_once('/') else {
        return false;
    };
    let suffix = subtype.len().checked_sub("+json".len());
    let structured = suffix.is_some_and(|at| {
        at > 0 && subtype.is_char_boundary(at) && subtype[at..].eq_ignore_ascii_case("+json")
    });
    kind.eq_ignore_ascii_case("application") && (subtype.eq_ignore_ascii_case("json") || structured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_application_json_and_every_structured_suffix() {
        let cases = [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("application/+json", false),
            ("text/json", false),
            ("application/jsonp", false),
            ("", false),
        ];
        for (sent, expected) in cases {
            let value = HeaderValue::from_static(sent);
            assert_eq!(is_json(essence(Some(&value))), expected, "{sent:?}");
        }
    }
}
