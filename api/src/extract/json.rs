//! `Json`: a JSON body as a typed, validated value.

use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::Extract;
use super::optional::MaybeExtract;
use super::validated::{Input, validated};
use crate::body::Request;
use crate::contract::Operation;
use crate::problem::{
    BODY_TOO_LARGE, INVALID_REQUEST, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE,
};
use crate::violation::{Names, Place, Violation};

mod mismatch;
mod objects;

use objects::Objects;

/// JSON: as an argument a body that was read and validated, as a result a body to send.
///
/// Takes `application/json` and every `application/*+json`. Whether unknown members are refused
/// is the type's choice (`#[serde(deny_unknown_fields)]`).
///
/// ```
/// use fnurl::Json;
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use validator::Validate;
///
/// #[derive(Deserialize, Serialize, Validate, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Note {
///     #[validate(length(min = 1, max = 280))]
///     text: String,
/// }
///
/// async fn shout(Json(note): Json<Note>) -> Json<Note> {
///     Json(Note { text: note.text.to_uppercase() })
/// }
/// ```
///
/// `validator` knows members by their Rust names: a member that serde renames is found again
/// when only the spelling differs (`unitPrice` for `unit_price`), not when the word does.
///
/// # Problems
/// 400 with line and column when the body is not JSON, 413, 415 for another media type, and 422
/// with a JSON Pointer for every member that has the wrong type or breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<S: Sync, T: Input> Extract<S> for Json<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let media_type = essence(request.headers().get(CONTENT_TYPE));
        if !is_json(media_type) {
            return Err(unsupported(media_type, "application/json"));
        }
        let bytes = request.body_mut().read().await?;
        read_json(&bytes).map(Self)
    }

    fn describe(operation: &mut Operation) {
        operation
            .body::<T>("application/json")
            .refuses(MALFORMED_BODY)
            .refuses(BODY_TOO_LARGE)
            .refuses(UNSUPPORTED_MEDIA_TYPE)
            .refuses(INVALID_REQUEST);
    }
}

/// A request without a body has no JSON to read.
impl<S: Sync, T: Input> MaybeExtract<S> for Json<T> {
    fn is_present(request: &Request) -> bool {
        request
            .body()
            .as_full()
            .is_none_or(|bytes| !bytes.is_empty())
    }
}

/// A `T` from JSON, or everything that is wrong with it.
pub(super) fn read_json<T: Input>(bytes: &[u8]) -> Result<T, Problem> {
    // One check of the whole text is cheaper than one of every string in it.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(mismatch::problem::<T>(bytes));
    };
    match parse(text) {
        Ok(value) => validated(value, Names::Pointers),
        Err(err) if err.classify() == Category::Data => Err(mismatch::problem::<T>(bytes)),
        Err(err) => Err(malformed(bytes, &err)),
    }
}

/// An object from JSON, whatever its members are.
pub(super) fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => {
            let place = Place::Pointer(String::new());
            let violation = Violation::new(place, "type", "must be an object");
            Err(Problem::invalid(vec![violation]))
        }
        Err(err) => Err(malformed(bytes, &err)),
    }
}

fn parse<T: Input>(text: &str) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Objects(&mut deserializer))?;
    deserializer.end()?;
    Ok(value)
}

fn malformed(bytes: &[u8], err: &serde_json::Error) -> Problem {
    if bytes.is_empty() {
        return MALFORMED_BODY.because("the body is empty, JSON is expected");
    }
    let message = err.to_string();
    let reason = message.split(" at line ").next().unwrap_or_default();
    MALFORMED_BODY
        .because(format_args!(
            "the body is not JSON: {reason} at line {}, column {}",
            err.line(),
            err.column()
        ))
        .with("line", err.line())
        .with("column", err.column())
}

/// A media type without its parameters; empty when there is none that can be read.
pub(super) fn essence(value: Option<&HeaderValue>) -> &str {
    let text = value.and_then(|it| it.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

fn is_json(media_type: &str) -> bool {
    let Some((kind, subtype)) = media_type.split_once('/') else {
        return false;
    };
    let suffix = subtype.len().checked_sub("+json".len());
    let structured = suffix.is_some_and(|at| {
        at > 0 && subtype.is_char_boundary(at) && subtype[at..].eq_ignore_ascii_case("+json")
    });
    kind.eq_ignore_ascii_case("application") && (subtype.eq_ignore_ascii_case("json") || structured)
}

/// Source: RFC 9110 §15.5.16, a 415 answer may say in `Accept` what would be read.
pub(super) fn unsupported(media_type: &str, expected: &'static str) -> Problem {
    let problem = match media_type {
        "" => UNSUPPORTED_MEDIA_TYPE.because(format_args!(
            "the request has no content type, `{expected}` is expected"
        )),
        other => UNSUPPORTED_MEDIA_TYPE.because(format_args!(
            "the content type is `{other}`, `{expected}` is expected"
        )),
    };
    problem.header(ACCEPT, HeaderValue::from_static(expected))
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
