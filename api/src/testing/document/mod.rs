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

mod instances;
mod sample;

use std::fmt;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::TestApi;
use crate::contract::{Contract, In, Operation};
use crate::problem::{
    INVALID_REQUEST, MALFORMED_BODY, MALFORMED_HEADER, MALFORMED_PATH, MALFORMED_QUERY,
};
use instances::{TEXTS, broken, instance, readings};
use sample::Sample;

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
        check.operation().await;
    }
    found
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

struct Check<'a> {
    api: &'a TestApi,
    contract: &'a Contract,
    operation: &'a Operation,
    found: &'a mut Vec<Disagreement>,
}

impl Check<'_> {
    /// Makes one valid request, and sends copies of it with one change each: to the body, to a
    /// member of the form, or to a parameter.
    async fn operation(&mut self) {
        let body = self.operation.body.iter();
        let of_type = |media_type: &str| body.clone().find(|it| it.media_type == media_type);
        let (json, form) = (of_type(JSON), of_type(FORM));
        let schema = json.or(form).and_then(|it| it.schema.as_ref());
        let body = match schema {
            None => None,
            Some(schema) => match self.valid_body(schema.as_value()) {
                Ok(body) => Some(body),
                Err((sent, verdicts)) => return self.disagree(sent, verdicts.to_owned()),
            },
        };
        let Some(mut sample) = self.sample() else {
            return;
        };
        match &body {
            Some((value, _)) if json.is_some() => sample.set_json(value),
            Some((value, _)) => sample.set_form(value),
            None => sample.set_other_body(&self.operation.body),
        }
        match &body {
            Some((valid, validator)) if json.is_some() => {
                self.json(&sample, valid, validator).await;
            }
            Some((valid, validator)) => self.form(&sample, valid, validator).await,
            None => {}
        }
        self.parameters(&sample).await;
    }

    /// A valid body of this schema with the schema's validator, or the reason for none.
    fn valid_body(&self, schema: &Value) -> Result<(Value, Validator), (Value, &'static str)> {
        let schema = self.with_definitions(schema);
        let Some(validator) = validator(&schema) else {
            return Err((schema, "the schema is not valid"));
        };
        let made = instance(&schema, &schema, 0).unwrap_or_default();
        match validator.is_valid(&made) {
            true => Ok((made, validator)),
            false => Err((
                made,
                "no valid instance could be made from the schema: give the type an example",
            )),
        }
    }

    /// A request with valid parameters and no body; `None` when one of them cannot be made.
    fn sample(&self) -> Option<Sample> {
        let mut sample = Sample::new(self.operation);
        for parameter in &self.operation.parameters {
            let is_needed = parameter.required || parameter.location == In::Path;
            if is_needed && parameter.location != In::Cookie {
                let schema = self.with_definitions(parameter.schema.as_value());
                let text = match instance(&schema, &schema, 0)? {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                sample.set(parameter.location, &parameter.name, Some(&text));
            }
        }
        Some(sample)
    }

    /// Sends the body with one change after the other.
    async fn json(&mut self, sample: &Sample, valid: &Value, validator: &Validator) {
        let mut bodies = vec![valid.clone()];
        bodies.extend(broken(valid));
        bodies.truncate(MAX_REQUESTS);
        for body in bodies {
            let mut sample = sample.clone();
            sample.set_json(&body);
            self.send(&sample, validator.is_valid(&body), body).await;
        }
    }

    /// Sends the form with many texts for each member, without each member, and with one more.
    async fn form(&mut self, sample: &Sample, valid: &Value, validator: &Validator) {
        let members = valid.as_object().cloned().unwrap_or_default();
        let with = |name: &str, value: Option<Value>| {
            let mut members = members.clone();
            match value {
                Some(value) => members.insert(name.to_owned(), value),
                None => members.remove(name),
            };
            Value::from(members)
        };
        for name in members.keys() {
            for text in TEXTS {
                let mut values = readings(text).into_iter();
                let is_valid = values.any(|it| validator.is_valid(&with(name, Some(it))));
                let form = with(name, Some(text.into()));
                self.send_form(sample, is_valid, form).await;
            }
            let form = with(name, None);
            self.send_form(sample, validator.is_valid(&form), form)
                .await;
        }
        let form = with("unknown", Some("x".into()));
        self.send_form(sample, validator.is_valid(&form), form)
            .await;
    }

    async fn send_form(&mut self, sample: &Sample, is_valid: bool, form: Value) {
        let mut sample = sample.clone();
        sample.set_form(&form);
        self.send(&sample, is_valid, form).await;
    }

    /// Sends many texts for each parameter in path, query and headers, and the request without
    /// each required one, while everything else is valid.
    async fn parameters(&mut self, sample: &Sample) {
        for parameter in &self.operation.parameters {
            // A map has any names, so there is none to try.
            let is_map = parameter.schema.get("additionalProperties").is_some();
            if is_map || parameter.location == In::Cookie {
                continue;
            }
            let schema = self.with_definitions(parameter.schema.as_value());
            let Some(validator) = validator(&schema) else {
                continue;
            };
            let (location, name) = (parameter.location, &parameter.name);
            for text in TEXTS {
                let mut sample = sample.clone();
                sample.set(location, name, Some(text));
                let is_valid = readings(text).iter().any(|value| validator.is_valid(value));
                self.send(&sample, is_valid, json!({name: text})).await;
            }
            if parameter.required && location != In::Path {
                let mut sample = sample.clone();
                sample.set(location, name, None);
                self.send(&sample, false, json!({name: null})).await;
            }
        }
    }

    async fn send(&mut self, sample: &Sample, is_valid: bool, sent: Value) {
        let request = sample.request(self.api, &self.operation.method);
        let response = match self.operation.security.is_empty() {
            true => request.await,
            false => request.signed_by("Tester").await,
        };
        self.compare(is_valid, &response, sent);
    }

    fn disagree(&mut self, sent: Value, verdicts: String) {
        let operation = format!("{} {}", self.operation.method, self.operation.template);
        self.found.push(Disagreement {
            operation,
            sent,
            verdicts,
        });
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
        if response.status() >= 500 {
            let verdicts = format!("the handler fails with {}", response.status());
            return self.disagree(sent, verdicts);
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
        MALFORMED_HEADER,
    ];
    match problem["type"].as_str() {
        Some(kind) => of_reading.iter().any(|known| known.uri() == kind),
        None => true,
    }
}

fn validator(schema: &Value) -> Option<Validator> {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .ok()
}
