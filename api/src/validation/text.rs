//! Reads names and texts into a type: queries, forms and paths.

use std::fmt::Display;
use std::str::FromStr;

use super::document::{self, Content, Document, Findings, Number};
use super::{Input, words};
use crate::problem::Problem;
use crate::problem::Violation;

/// Reads a `T` from parameters, or lists every mistake in them.
///
/// The type decides what a text is: a number, a boolean, a list. Parameters with the same name are
/// a list, in their order.
pub(crate) fn read_parameters<'a, T: Input>(
    pairs: impl IntoIterator<Item = (impl AsRef<str>, impl Into<Box<str>>)> + 'a,
) -> Result<T, Problem> {
    let mut document = Document::from_parameters(pairs);
    match document::read::<T>(&document) {
        Some((value, _)) if value.validate().is_ok() => Ok(value),
        _ => super::read(&mut document),
    }
}

/// The required members of a flattened struct that can only be read from an object.
///
/// Serde does not report the members of such a struct, so they are found by reading it: first from
/// nothing, which names the required members, and then with a text for each of them.
pub(crate) fn objects_in_flattened<T: Input>() -> Vec<String> {
    objects_found_by(document::find_mismatches::<T>)
}

fn objects_found_by(find: fn(&mut Document) -> Findings) -> Vec<String> {
    let no_pairs: [(&str, &str); 0] = [];
    let mut with_texts = Document::from_parameters(no_pairs);
    for missing in find(&mut Document::from_parameters(no_pairs)).mistakes {
        if missing.code == "required" {
            let text = Content::Untyped("x".into());
            with_texts.add_named(0, &missing.steps.parameter(), text);
        }
    }
    let mut refused = find(&mut with_texts).mistakes;
    refused.retain(|it| it.message == words::OBJECT);
    refused.iter().map(|it| it.steps.parameter()).collect()
}

/// Reads a single value from its text, by the same rules as a member of a struct.
///
/// `FromStr` alone would differ from them: Rust also parses `+1`, `007`, `NaN` and `inf` as
/// numbers, but not `1e2` or `3.0` as an integer. So the text of a number must have the grammar of
/// JSON first.
pub(crate) fn parse_text<T>(name: &str, text: &str) -> Result<T, Violation>
where
    T: FromStr,
    T::Err: Display,
{
    let kind = std::any::type_name::<T>();
    let wrong = |rule: String| Violation::parameter(name, "type", rule);
    let integer = words::without_nonzero(kind);
    let parsed = match words::kind_of(integer) {
        words::Expected::Integer => canonical(text).and_then(|text| text.parse().ok()),
        words::Expected::Float => {
            let is_finite = |number: &Number<'_>| match kind {
                "f32" => number.f32().is_some(),
                _ => number.f64().is_some(),
            };
            let number = Number::parse(text).filter(is_finite);
            number.and_then(|_| text.parse().ok())
        }
        _ if matches!(kind, "bool" | "char") => text.parse().ok(),
        _ => {
            let parsed: Result<T, T::Err> = text.parse();
            return parsed.map_err(|err| wrong(words::parse_failure(&err.to_string())));
        }
    };
    let expected = match kind {
        "bool" => "a boolean",
        "char" => "a character",
        _ if integer != kind => &format!("a nonzero {integer}"),
        number => number,
    };
    parsed.ok_or_else(|| wrong(words::must_be(expected)))
}

/// A whole number in the form that Rust reads.
fn canonical(text: &str) -> Option<String> {
    let number = Number::parse(text)?;
    let signed = number.integer::<i128>().map(|it| it.to_string());
    signed.or_else(|| number.integer::<u128>().map(|it| it.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T>(text: &str) -> String
    where
        T: FromStr + std::fmt::Debug,
        T::Err: Display,
    {
        parse_text::<T>("n", text).unwrap_err().message.into_owned()
    }

    #[test]
    fn numbers_have_the_grammar_of_json_and_texts_with_their_bounds() {
        assert_eq!(parse_text::<u8>("n", "1e2").unwrap(), 100);
        assert_eq!(
            parse_text::<i128>("n", &i128::MIN.to_string()).unwrap(),
            i128::MIN
        );
        for text in ["256", "-1", "+1", "007", "x", "", "1.5"] {
            assert_eq!(
                message::<u8>(text),
                "must be a whole number from 0 to 255",
                "{text}"
            );
        }
        for text in ["NaN", "inf", "1e999", ""] {
            assert_eq!(message::<f64>(text), "must be a number", "{text}");
        }
        assert_eq!(message::<bool>("yes"), "must be true or false");
        assert_eq!(message::<char>("ab"), "must be one character");
        assert_eq!(message::<std::net::IpAddr>("x"), "must be an IP address");
    }
}
