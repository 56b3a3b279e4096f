//! `Query`: the query string as a typed, validated struct.

use super::Extract;
use super::optional::MaybeExtract;
use super::validated::{Input, validated};
use crate::body::Request;
use crate::contract::Operation;
use crate::problem::{INVALID_REQUEST, MALFORMED_QUERY, Problem};
use crate::violation::{Names, Violation};

/// The query parameters as a `T`; a repeated key becomes a `Vec` member.
///
/// Read from `rawQueryString`: `+` and `%20` are a blank, repeated keys keep their order.
///
/// ```
/// use fnurl::Query;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use validator::Validate;
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// struct Search {
///     #[validate(length(max = 100))]
///     q: String,
///     #[serde(default)]
///     #[validate(length(max = 10))]
///     tag: Vec<String>,
/// }
///
/// async fn search(Query(search): Query<Search>) -> String {
///     format!("{} in {:?}", search.q, search.tag)
/// }
/// ```
///
/// # Problems
/// 400 when the query has a malformed escape; 422 that names the parameter when a value has the
/// wrong type, is missing, or breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<S: Sync, T: Input> Extract<S> for Query<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let query = request.uri().query().unwrap_or_default();
        if !well_escaped(query.as_bytes()) {
            return Err(MALFORMED_QUERY.because(
                "the query string has a `%` that is not followed by two hexadecimal digits, or bytes that are not UTF-8",
            ));
        }
        urlencoded(query.as_bytes()).map(Self)
    }

    fn describe(operation: &mut Operation) {
        operation
            .query_parameters::<T>()
            .refuses(MALFORMED_QUERY)
            .refuses(INVALID_REQUEST);
    }
}

/// A request without a query string has no query parameters to read.
impl<S: Sync, T: Input> MaybeExtract<S> for Query<T> {
    fn is_present(request: &Request) -> bool {
        request.uri().query().is_some_and(|query| !query.is_empty())
    }
}

/// Whether `text` is percent-encoded UTF-8.
pub(super) fn well_escaped(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        match &rest[at + 1..] {
            [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => rest = &rest[at + 3..],
            _ => return false,
        }
    }
    percent_encoding::percent_decode(text).decode_utf8().is_ok()
}

/// Reads `application/x-www-form-urlencoded` bytes that are well escaped.
pub(super) fn urlencoded<T: Input>(bytes: &[u8]) -> Result<T, Problem> {
    let deserializer = serde_html_form::Deserializer::from_bytes(bytes);
    let value = serde_path_to_error::deserialize(deserializer).map_err(|err| {
        let path = err.path().to_string();
        let message = err.into_inner().to_string();
        Problem::invalid(vec![parameter_violation(&path, &message)])
    })?;
    validated(value, Names::Parameters)
}

/// Serde names a missing or unknown member in its message and not in its path.
fn parameter_violation(path: &str, message: &str) -> Violation {
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
    match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "must be a whole number".to_owned()
        }
        "number too large to fit in target type" => "is too large a number".to_owned(),
        "number too small to fit in target type" => "is too small a number".to_owned(),
        "invalid float literal" | "cannot parse float from empty string" => {
            "must be a number".to_owned()
        }
        "provided string was not `true` or `false`" => "must be true or false".to_owned(),
        other => other.to_owned(),
    }
}
