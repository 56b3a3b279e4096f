//! Checks that the document says what the handlers do.
//!
//! Instances are made from the schemas of the contract: valid ones, and each broken in one place.
//! They are sent, and the handler's verdict must be that of the schema.
//!
//! Example: the schema of `{"name": string of 1 to 9 characters}` gives the instance
//! `{"name": "a"}`. Copies of it have null, `""`, `0`, a list and others in the place of `"a"`, one
//! lacks `name`, one has another member, and some replace the whole object. For each, a validator
//! of JSON Schema says whether the document allows it, and the status says whether the handler
//! does. Both may be right about something that nobody thought of: that is what the many stand-ins
//! are for.

use std::fmt;

use http::Method;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::TestApi;
use crate::contract::{Contract, In, Operation};
use crate::problem::{INVALID_REQUEST, MALFORMED_BODY, MALFORMED_PATH, MALFORMED_QUERY};

/// A request on which the document and the handler disagree, or an operation for which no valid
/// request could be made.
///
/// ```
/// use fnurl::{Api, Json, post, testing::TestApi};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use validator::{Validate, ValidationError, ValidationErrors};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Pair { even: u8 }
///
/// /// The rule is in the code, but not in the schema.
/// impl Validate for Pair {
///     fn validate(&self) -> Result<(), ValidationErrors> {
///         let mut errors = ValidationErrors::new();
///         if self.even % 2 == 1 {
///             errors.add("even", ValidationError::new("even"));
///         }
///         if errors.is_empty() { Ok(()) } else { Err(errors) }
///     }
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// async fn create(Json(pair): Json<Pair>) -> String { pair.even.to_string() }
///
/// let api = TestApi::new(Api::builder(()).at("/", post(create)).build()?);
/// let found = api.disagreements().await;
/// assert!(found[0].verdicts.starts_with("the document says valid"));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Disagreement {
    /// Method and template of the operation.
    pub operation: String,
    /// The body or the parameters that were sent.
    pub sent: Value,
    /// The verdicts of the document and of the handler.
    pub verdicts: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent: String = self.sent.to_string().chars().take(400).collect();
        write!(f, "{}: {}: {sent}", self.operation, self.verdicts)
    }
}

/// Maximum number of requests to one operation: a large schema has many places to change.
const MAX_REQUESTS: usize = 2_000;

/// The statuses with which a handler refuses a request.
const REFUSED: [u16; 2] = [400, 422];

pub(super) async fn disagreements(api: &TestApi) -> Vec<Disagreement> {
    let contract = api.api.contract();
    let mut found = Vec::new();
    for operation in contract.operations.iter().filter(|it| !it.is_hidden) {
        let mut check = Check {
            api,
            contract: &contract,
            operation,
            found: &mut found,
        };
        check.body().await;
        check.query().await;
    }
    found
}

struct Check<'a> {
    api: &'a TestApi,
    contract: &'a Contract,
    operation: &'a Operation,
    found: &'a mut Vec<Disagreement>,
}

impl Check<'_> {
    fn disagree(&mut self, sent: Value, verdicts: String) {
        let operation = format!("{} {}", self.operation.method, self.operation.template);
        self.found.push(Disagreement {
            operation,
            sent,
            verdicts,
        });
    }

    /// Sends bodies of `application/json`.
    async fn body(&mut self) {
        let mut bodies = self.operation.body.iter();
        let body = bodies.find(|body| body.media_type == "application/json");
        let Some(schema) = body.and_then(|body| body.schema.as_ref()) else {
            return;
        };
        let schema = self.with_definitions(schema.as_value());
        let Some(validator) = validator(&schema) else {
            return self.disagree(schema, "the schema is not valid".to_owned());
        };
        let Some(valid) = instance(&schema, &schema, 0).filter(|it| validator.is_valid(it)) else {
            let made = instance(&schema, &schema, 0).unwrap_or_default();
            let hint = "no valid instance could be made from the schema: give the type an example";
            return self.disagree(made, hint.to_owned());
        };
        let Some((target, query)) = self.target(None) else {
            return;
        };
        let target = format!("{target}{query}");
        let mut bodies = vec![valid.clone()];
        bodies.extend(broken(&valid));
        bodies.truncate(MAX_REQUESTS);
        for body in bodies {
            let method = self.operation.method.clone();
            let request = self.api.request(method, &target).json(&body);
            let response = self.credentials(request).await;
            let is_valid = validator.is_valid(&body);
            self.compare(is_valid, &response, body);
        }
    }

    /// Tries many texts for each query parameter, while the other parameters are valid.
    async fn query(&mut self) {
        let parameters: Vec<_> = self
            .operation
            .parameters
            .iter()
            .filter(|it| {
                it.location == In::Query && it.schema.get("additionalProperties").is_none()
            })
            .cloned()
            .collect();
        let is_read = [Method::GET, Method::HEAD, Method::DELETE].contains(&self.operation.method);
        for parameter in parameters.iter().filter(|_| is_read) {
            let schema = self.with_definitions(parameter.schema.as_value());
            let Some(validator) = validator(&schema) else {
                continue;
            };
            for text in TEXTS {
                let Some((target, query)) = self.target(Some((&parameter.name, text))) else {
                    return;
                };
                let target = format!("{target}{query}");
                let method = self.operation.method.clone();
                let response = self.credentials(self.api.request(method, &target)).await;
                let is_valid = readings(text).iter().any(|value| validator.is_valid(value));
                let sent = json!({&parameter.name: text});
                self.compare(is_valid, &response, sent);
            }
        }
    }

    fn compare(&mut self, is_valid: bool, response: &super::TestResponse, sent: Value) {
        if [401, 403].contains(&response.status()) {
            let verdicts = "the request was denied: give credentials with `TestApi::header`";
            let is_known = self.found.iter().any(|it| it.verdicts == verdicts);
            if !is_known {
                self.disagree(sent, verdicts.to_owned());
            }
            return;
        }
        let is_refused = is_refused(response);
        if is_valid == is_refused {
            let says = match is_valid {
                true => "valid",
                false => "not valid",
            };
            let text = String::from_utf8_lossy(response.body()).into_owned();
            let verdicts = format!(
                "the document says {says}, the handler responds with {} {text}",
                response.status()
            );
            self.disagree(sent, verdicts);
        }
    }

    fn credentials<'b>(&self, request: super::TestRequest<'b>) -> super::TestRequest<'b> {
        match self.operation.security.is_empty() {
            true => request,
            false => request.signed_by("Tester"),
        }
    }

    /// The path with valid parameters, and the query with `other` and valid required parameters;
    /// `None` when one of them cannot be made.
    fn target(&self, other: Option<(&str, &str)>) -> Option<(String, String)> {
        let mut path = self.operation.template.clone();
        let mut query: Vec<String> = Vec::new();
        for parameter in &self.operation.parameters {
            let is_other = other.is_some_and(|(name, _)| name == parameter.name);
            if parameter.location == In::Query && (is_other || !parameter.required) {
                continue;
            }
            if !matches!(parameter.location, In::Query | In::Path) {
                continue;
            }
            let schema = self.with_definitions(parameter.schema.as_value());
            let value = match instance(&schema, &schema, 0)? {
                Value::String(text) => text,
                other => other.to_string(),
            };
            let value = percent(&value);
            match parameter.location {
                In::Path => {
                    path = path.replace(&format!("{{{}}}", parameter.name), &value);
                }
                _ => query.push(format!("{}={value}", percent(&parameter.name))),
            }
        }
        if let Some((name, text)) = other {
            query.push(format!("{}={}", percent(name), percent(text)));
        }
        let query = match query.is_empty() {
            true => String::new(),
            false => format!("?{}", query.join("&")),
        };
        Some((path, query))
    }

    fn with_definitions(&self, schema: &Value) -> Value {
        let mut schema = match schema {
            Value::Object(members) => members.clone(),
            other => Map::from_iter([("allOf".to_owned(), json!([other]))]),
        };
        schema.insert(
            "components".to_owned(),
            json!({"schemas": self.contract.schemas}),
        );
        schema.into()
    }
}

/// Checks whether the handler refused the request because of its form. A problem type of the
/// application has another reason, such as an old cursor or an address that is taken.
fn is_refused(response: &super::TestResponse) -> bool {
    if !REFUSED.contains(&response.status()) {
        return false;
    }
    let problem: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let of_reading = [
        INVALID_REQUEST,
        MALFORMED_BODY,
        MALFORMED_QUERY,
        MALFORMED_PATH,
    ];
    match problem["type"].as_str() {
        Some(kind) => of_reading.iter().any(|known| known.uri() == kind),
        None => true,
    }
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn validator(schema: &Value) -> Option<Validator> {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .ok()
}

/// Texts that are tried for each query parameter.
const TEXTS: [&str; 16] = [
    "x",
    "0",
    "1",
    "-1",
    "007",
    "+5",
    "1.5",
    "3.0",
    "1e2",
    "255",
    "256",
    "4294967296",
    "18446744073709551616",
    "true",
    "NaN",
    "a b",
];

/// The values that a text may stand for: the text, its number or boolean, and a list of each.
fn readings(text: &str) -> Vec<Value> {
    let mut values = vec![Value::from(text)];
    if let Ok(value @ (Value::Number(_) | Value::Bool(_))) = serde_json::from_str(text) {
        values.push(value);
    }
    let lists: Vec<Value> = values.iter().map(|value| json!([value])).collect();
    values.extend(lists);
    values
}

/// An instance of a schema, from its examples or from its keywords.
///
/// An example, a constant or the first value of an enum is taken as it is. Otherwise the instance
/// is the smallest that the keywords of the schema allow, put together with those of its parts
/// (`oneOf`, `anyOf`, `allOf`). `None` when a type contains itself without an end, or has a pattern
/// or a format that is not known here: the caller then asks for an example.
fn instance(schema: &Value, root: &Value, depth: usize) -> Option<Value> {
    if depth > 16 {
        return None;
    }
    let Some(object) = schema.as_object() else {
        return Some(json!(1));
    };
    let example = object.get("examples").and_then(|it| it.get(0));
    let given = example
        .or(object.get("const"))
        .or_else(|| object.get("enum")?.get(0));
    if let Some(given) = given {
        return Some(given.clone());
    }
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        let referred = root.pointer(reference.strip_prefix('#')?)?;
        return instance(referred, root, depth + 1);
    }
    let mut made = of_type(object, root, depth);
    for keyword in ["oneOf", "anyOf"] {
        // `null` is an instance, too, but it tests little.
        let options = object
            .get(keyword)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut options = options.filter(|option| option["type"] != "null");
        let chosen = options.find_map(|option| instance(option, root, depth + 1));
        made = merged(made, chosen);
    }
    for part in object
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        made = merged(made, instance(part, root, depth + 1));
    }
    made.or(Some(json!(1)).filter(|_| object.get("type").is_none()))
}

fn merged(one: Option<Value>, other: Option<Value>) -> Option<Value> {
    match (one, other) {
        (Some(Value::Object(mut one)), Some(Value::Object(other))) => {
            one.extend(other);
            Some(one.into())
        }
        (one, other) => other.or(one),
    }
}

fn of_type(schema: &Map<String, Value>, root: &Value, depth: usize) -> Option<Value> {
    let kind = match schema.get("type")? {
        Value::Array(kinds) => kinds.iter().find(|kind| **kind != "null")?.as_str()?,
        kind => kind.as_str()?,
    };
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    Some(match kind {
        "object" => {
            let mut members = Map::new();
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, member) in properties.into_iter().flatten() {
                // A member that cannot be made is left out. If it is required, the object is
                // not valid.
                if let Some(value) = instance(member, root, depth + 1) {
                    members.insert(name.clone(), value);
                }
            }
            members.into()
        }
        "array" => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            let fixed = schema.get("prefixItems").and_then(Value::as_array);
            match fixed {
                Some(fixed) => fixed
                    .iter()
                    .map(|item| instance(item, root, depth + 1))
                    .collect::<Option<Vec<_>>>()?
                    .into(),
                None => {
                    let least = number("minItems").unwrap_or(1.0).max(1.0);
                    match instance(items, root, depth + 1) {
                        Some(item) if depth < 8 => vec![item; least as usize].into(),
                        _ => json!([]),
                    }
                }
            }
        }
        "string" => text(schema).into(),
        "integer" => {
            let least = number("minimum").or(number("exclusiveMinimum").map(|it| it + 1.0));
            json!(least.unwrap_or(1.0).max(1.0) as i64)
        }
        "number" => json!(number("minimum").unwrap_or(1.0).max(1.0)),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => return None,
    })
}

fn text(schema: &Map<String, Value>) -> String {
    let of_format = match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => "01890a5d-ac96-774b-bcce-b302099a8057",
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("date") => "2026-01-31",
        Some("time") => "12:00:00Z",
        Some("email") => "a@example.com",
        Some("uri") => "https://example.com/",
        Some("ipv4" | "ip") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        _ => "",
    };
    if !of_format.is_empty() {
        return of_format.to_owned();
    }
    let length = schema.get("minLength").and_then(Value::as_u64).unwrap_or(1);
    "a".repeat(usize::try_from(length.max(1)).unwrap_or(1))
}

/// Copies of an instance, each changed in one place.
///
/// Every place gets each stand-in once. Each stand-in breaks another kind of rule: a kind of value,
/// a length, a bound of an integer type, a fraction, an unknown member.
fn broken(valid: &Value) -> Vec<Value> {
    let mut copies = Vec::new();
    let mut places = Vec::new();
    pointers(valid, String::new(), &mut places);
    let stand_ins = [
        Value::Null,
        json!(""),
        json!("x"),
        json!("x".repeat(5_000)),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(3.0),
        json!(256),
        json!(4_294_967_296_u64),
        json!(1e300),
        json!(true),
        json!([]),
        json!(["x"]),
        json!([1, 2, 3]),
        json!({}),
        json!({"unknown": 1}),
    ];
    for place in &places {
        for stand_in in &stand_ins {
            let mut copy = valid.clone();
            if let Some(target) = copy.pointer_mut(place) {
                *target = stand_in.clone();
                copies.push(copy);
            }
        }
        let mut copy = valid.clone();
        if let Some(Value::Object(members)) = copy.pointer_mut(place) {
            members.insert("unknown".to_owned(), json!(1));
            copies.push(copy);
        }
        let mut copy = valid.clone();
        if let Some((parent, name)) = place.rsplit_once('/')
            && let Some(Value::Object(members)) = copy.pointer_mut(parent)
        {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
            copies.push(copy);
        }
    }
    copies
}

fn pointers(value: &Value, here: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(inner, format!("{here}/{name}"), places);
            }
        }
        Value::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                pointers(inner, format!("{here}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(here);
}
