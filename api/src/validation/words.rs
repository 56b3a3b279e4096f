//! The texts about broken rules that clients read; each is defined once.
//!
//! Serde, parsers and `validator` describe mistakes in Rust's words (`invalid digit found in
//! string`, `expected u32`). Here they become rules that a client can follow (`must be a whole
//! number from 0 to 4294967295`), the same for every place of a value.
//!
//! A text that is not known stays as it is, because it may be written for clients by the author of
//! a type (`must be an ISBN of 13 digits`). If it shows names of Rust items, it becomes
//! `is not valid`.

use std::borrow::Cow;

use serde_json::Value;
use validator::ValidationError;

/// A required member or parameter that is missing.
pub(crate) const REQUIRED: &str = "is required";
/// A member or parameter that was sent more than once.
pub(crate) const REPEATED: &str = "must be given once";
/// A member that the type does not have, where such members are refused.
pub(crate) const UNKNOWN_MEMBER: &str = "is not a known member";
/// A parameter that the route does not have, where such parameters are refused.
pub(crate) const UNKNOWN_PARAMETER: &str = "is not a parameter of this route";
/// A value of an untagged enum that fits none of its variants.
pub(crate) const NO_FORM: &str = "does not have any of the accepted forms";
/// JSON that is nested too deeply to be read.
pub(crate) const TOO_DEEP: &str = "the body is nested too deeply: at most 127 levels are read";
/// The rule where a struct or map is expected.
pub(crate) const OBJECT: &str = "must be an object";

/// The rule for a serde visitor's `expecting` text:
/// `u8` becomes `must be a whole number from 0 to 255`.
pub(crate) fn must_be(expected: &str) -> String {
    format!("must be {}", thing(expected))
}

/// One rule for several expectations: `must be a string or an array`.
pub(crate) fn must_be_one_of_kinds<'a>(expected: impl IntoIterator<Item = &'a str>) -> String {
    let mut things: Vec<Cow<'a, str>> = Vec::new();
    for expected in expected {
        let thing = thing(expected);
        if !things.contains(&thing) {
            things.push(thing);
        }
    }
    format!("must be {}", things.join(" or "))
}

/// The values that an enum takes.
pub(crate) fn one_of(variants: &[&str]) -> String {
    match variants {
        [] => "is not a known value".to_owned(),
        [only] => format!("must be `{only}`"),
        [first, rest @ ..] => {
            let rest: Vec<String> = rest.iter().map(|name| format!(", `{name}`")).collect();
            format!("must be one of `{first}`{}", rest.concat())
        }
    }
}

/// The rule that an enum with contents is an object with one member, named after the variant.
pub(crate) fn one_member(variants: &[&str]) -> String {
    let names: Vec<String> = variants.iter().map(|name| format!("`{name}`")).collect();
    format!("must have exactly one member: {}", names.join(" or "))
}

/// The rule that a variant cannot be given by its name alone.
pub(crate) fn needs_a_value(variant: &str) -> String {
    format!("must be an object with the member `{variant}`")
}

/// The rule that one of several members is required.
pub(crate) fn one_of_members(names: &[&str]) -> String {
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        let name = format!("`{name}`");
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    format!("must have the member {}", unique.join(" or "))
}

/// The length that a visitor expects of an array.
pub(crate) fn length_must_be(expected: &str) -> String {
    match kind_of(expected) {
        Expected::Tuple(length) => exactly(length),
        _ => must_be(expected),
    }
}

/// The number of elements that an array must have.
pub(crate) fn exactly(count: usize) -> String {
    format!("must have exactly {}", elements(&count.to_string()))
}

/// The same rule about the name of a member instead of its value.
pub(crate) fn name_must_be(rule: &str) -> String {
    match rule.strip_prefix("must be ") {
        Some(thing) => format!("the name must be {thing}"),
        None => format!("the name {rule}"),
    }
}

/// The kind of value that a serde visitor's `expecting` text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Integer,
    Float,
    Bool,
    Text,
    Array,
    /// An array of this many elements.
    Tuple(usize),
    Object,
    Null,
    /// A text of a hand-written `Deserialize`, not one of serde's own.
    Other,
}

/// The integer type in `NonZero<u8>`; any other name is unchanged.
pub(crate) fn without_nonzero(type_name: &str) -> &str {
    let inner = type_name
        .strip_prefix("core::num::nonzero::NonZero<")
        .and_then(|inner| inner.strip_suffix('>'));
    inner.unwrap_or(type_name)
}

/// The kind of value that `expecting` asks for.
pub(crate) fn kind_of(expected: &str) -> Expected {
    let number = expected.strip_prefix("a nonzero ").unwrap_or(expected);
    if integer(number).is_some() {
        return Expected::Integer;
    }
    match expected {
        "f32" | "f64" => Expected::Float,
        "a boolean" => Expected::Bool,
        "a string" | "a character" | "a borrowed string" | "path string" => Expected::Text,
        "a sequence" => Expected::Array,
        "a map" | "struct" => Expected::Object,
        "unit" => Expected::Null,
        other => match tuple_length(other) {
            Some(length) => Expected::Tuple(length),
            None if is_object(other) => Expected::Object,
            None if other.starts_with("unit ") => Expected::Null,
            None => Expected::Other,
        },
    }
}

/// The value that a visitor expects, in plain English: `a whole number from 0 to 255`.
fn thing(expected: &str) -> Cow<'_, str> {
    if let Some(kind) = expected.strip_prefix("a nonzero ") {
        return match integer(kind) {
            Some(("0", max)) => format!("a whole number from 1 to {max}").into(),
            Some((min, max)) => format!("a whole number from {min} to {max} other than 0").into(),
            None => expected.into(),
        };
    }
    if let Some((min, max)) = integer(expected) {
        return format!("a whole number from {min} to {max}").into();
    }
    match kind_of(expected) {
        Expected::Float => "a number".into(),
        Expected::Bool => "true or false".into(),
        Expected::Text if expected == "a character" => "one character".into(),
        Expected::Text => "a string".into(),
        Expected::Array => "an array".into(),
        Expected::Tuple(length) => format!("an array of {}", elements(&length.to_string())).into(),
        Expected::Object => "an object".into(),
        Expected::Null => "null".into(),
        Expected::Integer => "a whole number".into(),
        Expected::Other => known_thing(expected),
    }
}

/// The `expecting` texts of common types.
fn known_thing(expected: &str) -> Cow<'_, str> {
    let lower = expected.to_ascii_lowercase();
    if lower.contains("uuid") {
        return "a UUID".into();
    }
    match expected {
        "IPv4 address" => "an IPv4 address".into(),
        "IPv6 address" => "an IPv6 address".into(),
        "IP address" => "an IP address".into(),
        "socket address" | "IPv4 socket address" | "IPv6 socket address" => {
            "an IP address and a port".into()
        }
        "variant identifier" | "field identifier" => "a string".into(),
        "an RFC 3339 formatted date and time string"
        | "a formatted date and time string or a unix timestamp"
        | "an RFC3339-formatted `OffsetDateTime`" => {
            "a date and time such as 2026-01-31T12:00:00Z".into()
        }
        "a formatted date string" | "a `Date`" => "a date such as 2026-01-31".into(),
        "a formatted date and time string" => "a date and time such as 2026-01-31T12:00:00".into(),
        "a formatted time string" | "a `Time`" => "a time such as 12:00:00".into(),
        "a `Duration`" => "a duration".into(),
        "Weekday" => "the name of a weekday such as Mon".into(),
        "Month" => "the name of a month such as Jan".into(),
        "a string representing an URL" => "a URL".into(),
        "any valid JSON value" => "valid JSON".into(),
        "byte array" | "bytes" => "bytes".into(),
        other if other.contains("Decimal type") => "a decimal number such as 1.50".into(),
        // An internally or adjacently tagged enum.
        other if other.contains("tagged enum ") => "an object".into(),
        // A text from the type's author is for readers; Rust names are not.
        other if is_rust(other) => "a value of another kind".into(),
        other => Cow::Borrowed(other),
    }
}

/// Checks whether a text shows names of Rust items, which mean nothing to a client.
fn is_rust(text: &str) -> bool {
    text.contains("::")
        || text.contains('<')
        || ["struct ", "enum ", "newtype ", "tuple ", "unit "]
            .iter()
            .any(|word| text.starts_with(word))
}

fn is_object(expected: &str) -> bool {
    expected.starts_with("struct ")
        || expected.starts_with("internally tagged enum ")
        || expected.starts_with("adjacently tagged enum ")
}

/// `a tuple of size 2`, `an array of length 3`, `tuple struct Pair with 2 elements`.
fn tuple_length(expected: &str) -> Option<usize> {
    let number = expected
        .strip_prefix("a tuple of size ")
        .or_else(|| expected.strip_prefix("an array of length "))
        .or_else(|| expected.strip_suffix(" elements in sequence"))
        .or_else(|| expected.strip_suffix(" element in sequence"))
        .or_else(|| {
            let rest = expected.strip_prefix("tuple ")?;
            let (_, count) = rest.split_once(" with ")?;
            count.split(' ').next()
        });
    match expected {
        "an empty array" => Some(0),
        _ => number?.parse().ok(),
    }
}

/// Smallest and largest value of an integer type, by its name.
fn integer(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "i8" => ("-128", "127"),
        "i16" => ("-32768", "32767"),
        "i32" => ("-2147483648", "2147483647"),
        "i64" | "isize" => ("-9223372036854775808", "9223372036854775807"),
        "i128" => (
            "-170141183460469231731687303715884105728",
            "170141183460469231731687303715884105727",
        ),
        "u8" => ("0", "255"),
        "u16" => ("0", "65535"),
        "u32" => ("0", "4294967295"),
        "u64" | "usize" => ("0", "18446744073709551615"),
        "u128" => ("0", "340282366920938463463374607431768211455"),
        _ => return None,
    })
}

/// A message of `serde_json` about text that is not JSON, in plain words.
pub(crate) fn syntax_error(reason: &str) -> &str {
    match reason {
        "EOF while parsing a list" => "it ends inside an array",
        "EOF while parsing an object" => "it ends inside an object",
        "EOF while parsing a string" => "it ends inside a string",
        "EOF while parsing a value" => "it ends where a value is expected",
        "expected ident" => "expected `true`, `false` or `null`",
        "expected value" => "expected a value",
        "key must be a string" => "the name of a member must be a string",
        "trailing comma" => "a comma without a value after it",
        "trailing characters" => "text after the end of the value",
        "invalid escape" => "an escape that is not valid",
        "invalid number" => "a number that is not valid",
        "invalid unicode code point" => "bytes that are not UTF-8",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a control character inside a string"
        }
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            "half of a surrogate pair as an escape"
        }
        other => other,
    }
}

/// A rule from the message of a parser: `invalid digit found in string` is Rust's way to say
/// `must be a whole number`. Texts that a type's author wrote for clients stay.
pub(crate) fn parse_failure(message: &str) -> String {
    // serde_json adds a position in a text that the client has not sent in this form.
    let message = message.split(" at line ").next().unwrap_or_default().trim();
    // The crate `url` adds what was sent.
    let message = match message.split_once(": \"") {
        Some((reason, _)) => reason,
        None => message,
    };
    let rule = match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "must be a whole number"
        }
        "number too large to fit in target type" => "must be a smaller number",
        "number too small to fit in target type" => "must be a larger number",
        "number would be zero for non-zero type" => "must not be 0",
        "invalid float literal" | "cannot parse float from empty string" => "must be a number",
        "provided string was not `true` or `false`" => "must be true or false",
        "too many characters in string" | "cannot parse char from empty string" => {
            "must be one character"
        }
        "invalid IP address syntax" => "must be an IP address",
        "invalid IPv4 address syntax" => "must be an IPv4 address",
        "invalid IPv6 address syntax" => "must be an IPv6 address",
        "invalid socket address syntax" => "must be an IP address and a port",
        // chrono
        "premature end of input"
        | "input contains invalid characters"
        | "input is out of range"
        | "trailing input"
        | "no possible date and time matching input"
        | "input is not enough for unique date and time" => "must be a date or time",
        // url, email_address and others, which do not name the correct form
        "relative URL without a base"
        | "empty host"
        | "invalid port number"
        | "invalid international domain name"
        | "invalid IPv4 address"
        | "invalid IPv6 address"
        | "invalid domain character" => "must be a URL",
        "" => "is not valid",
        "short or long weekday names expected" => "must be the name of a weekday such as Mon",
        other if other.starts_with("no variant of enum ") => NO_FORM,
        other if other.ends_with(" was not in range") => "must be a date or time",
        other if other.contains("UUID") => "must be a UUID",
        other
            if other.starts_with("the '") && other.contains("component could not be parsed")
                || other.starts_with("a character literal was not valid")
                || other.starts_with("unexpected trailing characters") =>
        {
            "must be a date or time"
        }
        other
            if is_rust(other)
                || other.starts_with("invalid type: ")
                || other.starts_with("expected ") =>
        {
            "is not valid"
        }
        other => other,
    };
    rule.to_owned()
}

/// A rule of `validator` in plain English, naming its limit. `other` is the member that a
/// `must_match` compares with.
pub(crate) fn rule(error: &ValidationError, other: Option<&str>) -> Cow<'static, str> {
    if let Some(message) = &error.message {
        return message.clone();
    }
    let number = |name: &str| error.params.get(name).map(Value::to_string);
    let text = |name: &str| error.params.get(name).and_then(Value::as_str);
    let length_of = match error.params.get("value") {
        None | Some(Value::String(_)) => LengthOf::Text,
        Some(Value::Object(_)) => LengthOf::Object,
        Some(_) => LengthOf::Array,
    };
    match &*error.code {
        "length" => length(number("min"), number("max"), number("equal"), length_of).into(),
        "range" => range(
            number("min"),
            number("max"),
            number("exclusive_min"),
            number("exclusive_max"),
        )
        .into(),
        "email" => "must be an e-mail address".into(),
        "url" => "must be a URL".into(),
        "ip" => "must be an IP address".into(),
        "ipv4" => "must be an IPv4 address".into(),
        "ipv6" => "must be an IPv6 address".into(),
        "required" | "required_nested" => REQUIRED.into(),
        "credit_card" => "must be a card number".into(),
        "contains" => format!("must contain “{}”", text("needle").unwrap_or_default()).into(),
        "does_not_contain" => {
            format!("must not contain “{}”", text("needle").unwrap_or_default()).into()
        }
        "must_match" => match other {
            Some(other) => format!("must be the same as `{other}`").into(),
            None => "must be the same as another member".into(),
        },
        "non_control_character" => "must not contain control characters".into(),
        "regex" => "does not have the required form".into(),
        _ => "is not valid".into(),
    }
}

#[derive(Debug, Clone, Copy)]
enum LengthOf {
    Text,
    Array,
    Object,
}

/// The rule about a length: `must be 1 to 40 characters long`, `must have at most 2 elements`.
fn length(min: Option<String>, max: Option<String>, equal: Option<String>, of: LengthOf) -> String {
    let counted = |n: &str| match of {
        LengthOf::Text if n == "1" => "1 character long".to_owned(),
        LengthOf::Text => format!("{n} characters long"),
        LengthOf::Array => elements(n),
        LengthOf::Object if n == "1" => "1 member".to_owned(),
        LengthOf::Object => format!("{n} members"),
    };
    let verb = match of {
        LengthOf::Text => "be",
        LengthOf::Array | LengthOf::Object => "have",
    };
    match (equal, min, max) {
        (Some(n), _, _) => format!("must {verb} exactly {}", counted(&n)),
        (None, Some(min), Some(max)) if min == max => {
            format!("must {verb} exactly {}", counted(&max))
        }
        (None, Some(min), Some(max)) => format!("must {verb} {min} to {}", counted(&max)),
        (None, Some(min), None) => format!("must {verb} at least {}", counted(&min)),
        (None, None, Some(max)) => format!("must {verb} at most {}", counted(&max)),
        (None, None, None) => "has the wrong length".to_owned(),
    }
}

fn elements(count: &str) -> String {
    match count {
        "1" => "1 element".to_owned(),
        n => format!("{n} elements"),
    }
}

/// The rule about a number: `must be from 1 to 100`, `must be more than 0`.
fn range(
    min: Option<String>,
    max: Option<String>,
    above: Option<String>,
    below: Option<String>,
) -> String {
    if let (Some(min), Some(max)) = (&min, &max) {
        return format!("must be from {min} to {max}");
    }
    let lower = min
        .map(|min| format!("at least {min}"))
        .or(above.map(|above| format!("more than {above}")));
    let upper = max
        .map(|max| format!("at most {max}"))
        .or(below.map(|below| format!("less than {below}")));
    let bounds: Vec<String> = lower.into_iter().chain(upper).collect();
    match bounds.is_empty() {
        true => "is out of range".to_owned(),
        false => format!("must be {}", bounds.join(" and ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_expects_becomes_a_rule_without_names_of_rust() {
        let cases = [
            ("u8", "must be a whole number from 0 to 255"),
            (
                "usize",
                "must be a whole number from 0 to 18446744073709551615",
            ),
            ("a nonzero u16", "must be a whole number from 1 to 65535"),
            (
                "a nonzero i8",
                "must be a whole number from -128 to 127 other than 0",
            ),
            ("f32", "must be a number"),
            ("a boolean", "must be true or false"),
            ("a string", "must be a string"),
            ("a character", "must be one character"),
            ("a sequence", "must be an array"),
            ("a map", "must be an object"),
            ("struct Order", "must be an object"),
            ("struct variant Shape::Circle", "must be an object"),
            ("internally tagged enum Shape", "must be an object"),
            ("a tuple of size 2", "must be an array of 2 elements"),
            (
                "tuple struct Pair with 2 elements",
                "must be an array of 2 elements",
            ),
            (
                "tuple variant A::B with 1 element",
                "must be an array of 1 element",
            ),
            ("an array of length 3", "must be an array of 3 elements"),
            ("unit variant Adj::C", "must be null"),
            ("unit struct Nothing", "must be null"),
            ("enum Level", "must be a value of another kind"),
            ("a formatted UUID string", "must be a UUID"),
            ("a decimal such as 1.50", "must be a decimal such as 1.50"),
        ];
        for (expected, rule) in cases {
            assert_eq!(must_be(expected), rule, "{expected}");
        }
        let kinds = must_be_one_of_kinds(["a string", "a sequence", "a string"]);
        assert_eq!(kinds, "must be a string or an array");
    }

    #[test]
    fn what_parsers_say_becomes_a_rule_and_an_authors_words_stay() {
        let cases = [
            ("invalid digit found in string", "must be a whole number"),
            ("premature end of input", "must be a date or time"),
            (
                "UUID parsing failed: invalid length: expected 32, found 3",
                "must be a UUID",
            ),
            (
                "invalid type: integer `1`, expected i32 at line 1 column 2",
                "is not valid",
            ),
            ("expected foo::Bar", "is not valid"),
            ("must be an even number", "must be an even number"),
            (
                "the code is 3 letters at line 1 column 9",
                "the code is 3 letters",
            ),
        ];
        for (message, rule) in cases {
            assert_eq!(parse_failure(message), rule, "{message}");
        }
    }

    #[test]
    fn enums_list_their_values() {
        assert_eq!(one_of(&["low"]), "must be `low`");
        assert_eq!(one_of(&["low", "high"]), "must be one of `low`, `high`");
    }

    #[test]
    fn lengths_count_what_the_value_is_made_of() {
        let n = |n: u8| Some(n.to_string());
        let cases = [
            (
                length(n(1), n(3), None, LengthOf::Text),
                "must be 1 to 3 characters long",
            ),
            (
                length(n(2), n(2), None, LengthOf::Array),
                "must have exactly 2 elements",
            ),
            (
                length(None, n(1), None, LengthOf::Object),
                "must have at most 1 member",
            ),
        ];
        for (rule, expected) in cases {
            assert_eq!(rule, expected);
        }
    }
}
