//! Reads and validates the client's data. Every mistake is reported once, by the name that was
//! sent.
//!
//! ```text
//! Json       ─► json.rs ──── serde_json, as strictly as the contract (objects_only) ─► T ─► rules
//! Query, Form, Path ─► text.rs                                                          │
//! Patch      ─► patch.rs                                                  a mistake ◄───┘
//!                                                                              │
//! document/: the input as a tree ─► every mismatch ─► the other rules ─► 422 ◄─┘
//! ```
//!
//! A valid request is read once, straight into its type. Only a request with a mistake costs more,
//! and its cost is bounded (`document/mismatches.rs`, `rules.rs`). The texts for clients are in
//! `words.rs`.

mod document;
mod json;
mod objects_only;
mod patch;
mod place;
mod rules;
mod serialized;
mod shape;
mod text;
pub(crate) mod words;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationErrors};

pub(crate) use document::Document;
pub(crate) use json::{read_json, read_object};
pub(crate) use patch::apply_patch;
pub(crate) use shape::{Shape, fields_of, shape_of};
pub(crate) use text::{objects_in_flattened, parse_text, read_parameters};

use crate::problem::{INTERNAL_ERROR, Problem};
use crate::problem::{Place, Violation};
use document::Source;
use place::Steps;

/// A type that clients may send: it can be read, checked and described.
///
/// Implemented for everything that derives [`serde::Deserialize`], [`validator::Validate`] and
/// [`schemars::JsonSchema`].
///
/// ```
/// use fnurl::{Input, Json, NoContent};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use validator::Validate;
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// #[serde(rename_all = "camelCase", deny_unknown_fields)]
/// struct NewLamp {
///     #[validate(length(min = 1, max = 40))]
///     name: String,
///     #[validate(range(max = 100))]
///     max_watts: u8, // `maxWatts` for clients, in the contract and in violations
/// }
///
/// /// A handler for any such type.
/// async fn check<T: Input>(Json(_value): Json<T>) -> NoContent {
///     NoContent
/// }
/// # let _ = fnurl::post::<(), _>(check::<NewLamp>);
/// ```
///
/// Put `deny_unknown_fields` on types that clients send: a misspelt optional member is then refused
/// instead of ignored. For a type without rules of its own, use [`Unvalidated`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a request",
    note = "derive `serde::Deserialize`, `validator::Validate` and `schemars::JsonSchema` for it, or wrap it in `fnurl::Unvalidated`"
)]
pub trait Input: DeserializeOwned + Validate + JsonSchema + Send {}

impl<T: DeserializeOwned + Validate + JsonSchema + Send> Input for T {}

/// A value without validation: only its shape is checked.
///
/// For types of other crates, for any JSON, and for lists of plain values. The contract publishes
/// no rules for it, because none are checked.
///
/// ```
/// use fnurl::{Json, Unvalidated};
///
/// async fn echo(Json(body): Json<Unvalidated<serde_json::Value>>) -> String {
///     body.0.to_string()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Unvalidated<T>(pub T);

impl<T> Validate for Unvalidated<T> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        Ok(())
    }
}

/// The schema without the rules, which are not checked.
impl<T: JsonSchema> JsonSchema for Unvalidated<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Unvalidated{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("fnurl::Unvalidated<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator).to_value();
        remove_rules(&mut schema);
        Schema::try_from(schema).unwrap_or_default()
    }
}

/// Removes the keywords that `validator`'s attributes add. Schemas that others refer to keep
/// theirs.
fn remove_rules(schema: &mut serde_json::Value) {
    const RULES: [&str; 10] = [
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    ];
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    for rule in RULES {
        // The type itself sets the number of elements of a pair or an array of a fixed length.
        let is_fixed = members.contains_key("prefixItems")
            || members.contains_key("minItems")
                && members.get("minItems") == members.get("maxItems");
        let is_of_type = rule.ends_with("Items") && is_fixed;
        if !is_of_type {
            members.remove(rule);
        }
    }
    let format = members.get("format").and_then(serde_json::Value::as_str);
    match format {
        // The bounds of an integer type are added again later, from its format.
        Some(format) if format.contains("int") || format == "double" || format == "float" => {
            members.remove("minimum");
            members.remove("maximum");
        }
        Some("email" | "uri") => {
            members.remove("format");
        }
        _ => {}
    }
    for keyword in ["properties", "$defs"] {
        let inner = members
            .get_mut(keyword)
            .and_then(serde_json::Value::as_object_mut);
        inner
            .into_iter()
            .flatten()
            .for_each(|(_, inner)| remove_rules(inner));
    }
    for keyword in ["items", "additionalProperties"] {
        members.get_mut(keyword).into_iter().for_each(remove_rules);
    }
    for keyword in ["oneOf", "anyOf", "allOf"] {
        let parts = members
            .get_mut(keyword)
            .and_then(serde_json::Value::as_array_mut);
        parts.into_iter().flatten().for_each(remove_rules);
    }
}

/// The value in a document, or every mistake in it.
///
/// # Problems
/// 422; 500 when the type can never be read: that is not the client's mistake.
///
/// 1. Every value that does not fit its type is found, and replaced by one that fits.
/// 2. If the document can be read with these stand-ins, the rules of the other values are checked.
/// 3. All of it is listed. A rule that a stand-in breaks is left out: the client did not send it.
fn read<T: Input>(document: &mut Document) -> Result<T, Problem> {
    let findings = document::find_mismatches::<T>(document);
    if findings.is_unsupported {
        let cause = format!(
            "serde cannot read the 128-bit integer inside an enum or a flattened struct of `{}`",
            std::any::type_name::<T>()
        );
        return Err(INTERNAL_ERROR.hiding(cause));
    }
    let mut violations: Vec<Violation> = Vec::new();
    for finding in findings.mistakes {
        let place = place(document.kind, &finding.steps);
        violations.push(Violation::new(place, finding.code, finding.message));
    }
    let mut more = findings.more;
    let value = match findings.is_readable {
        true => document::read::<T>(document),
        false => None,
    };
    if let Some((value, fields)) = value {
        match value.validate() {
            Ok(()) if violations.is_empty() => return Ok(value),
            Ok(()) => {}
            Err(errors) => {
                let (broken, further) = broken_rules::<T>(document, &fields, &errors);
                violations.extend(broken);
                more += further;
            }
        }
    }
    Err(listed(violations, more))
}

/// The rules that the value in a document breaks.
fn broken_rules<T: Input>(
    document: &mut Document,
    fields: &document::Fields,
    errors: &ValidationErrors,
) -> (Vec<Violation>, usize) {
    let check = |document: &Document| {
        let (value, _) = document::read::<T>(document)?;
        Some(value.validate().err().unwrap_or_default())
    };
    let kind = document.kind;
    let of_type = std::any::type_name::<T>();
    let (broken, more) = rules::broken(of_type, document, fields, errors, &check);
    let violation =
        |it: rules::BrokenRule| Violation::new(place(kind, &it.steps), it.code, it.message);
    (broken.into_iter().map(violation).collect(), more)
}

/// The rules broken by a value that was read from this JSON text, if their places are known.
fn known_rules<T: Input>(errors: &ValidationErrors, text: &str) -> Option<Vec<Violation>> {
    let known = rules::known(std::any::type_name::<T>(), errors, text)?;
    let violation = |it: rules::BrokenRule| {
        let place = place(Source::Json, &it.steps);
        Violation::new(place, it.code, it.message)
    };
    Some(known.into_iter().map(violation).collect())
}

fn place(kind: Source, steps: &Steps) -> Place {
    match kind {
        Source::Json => Place::Pointer(steps.to_string()),
        Source::Parameters => Place::Parameter(steps.parameter()),
    }
}

/// The problem that lists the violations, each once and in order.
fn listed(mut violations: Vec<Violation>, mut more: usize) -> Problem {
    violations.sort_by(|a, b| a.place.cmp(&b.place));
    violations.dedup_by(|a, b| a.place == b.place && a.code == b.code && a.message == b.message);
    if violations.len() > document::MAX_LISTED {
        more += violations.len() - document::MAX_LISTED;
        violations.truncate(document::MAX_LISTED);
    }
    if violations.is_empty() {
        // No reading can name the mistake; the client still learns that the request is not valid.
        violations.push(Violation::new(
            Place::Pointer(String::new()),
            "type",
            words::parse_failure(""),
        ));
    }
    Problem::invalid_and_more(violations, more)
}
