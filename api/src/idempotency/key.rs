//! The key that a client gives a request: `Idempotency-Key`.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::HeaderName;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::problem::{MALFORMED_HEADER, Problem};

pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Maximum length of a key, in characters.
const LONGEST_KEY: usize = 255;

/// The key of a request, if it has one.
///
/// # Problems
/// 400 when the key is not valid, or is given more than once.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(&KEY) else {
        return Ok(None);
    };
    let is_repeated = headers.get_all(&KEY).iter().nth(1).is_some();
    let key = value.to_str().ok().filter(|_| !is_repeated).and_then(parse);
    key.map(Some).ok_or_else(|| {
        MALFORMED_HEADER.because(format_args!(
            "the header `idempotency-key` must be one string of 1 to {LONGEST_KEY} printable ASCII characters, in double quotes if it has a space, quote, backslash, comma or semicolon"
        ))
    })
}

/// The schema of a key.
pub(super) struct KeySchema;

impl JsonSchema for KeySchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "IdempotencyKey".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "pattern": r#"^("([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-+\--:<-\[\]-~]{1,255})$"#,
            "examples": ["\"8e03978e-40d5-43e8-bc93-6894a57f9324\""],
        })
    }
}

/// The key: a structured string (RFC 9651 §3.3.3), or, as many clients send it, without quotes.
fn parse(value: &str) -> Option<String> {
    let value = value.trim();
    let key = match value.strip_prefix('"') {
        Some(quoted) => unquoted(quoted.strip_suffix('"')?)?,
        None if value.contains([' ', '"', '\\', ',', ';']) => return None,
        None => value.to_owned(),
    };
    let is_printable = key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    (is_printable && (1..=LONGEST_KEY).contains(&key.len())).then_some(key)
}

fn unquoted(text: &str) -> Option<String> {
    let mut key = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        key.push(match c {
            '\\' => characters
                .next()
                .filter(|next| matches!(next, '"' | '\\'))?,
            '"' => return None,
            c => c,
        });
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_is_a_string_with_or_without_quotes_and_the_contract_says_so() {
        let schema = KeySchema::json_schema(&mut SchemaGenerator::default());
        let is_declared = |value: &str| jsonschema::is_valid(schema.as_value(), &json!(value));
        let longest = "k".repeat(255);
        for (value, of) in [
            ("\"8e03978e-40d5\"", "8e03978e-40d5"),
            ("8e03978e-40d5", "8e03978e-40d5"),
            ("\"a \\\"b\\\\\"", "a \"b\\"),
            (&longest, &longest),
        ] {
            assert_eq!(parse(value).as_deref(), Some(of));
            assert!(is_declared(value), "{value}");
        }
        let long = "k".repeat(256);
        for malformed in [
            "", "\"\"", "\"a", "a\"", "a,b", "a b", "a\tb", "\"a\tb\"", "\"a\"b\"", "\"\\x\"",
            &long,
        ] {
            assert_eq!(parse(malformed), None, "{malformed}");
            assert!(!is_declared(malformed), "{malformed}");
        }
    }
}
