//! The contract as an OpenAPI 3.1 document (<https://spec.openapis.org/oas/v3.1.0>).
//!
//! The schemas are JSON Schema 2020-12, which OpenAPI 3.1 takes as they are: only the frame around
//! them is made here. Nothing of this is part of a program that does not ask for it.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use schemars::Schema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Contract;
use super::operation::{Content, In, Operation, Parameter, ResponseSpec};
use crate::problem::{
    DEADLINE_EXCEEDED, INTERNAL_ERROR, MALFORMED_PATH, NOT_ACCEPTABLE, ProblemType,
};

/// What the types of handlers cannot say about an API: its name, and words for people.
#[derive(Debug, Clone, Default)]
pub struct Prose {
    /// The API's name.
    pub title: &'static str,
    /// The API's version.
    pub version: &'static str,
    /// What the API is for, in CommonMark.
    pub description: &'static str,
    /// Where it is served: URL and description.
    pub servers: Vec<(&'static str, &'static str)>,
    /// Groups of operations, in the order in which they are shown: name and description.
    pub tags: Vec<(&'static str, &'static str)>,
    /// Words for each operation, by its id.
    pub operations: BTreeMap<&'static str, OperationProse>,
}

/// Words for one operation.
#[derive(Debug, Clone, Default)]
pub struct OperationProse {
    /// The group that it belongs to.
    pub tag: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What there is to know about it, in CommonMark.
    pub description: &'static str,
    /// A body that it is sent.
    pub request: Option<Value>,
    /// A body that it answers with.
    pub response: Option<Value>,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Two handlers would have the same operation id.
    #[error("two operations have the id `{0}`: give one of the handlers another name")]
    SameId(String),
    /// An operation that nobody has described.
    #[error("the operation `{0}` has no prose")]
    Undescribed(String),
    /// Prose for an operation that there is not.
    #[error("there is no operation `{0}`, but there is prose for it")]
    NoSuchOperation(String),
}

/// The document; serialising it is stable to the byte.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    openapi: &'static str,
    info: Value,
    servers: Vec<Value>,
    tags: Vec<Value>,
    security: Vec<Value>,
    paths: BTreeMap<String, BTreeMap<String, Op>>,
    components: Value,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Op {
    operation_id: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<Value>,
    responses: BTreeMap<String, Value>,
}

impl Contract {
    /// The OpenAPI document of these operations.
    ///
    /// # Errors
    /// [`DocumentError`]: every operation needs its own id and its prose.
    pub fn openapi(&self, prose: &Prose) -> Result<Document, DocumentError> {
        let mut paths: BTreeMap<String, BTreeMap<String, Op>> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for operation in &self.operations {
            let id = operation.id();
            let words = prose.operations.get(&*id);
            let words = words.ok_or_else(|| DocumentError::Undescribed(id.clone()))?;
            if !ids.insert(id.clone()) {
                return Err(DocumentError::SameId(id));
            }
            let path = paths
                .entry(operation.template.replace("{*", "{"))
                .or_default();
            let method = operation.method.as_str().to_ascii_lowercase();
            path.insert(method, described(self, operation, id, words));
        }
        if let Some(id) = prose.operations.keys().find(|id| !ids.contains(**id)) {
            return Err(DocumentError::NoSuchOperation((*id).to_owned()));
        }
        let named =
            |(name, description): &(&str, &str)| json!({"name": name, "description": description});
        let server =
            |(url, description): &(&str, &str)| json!({"url": url, "description": description});
        Ok(Document {
            openapi: "3.1.0",
            info: json!({
                "title": prose.title, "version": prose.version, "description": prose.description,
                "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            }),
            servers: prose.servers.iter().map(server).collect(),
            tags: prose.tags.iter().map(named).collect(),
            security: vec![json!({}), json!({"sigv4": []})],
            paths,
            components: self.components(),
        })
    }

    fn components(&self) -> Value {
        let mut schemas = self.schemas.clone();
        schemas.insert("Problem".to_owned(), problem_schema());
        schemas.insert("UrlRefusal".to_owned(), url_refusal_schema());
        json!({
            "schemas": schemas,
            "securitySchemes": {
                "sigv4": {
                    "type": "apiKey", "in": "header", "name": "authorization",
                    "description": "AWS Signature Version 4, for service `lambda`. Temporary credentials also send `x-amz-security-token`.",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                },
            },
        })
    }
}

fn described(contract: &Contract, operation: &Operation, id: String, words: &OperationProse) -> Op {
    Op {
        operation_id: id,
        summary: words.summary,
        description: words.description,
        tags: Some(words.tag)
            .filter(|tag| !tag.is_empty())
            .into_iter()
            .collect(),
        security: operation
            .signed
            .then(|| json!({"sigv4": []}))
            .into_iter()
            .collect(),
        parameters: operation.parameters.iter().map(parameter).collect(),
        request_body: request_body(operation, words),
        responses: responses(contract, operation, words),
    }
}

fn parameter(parameter: &Parameter) -> Value {
    let (schema, description) = without_description(&parameter.schema);
    let mut object = json!({
        "name": parameter.name,
        "in": match parameter.location {
            In::Path => "path",
            In::Query => "query",
            In::Header => "header",
        },
        "required": parameter.required,
        "schema": schema,
    });
    let description = description.or_else(|| header_description(&parameter.name).map(Value::from));
    if let (Some(description), Value::Object(object)) = (description, &mut object) {
        object.insert("description".to_owned(), description);
    }
    object
}

/// A parameter's description belongs beside its schema.
fn without_description(schema: &Schema) -> (Value, Option<Value>) {
    let mut schema = schema.clone().to_value();
    let description = schema
        .as_object_mut()
        .and_then(|object| object.remove("description"));
    (schema, description)
}

fn request_body(operation: &Operation, words: &OperationProse) -> Option<Value> {
    if operation.body.is_empty() {
        return None;
    }
    let content = content(&operation.body, words.request.as_ref());
    Some(json!({"required": operation.body_required, "content": content}))
}

fn content(bodies: &[Content], example: Option<&Value>) -> Value {
    let entry = |body: &Content| {
        let schema = body.schema.as_ref().map(|schema| schema.clone().to_value());
        let mut media = json!({});
        if let Some(schema) = schema {
            media["schema"] = schema;
        }
        if let Some(example) = example {
            media["example"] = example.clone();
        }
        (body.media_type.clone(), media)
    };
    bodies.iter().map(entry).collect::<Map<_, _>>().into()
}

fn responses(
    contract: &Contract,
    operation: &Operation,
    words: &OperationProse,
) -> BTreeMap<String, Value> {
    let mut responses = BTreeMap::new();
    for (status, spec) in &operation.responses {
        responses.insert(status.to_string(), success(*status, spec, words));
    }
    let mut problems: BTreeMap<u16, Vec<ProblemType>> = BTreeMap::new();
    for kind in operation.problems.iter().copied().chain(implied(operation)) {
        let of_status = problems.entry(kind.status()).or_default();
        if !of_status.contains(&kind) {
            of_status.push(kind);
        }
    }
    for (status, kinds) in problems {
        // An answer like 503 of a health check is described as a success of its handler.
        responses
            .entry(status.to_string())
            .or_insert_with(|| refusal(contract, &kinds));
    }
    for status in [403, 429] {
        let of_url = json!({"schema": {"$ref": "#/components/schemas/UrlRefusal"}});
        let response = responses
            .entry(status.to_string())
            .or_insert_with(|| json!({"description": reason(status)}));
        response["content"]["application/json"] = of_url;
    }
    responses
}

/// What the framework can answer to any request of an operation.
pub(crate) fn implied(operation: &Operation) -> impl Iterator<Item = ProblemType> {
    let has_path = operation
        .parameters
        .iter()
        .any(|it| it.location == In::Path);
    let path = has_path.then_some(MALFORMED_PATH);
    path.into_iter()
        .chain([NOT_ACCEPTABLE, INTERNAL_ERROR, DEADLINE_EXCEEDED])
}

fn success(status: u16, spec: &ResponseSpec, words: &OperationProse) -> Value {
    let mut response = json!({"description": reason(status)});
    if !spec.headers.is_empty() {
        let header = |(name, schema): (&String, &Schema)| {
            let header = json!({"schema": schema, "description": header_description(name).unwrap_or_default()});
            (name.clone(), header)
        };
        response["headers"] = spec
            .headers
            .iter()
            .map(header)
            .collect::<Map<_, _>>()
            .into();
    }
    if !spec.content.is_empty() {
        let example = words.response.as_ref().filter(|_| status < 202);
        response["content"] = content(&spec.content, example);
    }
    response
}

fn refusal(contract: &Contract, kinds: &[ProblemType]) -> Value {
    let titles: Vec<_> = kinds.iter().map(|kind| kind.title()).collect();
    if let Some(error) = &contract.error {
        let content = content(std::slice::from_ref(error), None);
        return json!({"description": titles.join("; "), "content": content});
    }
    let examples = kinds.iter().map(|kind| {
        let value = json!({"type": kind.uri(), "title": kind.title(), "status": kind.status()});
        (kind.slug().to_owned(), json!({"value": value}))
    });
    json!({
        "description": titles.join("; "),
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": examples.collect::<Map<_, _>>(),
            },
        },
    })
}

/// What a function URL says itself: of a request that is not signed as it has to be (403), or one
/// that finds every instance busy (429).
fn url_refusal_schema() -> Value {
    json!({
        "type": "object",
        "description": "The function URL's own refusal of a request, before any handler has seen it.",
        "properties": {"Message": {"type": ["string", "null"]}, "message": {"type": "string"}},
    })
}

fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    status
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Response")
}

/// Words for the headers that the framework knows.
fn header_description(name: &str) -> Option<&'static str> {
    Some(match name {
        "cache-control" => "Who may keep the answer, and for how long.",
        "content-location" => "The place whose representation this is.",
        "content-encoding" => "`gzip`, where the client takes it.",
        "content-security-policy" => "What the page may load: only what is its own.",
        "etag" => "The version of the representation, for `if-match` and `if-none-match`.",
        "idempotency-key" => {
            "A string that names this request: sent again within a day, it has no second effect and gets the same answer."
        }
        "idempotency-replayed" => "`true` for the answer to an earlier request under the same key.",
        "if-match" => "Only if the thing is in one of these versions: entity tags, or `*`.",
        "last-modified" => "When the thing was last changed.",
        "link" => "Where the next and the first page are (RFC 8288).",
        "location" => "Where the thing is that was created.",
        "prefer" => "`return=minimal` for an answer without a representation (RFC 7240).",
        "preference-applied" => "The preference that was honoured.",
        "vary" => "What else the answer depends on.",
        "x-content-type-options" => "The media type is the one that is said.",
        _ => return None,
    })
}

/// Source: RFC 9457 §3.
pub(crate) fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "Why a request was not answered as it was meant (RFC 9457).",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "The kind of problem."},
            "title": {"type": "string", "description": "The kind of problem in words."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The status code."},
            "detail": {"type": "string", "description": "What was wrong with this request."},
            "instance": {"type": "string", "description": "The id under which the request is logged."},
            "moreErrors": {"type": "integer", "minimum": 1, "description": "How many more rules the request breaks."},
            "errors": {
                "type": "array",
                "description": "Every rule that the request breaks.",
                "items": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {
                        "pointer": {"type": "string", "description": "Where in the body, as a JSON Pointer."},
                        "parameter": {"type": "string", "description": "Which parameter."},
                        "code": {"type": "string", "description": "Which rule."},
                        "message": {"type": "string", "description": "What the rule asks for."},
                    },
                },
            },
        },
    })
}
