//! What structured extractors share: a type that is deserialised, validated and described.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use validator::{Validate, ValidationErrors};

use crate::problem::Problem;
use crate::violation::{Names, violations};

/// A type that clients may send: it can be read, checked and described.
///
/// Implemented for everything that derives [`serde::Deserialize`], [`validator::Validate`] and
/// [`schemars::JsonSchema`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a request",
    note = "derive `serde::Deserialize`, `validator::Validate` and `schemars::JsonSchema` for it, or wrap it in `fnurl::Unvalidated`"
)]
pub trait Input: DeserializeOwned + Validate + JsonSchema + Send {}

impl<T: DeserializeOwned + Validate + JsonSchema + Send> Input for T {}

/// The value, or every rule that it breaks.
pub(crate) fn validated<T: Input>(value: T, names: Names) -> Result<T, Problem> {
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => Err(Problem::invalid(violations::<T>(&errors, names))),
    }
}

/// A type that has no rules beyond its shape, taken on purpose without validation.
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

impl<T: JsonSchema> JsonSchema for Unvalidated<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
