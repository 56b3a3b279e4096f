//! Reads JSON bodies: directly into their type, and through a document if there are mistakes.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::document::{self, Document};
use super::objects_only::{Notes, ObjectsOnly};
use super::{Input, broken_rules, known_rules, listed, words};
use crate::problem::{MALFORMED_BODY, Problem};
use crate::problem::{Place, Violation};

/// Reads a `T` from JSON, or lists every mistake in it.
///
/// The steps, each only if the one before did not decide:
///
/// 1. Valid JSON of the right type that breaks no rule is returned. Most requests end here.
/// 2. A rule is broken, and its place is known from an earlier request: no document is needed.
/// 3. A rule is broken: the document connects the names of Rust fields with those that were sent.
/// 4. The type does not fit, or serde has kept a copy of an array, from which it may have made a
///    struct unnoticed: the document is searched for every mismatch.
pub(crate) fn read_json<T: Input>(bytes: &[u8]) -> Result<T, Problem> {
    // Checking the whole text once is cheaper than checking every string in it.
    let text = std::str::from_utf8(bytes).map_err(|_| not_json(bytes))?;
    let notes = Notes::default();
    match parse::<T>(text, &notes) {
        Ok(value) if !notes.has_kept_array() => match value.validate() {
            Ok(()) => Ok(value),
            Err(errors) => {
                if let Some(known) = known_rules::<T>(&errors, text) {
                    return Err(listed(known, 0));
                }
                let mut document = document(text)?;
                let Some((_, fields)) = document::read::<T>(&document) else {
                    return super::read(&mut document);
                };
                let (broken, more) = broken_rules::<T>(&mut document, &fields, &errors);
                Err(listed(broken, more))
            }
        },
        Ok(_) | Err(_) => super::read(&mut document(text)?),
    }
}

/// Reads an object from JSON, to merge it into another; its members are not checked.
pub(crate) fn read_object(bytes: &[u8]) -> Result<(Map<String, Value>, Document), Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_json(bytes))?;
    let document = document(text)?;
    let repeated = document.repeated();
    if !repeated.is_empty() {
        let violation = |steps: super::Steps| {
            let place = Place::Pointer(steps.to_string());
            Violation::new(place, "repeated", words::REPEATED)
        };
        return Err(listed(repeated.into_iter().map(violation).collect(), 0));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok((members, document)),
        // Numbers that do not fit any Rust type are still valid JSON.
        _ if document.is_object() => Ok((document.members(), document)),
        _ => {
            let place = Place::Pointer(String::new());
            let violation = Violation::new(place, "type", words::OBJECT);
            Err(Problem::invalid(vec![violation]))
        }
    }
}

fn parse<T: Input>(text: &str, notes: &Notes) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(ObjectsOnly::new(&mut deserializer, notes))?;
    deserializer.end()?;
    Ok(value)
}

/// The document of a JSON text, or a problem if the text is not JSON.
fn document(text: &str) -> Result<Document, Problem> {
    match Document::from_json(text) {
        Some(document) => Ok(document),
        None => Err(not_json(text.as_bytes())),
    }
}

/// The problem with bytes that are not JSON: the first syntax error.
///
/// Line and column are those of `serde_json`; columns count bytes.
fn not_json(bytes: &[u8]) -> Problem {
    if bytes.is_empty() {
        return MALFORMED_BODY.because("the body is empty, JSON is expected");
    }
    // Check the grammar first: a value that no Rust type can hold is not a syntax error.
    let grammar = serde_json::from_slice::<IgnoredAny>(bytes).map(|_| ());
    let err = match grammar.and_then(|()| serde_json::from_slice::<Value>(bytes).map(|_| ())) {
        Ok(()) => return MALFORMED_BODY.because(words::TOO_DEEP),
        Err(err) => err,
    };
    let message = err.to_string();
    let reason = message.split(" at line ").next().unwrap_or_default();
    if reason == "recursion limit exceeded" {
        return MALFORMED_BODY.because(words::TOO_DEEP);
    }
    MALFORMED_BODY
        .because(format_args!(
            "the body is not JSON: {} at line {}, column {}",
            words::syntax_error(reason),
            err.line(),
            err.column()
        ))
        .with("line", err.line())
        .with("column", err.column())
}
