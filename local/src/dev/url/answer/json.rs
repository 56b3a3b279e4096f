//! Just enough JSON to read a result without changing it: numbers, escapes and the order of
//! members go out as the function wrote them, which a parse into values would not keep.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// An object's members; of repeated names the last one counts.
pub(super) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// The JSON in these bytes. Local choice: no bytes at all are no return value, that is `null`.
pub(super) fn parse(bytes: &[u8]) -> Option<&RawValue> {
    match bytes.trim_ascii() {
        b"" => Some(RawValue::NULL),
        json => serde_json::from_slice(json).ok(),
    }
}

pub(super) fn members(json: &RawValue) -> Option<Members<'_>> {
    serde_json::from_str(json.get()).ok()
}

/// The text of a JSON string, or `None` for anything else.
pub(super) fn string(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}

pub(super) fn is_null(json: &RawValue) -> bool {
    json.get() == "null"
}

/// A value as a body: a string without its quotes, anything else as compact JSON.
pub(super) fn as_body(json: &RawValue) -> String {
    string(json).unwrap_or_else(|| compact(json.get()))
}

/// Valid JSON without the white space between its tokens.
fn compact(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    let mut is_inside_string = false;
    let mut is_escaped = false;
    for c in json.chars() {
        if is_inside_string || !c.is_ascii_whitespace() {
            compact.push(c);
        }
        if c == '"' && !is_escaped {
            is_inside_string = !is_inside_string;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    compact
}
