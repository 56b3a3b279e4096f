//! `application/x-www-form-urlencoded` into a type: what queries and forms share.
//!
//! Serde stops at the first parameter that does not fit. Each one found is taken out and the rest
//! read again, so that all of them are answered together.

use std::borrow::Cow;

use super::validated::{Input, validated};
use crate::problem::Problem;
use crate::violation::{Names, Place, Violation, violations};

/// Parameters that one answer lists at most.
const MAX_LISTED: usize = 25;

/// Reads bytes that are well escaped.
pub(super) fn read<T: Input>(bytes: &[u8]) -> Result<T, Problem> {
    match parse::<T>(bytes) {
        Ok(value) => validated(value, Names::Parameters),
        Err(first) => Err(mismatches::<T>(bytes, first)),
    }
}

fn parse<T: Input>(bytes: &[u8]) -> Result<T, Violation> {
    let deserializer = serde_html_form::Deserializer::from_bytes(bytes);
    serde_path_to_error::deserialize(deserializer).map_err(|err| {
        let path = err.path().to_string();
        violation(&path, &err.into_inner().to_string())
    })
}

fn mismatches<T: Input>(bytes: &[u8], first: Violation) -> Problem {
    let mut rest = bytes.to_vec();
    let mut found = vec![first];
    while found.len() < MAX_LISTED {
        let Some(shorter) = found.last().and_then(|last| without(&rest, &last.place)) else {
            break;
        };
        rest = shorter;
        match parse::<T>(&rest) {
            Ok(value) => {
                if let Err(errors) = value.validate() {
                    found.extend(violations::<T>(&errors, Names::Parameters));
                }
                break;
            }
            // A parameter that was taken out may turn out to be required: it is listed already.
            Err(next) if found.iter().any(|known| known.place == next.place) => break,
            Err(next) => found.push(next),
        }
    }
    found.sort_by(|a, b| a.place.cmp(&b.place));
    Problem::invalid(found)
}

/// The pairs of other parameters; `None` when there is no pair of this one.
fn without(bytes: &[u8], place: &Place) -> Option<Vec<u8>> {
    let Place::Parameter(name) = place else {
        return None;
    };
    let pairs: Vec<&[u8]> = bytes.split(|&byte| byte == b'&').collect();
    let others: Vec<&[u8]> = pairs
        .iter()
        .copied()
        .filter(|pair| name_of(pair) != *name)
        .collect();
    (others.len() < pairs.len()).then(|| others.join(&b'&'))
}

fn name_of(pair: &[u8]) -> Cow<'_, str> {
    let encoded = pair.split(|&byte| byte == b'=').next().unwrap_or_default();
    let plain: Vec<u8> = encoded
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    let decoded: Vec<u8> = percent_encoding::percent_decode(&plain).collect();
    String::from_utf8_lossy(&decoded).into_owned().into()
}

/// Serde names a missing or unknown member in its message and not in its path.
fn violation(path: &str, message: &str) -> Violation {
    let named = |prefix: &str| {
        let rest = message.strip_prefix(prefix)?;
        rest.split('`').next().map(str::to_owned)
    };
    if let Some(name) = named("missing field `") {
        return Violation::parameter(name, "required", "is required");
    }
    if let Some(name) = named("unknown field `") {
        return Violation::parameter(name, "unknown", "is not a parameter of this route");
    }
    if let Some(name) = named("duplicate field `") {
        return Violation::parameter(name, "repeated", "must be given once");
    }
    let name = path.split(['[', '.']).next().unwrap_or_default();
    // How serde_html_form says that one value was expected and several came.
    if message == "unsupported value" {
        return Violation::parameter(name, "repeated", "must be given once");
    }
    Violation::parameter(name, "type", in_plain_english(message))
}

/// `invalid digit found in string` and the like, as a rule that a client can follow.
fn in_plain_english(message: &str) -> String {
    let rule = match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "must be a whole number"
        }
        "number too large to fit in target type" => "is too large a number",
        "number too small to fit in target type" => "is too small a number",
        "invalid float literal" | "cannot parse float from empty string" => "must be a number",
        "provided string was not `true` or `false`" => "must be true or false",
        other => other,
    };
    rule.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::JsonSchema;
    use serde::Deserialize;
    use validator::Validate;

    #[derive(Debug, Deserialize, Validate, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the mismatches are looked at")]
    struct Search {
        page: u32,
        #[validate(range(max = 100))]
        limit: Option<u32>,
        exact: Option<bool>,
    }

    #[test]
    fn every_parameter_that_does_not_fit_is_listed_once() {
        let cases = [
            ("page=1&limit=x", vec![("limit", "type")]),
            ("page=x", vec![("page", "type")]),
            ("limit=7", vec![("page", "required")]),
            (
                "exact=maybe&page=x&limit=101&a+b=1&c%20d=2",
                vec![
                    ("a b", "unknown"),
                    ("c d", "unknown"),
                    ("exact", "type"),
                    ("page", "type"),
                ],
            ),
            (
                "page=1&exact=maybe&limit=101",
                vec![("exact", "type"), ("limit", "range")],
            ),
            (
                "page=1&page=2&exact=true&limit=1",
                vec![("page", "repeated")],
            ),
        ];
        for (query, expected) in cases {
            let problem = read::<Search>(query.as_bytes()).unwrap_err();
            let listed = problem.violations().iter().map(|it| {
                let Place::Parameter(name) = &it.place else {
                    panic!("{it:?} is no parameter");
                };
                (name.as_str(), &*it.code)
            });
            assert_eq!(listed.collect::<Vec<_>>(), expected, "{query}");
        }
    }
}
