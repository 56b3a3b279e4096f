//! `Patch`: a JSON merge patch (RFC 7396).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use http::HeaderValue;
use http::header::HeaderName;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value};

use super::content;
use crate::contract::Operation;
use crate::extract::{Extract, Reads};
use crate::message::{Context, Request};
use crate::problem::{
    BODY_TOO_LARGE, INVALID_REQUEST, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE,
};
use crate::validation::{Document, Input, apply_patch, read_object};

const MERGE_PATCH: &str = "application/merge-patch+json";
const JSON: &str = "application/json";
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// Changes to a `T`, from a JSON merge patch. An absent member stays, a null member is removed,
/// and any other value replaces the current one; two objects are merged member by member.
///
/// [`apply`](Patch::apply) reads and validates the merged value as a `T`. So the rules of `T` also
/// hold for patches, and you need no second type.
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
/// the body is not an object, or when the result is not a valid `T`.
///
/// Source: RFC 7396. A merge patch cannot set a member to null, nor change one element of an array.
pub struct Patch<T> {
    changes: Map<String, Value>,
    document: Document,
    /// Members of the current value that it does not serialize, as JSON.
    kept: Vec<(&'static str, String)>,
    of: PhantomData<fn() -> T>,
}

/// The change of one member in a patch.
///
/// ```
/// use fnurl::{Change, Json, Patch, Problem};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
/// # use validator::Validate;
///
/// #[derive(Deserialize, Serialize, Validate, JsonSchema)]
/// struct Account {
///     name: String,
///     mail: Option<String>,
/// }
///
/// async fn change(patch: Patch<Account>) -> Result<Json<Account>, Problem> {
///     match patch.change("mail") {
///         Change::Absent => {}
///         Change::Null => println!("stop sending mail"),
///         Change::Value(mail) => println!("ask {mail} to confirm"),
///     }
///     let account = Account { name: "Ada".to_owned(), mail: None };
///     patch.apply(&account).map(Json)
/// }
/// # let _ = fnurl::patch::<(), _>(change);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// The patch does not have the member: it stays unchanged.
    Absent,
    /// The member is to be removed.
    Null,
    /// The member is to be replaced by this value, or merged with it.
    Value(&'a Value),
}

impl<T> Patch<T> {
    /// The change of a member, by its name in JSON.
    ///
    /// It is the value as the client sent it, not yet validated: that is what
    /// [`apply`](Self::apply) does.
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
    /// Applies the changes to `current`, then reads and validates the whole result.
    ///
    /// ```
    /// use fnurl::{Api, Json, Patch, Problem, patch, testing::TestApi};
    /// # use schemars::JsonSchema;
    /// # use serde::{Deserialize, Serialize};
    /// # use validator::Validate;
    ///
    /// #[derive(Deserialize, Serialize, Validate, JsonSchema)]
    /// struct Lamp { name: String, watts: Option<u32> }
    ///
    /// async fn change(patch: Patch<Lamp>) -> Result<Json<Lamp>, Problem> {
    ///     patch.apply(&Lamp { name: "Desk".to_owned(), watts: Some(7) }).map(Json)
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/lamp", patch(change)).build()?);
    /// let send = |body| api.patch("/lamp").text("application/merge-patch+json", body);
    /// send(r#"{"watts":null}"#).await.assert_text(200, r#"{"name":"Desk","watts":null}"#);
    /// let problem = send(r#"{"name":null}"#).await.problem(422);
    /// assert_eq!(problem["errors"][0]["code"], "required");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    ///
    /// # Problems
    /// 422 with a JSON Pointer for every member of the result that breaks a rule: `required` for
    /// a member that may not be removed, `unknown` for one that `T` does not have.
    /// 500 when `T` has members that are never serialized: they would be lost. The log names them;
    /// give them to [`keep`](Self::keep).
    pub fn apply(&self, current: &T) -> Result<T, Problem> {
        apply_patch(&self.document, current, &self.kept)
    }

    /// Keeps a member that is not serialized, such as a password hash: if the patch does not
    /// change it, the result has `value`.
    ///
    /// ```
    /// use fnurl::{Patch, Problem};
    /// use schemars::JsonSchema;
    /// use serde::{Deserialize, Serialize};
    /// use validator::Validate;
    ///
    /// #[derive(Deserialize, Serialize, Validate, JsonSchema)]
    /// struct Account {
    ///     name: String,
    ///     #[serde(skip_serializing)]
    ///     password: String,
    /// }
    ///
    /// async fn change(patch: Patch<Account>) -> Result<(), Problem> {
    ///     let account = Account { name: "Ada".to_owned(), password: "secret".to_owned() };
    ///     let account = patch.keep("password", &account.password).apply(&account)?;
    ///     # let _ = account;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn keep(mut self, member: &'static str, value: impl Serialize) -> Self {
        let value = serde_json::to_string(&value).unwrap_or_else(|_| "null".to_owned());
        self.kept.push((member, value));
        self
    }
}

impl<S: Sync, T: Input> Extract<S> for Patch<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let reads_json = Context::of(request).settings().patch_reads_json;
        let is_patch = |media_type: &str| {
            media_type.eq_ignore_ascii_case(MERGE_PATCH)
                || reads_json && media_type.eq_ignore_ascii_case(JSON)
        };
        let bytes = match content::read(request, MERGE_PATCH, is_patch).await {
            Err(problem) if problem.kind() == UNSUPPORTED_MEDIA_TYPE => {
                let accepted = HeaderValue::from_static(MERGE_PATCH);
                return Err(problem.header(ACCEPT_PATCH, accepted));
            }
            read => read?,
        };
        let (changes, document) = read_object(&bytes)?;
        Ok(Self {
            changes,
            document,
            kept: Vec::new(),
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
        if operation.settings().patch_reads_json {
            operation.body::<PatchSchema<T>>(JSON);
        }
    }

    fn reads(reads: &mut Reads) {
        reads.body(MERGE_PATCH);
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Patch").field(&self.changes).finish()
    }
}

/// The schema of `T` without required members, and with null for members that may be removed.
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

/// Lets a schema also accept null: `string` becomes `["string", "null"]`; a schema without a `type`
/// becomes one of two alternatives.
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
