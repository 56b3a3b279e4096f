//! `queryStringParameters`.

use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// Names and values decoded, repeats joined with `,` in the order of arrival.
///
/// Local choices: `k` without `=` is `""` like `k=`, empty pairs (`a=1&&b=2`) are skipped, an
/// escape that is none stays as it is, and bytes that are not UTF-8 become U+FFFD.
pub(super) fn parameters(raw_query_string: &str) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::<String, String>::new();
    for pair in raw_query_string.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value);
        parameters
            .entry(decode(name))
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
