//! `Patch`: a JSON merge patch (RFC 7396).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use http::HeaderValue;
use http::header::{CONTENT_TYPE, HeaderName};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Extract;
use super::json::{essence, read_json, read_object, unsupported};
use super::validated::Input;
use crate::body::Request;
use crate::contract::Operation;
use crate::problem::{
    BODY_TOO_LARGE, INTERNAL_ERROR, INVALID_REQUEST, MALFORMED_BODY, Problem,
    UNSUPPORTED_MEDIA_TYPE,
};
use crate::violation::Violation;

const MERGE_PATCH: &str = "application/merge-patch+json";
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// Changes to a `T`, as a merge patch says them: a member that is absent stays, one that is null
/// goes, and a value replaces what is there, member by member where both are objects.
///
/// What counts is the result: [`apply`](Patch::apply) reads and validates it as a `T`, so the
/// rules of `T` hold for patches too, and no second type has to be kept in step with it.
///
/// ```
/// use fnurl::{Json, Patch, Problem};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use validator::Validate;
///
/// #[derive(Deserialize, Serialize, Validate, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Lamp {
///     #[validate(length(min = 1))]
///     name: String,
///     watts: Option<u32>,
/// }
///
/// async fn change(patch: Patch<Lamp>) -> Result<Json<Lamp>, Problem> {
///     let lamp = Lamp { name: "Desk".to_owned(), watts: Some(7) };
///     Ok(Json(patch.apply(&lamp)?))
/// }
/// ```
///
/// # Problems
/// 400 when the body is not JSON, 413, 415 with `Accept-Patch` for another media type, 422 when
/// the body is no object, or when the result is not a valid `T`.
pub struct Patch<T> {
    changes: Map<String, Value>,
    of: PhantomData<fn() -> T>,
}

/// What a patch says of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// Nothing: it stays as it is.
    Absent,
    /// It is to go.
    Null,
    /// It is to be this, or to be merged with it.
    Value(&'a Value),
}

impl<T> Patch<T> {
    /// What the patch says of a member, by its name in JSON.
    #[must_use]
    pub fn change(&self, member: &str) -> Change<'_> {
        match self.changes.get(member) {
            None => Change::Absent,
            Some(Value::Null) => Change::Null,
            Some(value) => Change::Value(value),
        }
    }
}

impl<T: Input + Serialize> Patch<T> {
    /// Taking a member away that `T` does not know would pass unseen: the result lacks it anyway.
    fn check_members(&self, mut document: Map<String, Value>) -> Result<(), Problem> {
        lay_over(&mut document, &self.changes);
        let document = serde_json::to_vec(&document).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        let unknown: Vec<Violation> = match read_json::<T>(&document) {
            Ok(_) => return Ok(()),
            Err(problem) => {
                let broken = problem.violations().iter();
                broken
                    .filter(|rule| rule.code == "unknown")
                    .cloned()
                    .collect()
            }
        };
        match unknown.is_empty() {
            true => Ok(()),
            false => Err(Problem::invalid(unknown)),
        }
    }

    /// `current` with the changes, read and validated as a whole.
    ///
    /// # Problems
    /// 422 with a JSON Pointer for every member of the result that breaks a rule: `required` for
    /// one that was to go and may not.
    pub fn apply(&self, current: &T) -> Result<T, Problem> {
        let mut document =
            serde_json::to_value(current).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        if let Value::Object(members) = &mut document {
            self.check_members(members.clone())?;
            merge(members, &self.changes);
        }
        let merged = serde_json::to_vec(&document).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        read_json(&merged)
    }
}

/// The patch laid over the target as it is: what is to go is null in it.
fn lay_over(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, change) in patch {
        match (target.get_mut(name), change) {
            (Some(Value::Object(members)), Value::Object(changes)) => lay_over(members, changes),
            _ => drop(target.insert(name.clone(), change.clone())),
        }
    }
}

/// Source: RFC 7396 §2.
fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, change) in patch {
        match change {
            Value::Null => drop(target.remove(name)),
            Value::Object(changes) => {
                let member = target.entry(name).or_insert_with(|| Map::new().into());
                if !member.is_object() {
                    *member = Map::new().into();
                }
                if let Value::Object(members) = member {
                    merge(members, changes);
                }
            }
            value => drop(target.insert(name.clone(), value.clone())),
        }
    }
}

impl<S: Sync, T: Input> Extract<S> for Patch<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let media_type = essence(request.headers().get(CONTENT_TYPE));
        if !media_type.eq_ignore_ascii_case(MERGE_PATCH) {
            let accepted = HeaderValue::from_static(MERGE_PATCH);
            let refusal = unsupported(media_type, MERGE_PATCH);
            return Err(refusal.header(ACCEPT_PATCH, accepted));
        }
        let bytes = request.body_mut().read().await?;
        Ok(Self {
            changes: read_object(&bytes)?,
            of: PhantomData,
        })
    }

    fn describe(operation: &mut Operation) {
        operation
            .body::<PatchSchema<T>>(MERGE_PATCH)
            .refuses(MALFORMED_BODY)
            .refuses(BODY_TOO_LARGE)
            .refuses(UNSUPPORTED_MEDIA_TYPE)
            .refuses(INVALID_REQUEST);
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Patch").field(&self.changes).finish()
    }
}

/// The schema of `T` with no member required, and null for those that may go.
struct PatchSchema<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for PatchSchema<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Patch", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::Patch", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let object = schema.ensure_object();
        let required: Vec<Value> = match object.remove("required") {
            Some(Value::Array(names)) => names,
            _ => Vec::new(),
        };
        for name in ["example", "examples", "default"] {
            object.remove(name);
        }
        if let Some(Value::Object(members)) = object.get_mut("properties") {
            for (name, member) in members.iter_mut() {
                if let Value::Object(member) = member {
                    member.remove("default");
                }
                if !required.iter().any(|it| it == name) {
                    allow_null(member);
                }
            }
        }
        schema
    }
}

fn allow_null(schema: &mut Value) {
    let null = Value::from("null");
    match schema.get_mut("type") {
        Some(Value::Array(types)) if types.contains(&null) => {}
        Some(Value::Array(types)) => types.push(null),
        Some(kind) => *kind = Value::from(vec![kind.take(), null]),
        None => match schema.get("anyOf") {
            Some(Value::Array(options)) if options.iter().any(|it| it["type"] == "null") => {}
            _ => *schema = serde_json::json!({"anyOf": [schema.take(), {"type": "null"}]}),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Source: RFC 7396, appendix A, as far as both sides are objects.
    #[test]
    fn patches_are_merged_as_in_the_rfc() {
        let cases = [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (
                json!({"a":"b","b":"c"}),
                json!({"a":null}),
                json!({"b":"c"}),
            ),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (
                json!({}),
                json!({"a":{"bb":{"ccc":null}}}),
                json!({"a":{"bb":{}}}),
            ),
        ];
        for (mut target, patch, expected) in cases {
            merge(target.as_object_mut().unwrap(), patch.as_object().unwrap());
            assert_eq!(target, expected, "{patch}");
        }
    }
}
