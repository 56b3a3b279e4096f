//! The contract as an OpenAPI 3.1 document (<https://spec.openapis.org/oas/v3.1.0>).
//!
//! The schemas are JSON Schema 2020-12, which OpenAPI 3.1 uses unchanged; this module adds the
//! document around them. A program that does not call it does not contain it.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use schemars::Schema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::operation::{Content, In, Operation, Parameter, ResponseSpec};
use super::{Contract, SecurityScheme};
use crate::problem::{DEADLINE_EXCEEDED, INTERNAL_ERROR, MALFORMED_PATH, ProblemType};
use crate::syntax::paths::canonical_template;

/// Texts for the document that the handlers' types cannot provide: title, description, servers,
/// tags. All are optional; the document has only what is set here or by a handler.
///
/// ```
/// use fnurl::contract::openapi::{OperationProse, Prose};
/// use fnurl::{Api, get};
///
/// let hello = OperationProse {
///     summary: "Greets".to_owned(),
///     response: Some("Hello!".into()),
///     ..OperationProse::default()
/// };
/// let prose = Prose {
///     description: "Greets people.".to_owned(),
///     servers: vec![("https://api.example".to_owned(), "Production".to_owned())],
///     operations: [("getHello".to_owned(), hello)].into(),
///     ..Prose::new("Greetings", "1.2")
/// };
/// let api = Api::builder(()).at("/hello", get(async || "Hello!")).build()?;
/// let document = serde_json::to_value(api.contract().openapi(&prose)?)?;
/// assert_eq!(document["paths"]["/hello"]["get"]["summary"], "Greets");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: OpenAPI 3.1 §4.8.1 and §4.8.2.
#[derive(Debug, Clone, Default)]
pub struct Prose {
    /// The API's name; by default, the name of the handlers' crate.
    pub title: String,
    /// The API's version; by default, the version of the handlers' package.
    pub version: String,
    /// The purpose of the API, in CommonMark.
    pub description: String,
    /// The licence of the API, as an SPDX expression.
    pub license: Option<String>,
    /// The servers: URL and description.
    pub servers: Vec<(String, String)>,
    /// Groups of operations, in the order in which they are shown: name and description.
    pub tags: Vec<(String, String)>,
    /// Texts for operations, by id. They take precedence over the handler's doc comment.
    pub operations: BTreeMap<String, OperationProse>,
    /// The function URL has AuthType `AWS_IAM`: requests are signed, and the URL itself may refuse
    /// them with 400, 403 and 429.
    pub aws_iam: bool,
}

impl Prose {
    /// An API of this name and version.
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            version: version.into(),
            ..Self::default()
        }
    }
}

/// Texts for one operation.
#[derive(Debug, Clone, Default)]
pub struct OperationProse {
    /// The group that it belongs to.
    pub tag: String,
    /// A short summary of what it does.
    pub summary: String,
    /// A longer description, in CommonMark.
    pub description: String,
    /// An example of its request body.
    pub request: Option<Value>,
    /// An example of its response body.
    pub response: Option<Value>,
}

/// An error while the OpenAPI document is made.
///
/// ```
/// use fnurl::contract::openapi::{DocumentError, OperationProse, Prose};
/// use fnurl::{Api, get};
///
/// let mut prose = Prose::new("Greetings", "1.2");
/// prose.operations.insert("getHallo".to_owned(), OperationProse::default()); // misspelt
/// let api = Api::builder(()).at("/hello", get(async || "Hello!")).build()?;
/// let error = api.contract().openapi(&prose).unwrap_err();
/// assert_eq!(error, DocumentError::UnknownOperation("getHallo".to_owned()));
/// # Ok::<(), fnurl::BuildError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Two operations have been given the same id.
    #[error("two operations have the id `{0}`: give one of them another")]
    DuplicateId(String),
    /// An id with characters other than letters, digits, `_` and `-`.
    #[error("`{0}` is not a valid id of an operation: use letters, digits, `_` and `-`")]
    InvalidId(String),
    /// The texts name an operation that does not exist.
    #[error("the texts name the operation `{0}`, which does not exist")]
    UnknownOperation(String),
}

/// An OpenAPI document. It always serializes to the same bytes.
///
/// So it can be kept in the repository: a test compares it, and a change of the contract is seen in
/// review.
///
/// ```
/// use fnurl::contract::openapi::Prose;
/// use fnurl::{Api, get};
///
/// let api = Api::builder(()).at("/hello", get(async || "Hello!")).build()?;
/// let document = api.contract().openapi(&Prose::default())?;
/// let json = serde_json::to_string_pretty(&document)?; // for `openapi.json`
/// assert!(json.contains("\"openapi\": \"3.1.0\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    openapi: &'static str,
    info: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    servers: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security: Vec<Value>,
    paths: BTreeMap<String, BTreeMap<String, Op>>,
    components: Value,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Op {
    operation_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    summary: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<Value>,
    responses: BTreeMap<String, Value>,
}

/// A version of OpenAPI, and its features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V3_1,
    V3_2,
}

impl Version {
    fn name(self) -> &'static str {
        match self {
            Self::V3_1 => "3.1.0",
            Self::V3_2 => "3.2.0",
        }
    }

    /// Checks whether a path item has a field for the method.
    fn has_method(self, method: &http::Method) -> bool {
        match method.as_str() {
            "GET" | "PUT" | "POST" | "DELETE" | "OPTIONS" | "HEAD" | "PATCH" | "TRACE" => true,
            "QUERY" => self == Self::V3_2,
            _ => false,
        }
    }
}

/// The data that all parts of one document share.
struct Writer<'a> {
    contract: &'a Contract,
    prose: &'a Prose,
    version: Version,
    /// The name of the schema of problem details.
    problem: String,
}

impl Contract {
    /// The OpenAPI 3.1 document of these operations.
    ///
    /// Hidden operations and those of a method that OpenAPI 3.1 does not know are left out. Title
    /// and version come from `prose`, or else from the package of the handlers.
    ///
    /// # Errors
    /// [`DocumentError`]: two operations with one id, an id that is not valid, or texts for an
    /// operation that does not exist.
    pub fn openapi(&self, prose: &Prose) -> Result<Document, DocumentError> {
        self.document(prose, Version::V3_1)
    }

    /// The OpenAPI 3.2 document, which also describes each line or event of a stream, and the
    /// method QUERY.
    ///
    /// # Errors
    /// The same as for [`openapi`](Self::openapi).
    pub fn openapi_3_2(&self, prose: &Prose) -> Result<Document, DocumentError> {
        self.document(prose, Version::V3_2)
    }

    /// Makes the document: checks the ids, describes each operation at its path, and adds what all
    /// of them share. Maps are sorted by name, so that equal contracts give equal bytes.
    fn document(&self, prose: &Prose, version: Version) -> Result<Document, DocumentError> {
        let problem = match self.schemas.contains_key("Problem") {
            true => "ProblemDetails",
            false => "Problem",
        };
        let writer = Writer {
            contract: self,
            prose,
            version,
            problem: problem.to_owned(),
        };
        let mut paths: BTreeMap<String, BTreeMap<String, Op>> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for operation in self.operations.iter().filter(|it| !it.is_hidden) {
            let id = operation.id().to_owned();
            let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if id.is_empty() || !id.chars().all(is_valid) {
                return Err(DocumentError::InvalidId(id));
            }
            if !ids.insert(id.clone()) {
                return Err(DocumentError::DuplicateId(id));
            }
            if !version.has_method(&operation.method) {
                continue;
            }
            let path = canonical_template(&operation.template).replace("{*", "{");
            let method = operation.method.as_str().to_ascii_lowercase();
            let described = writer.described(operation, id);
            paths.entry(path).or_default().insert(method, described);
        }
        if let Some(id) = prose.operations.keys().find(|id| !ids.contains(*id)) {
            return Err(DocumentError::UnknownOperation(id.clone()));
        }
        let named = |(name, description): &(String, String)| json!({"name": name, "description": description});
        let server =
            |(url, description): &(String, String)| json!({"url": url, "description": description});
        Ok(Document {
            openapi: version.name(),
            info: self.info(prose),
            servers: prose.servers.iter().map(server).collect(),
            tags: prose.tags.iter().map(named).collect(),
            security: match prose.aws_iam {
                true => vec![json!({}), json!({"sigv4": []})],
                false => Vec::new(),
            },
            components: writer.components(&paths),
            paths,
        })
    }

    fn info(&self, prose: &Prose) -> Value {
        let package = self.operations.iter().find_map(|it| it.package);
        let of_crate = || {
            let handlers = self.operations.iter().filter(|it| !it.is_hidden);
            let crates = handlers.filter_map(|it| it.handler.split("::").next());
            crates
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .next()
        };
        let or = |set: &str, of_package: Option<&str>| match set {
            "" => of_package.map(str::to_owned),
            set => Some(set.to_owned()),
        };
        let title = or(&prose.title, package.map(|(name, _)| name));
        let version = or(&prose.version, package.map(|(_, version)| version));
        let mut info = json!({
            "title": title.or_else(of_crate).unwrap_or_else(|| "API".to_owned()),
            "version": version.unwrap_or_else(|| "0".to_owned()),
        });
        if !prose.description.is_empty() {
            info["description"] = prose.description.clone().into();
        }
        if let Some(license) = &prose.license {
            info["license"] = json!({"name": license, "identifier": license});
        }
        info
    }
}

/// The schemas that the paths refer to, directly or through each other. A version that cannot say
/// something (the items of a stream, QUERY) does not have its schemas either.
fn referred_to(paths: &Value, mut schemas: Map<String, Value>) -> Map<String, Value> {
    let mut found = Map::new();
    let mut open = Vec::new();
    add_names(paths, &mut open);
    while let Some(name) = open.pop() {
        if let Some(schema) = schemas.remove(&name) {
            add_names(&schema, &mut open);
            found.insert(name, schema);
        }
    }
    found.sort_keys();
    found
}

/// Adds the names of the schemas that `value` refers to, in a `$ref` or in a discriminator.
fn add_names(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::String(text) => names.extend(
            text.strip_prefix("#/components/schemas/")
                .map(str::to_owned),
        ),
        Value::Array(parts) => parts.iter().for_each(|part| add_names(part, names)),
        Value::Object(members) => members.values().for_each(|part| add_names(part, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Writer<'_> {
    fn components(&self, paths: &impl Serialize) -> Value {
        let mut schemas: Map<String, Value> = self.contract.schemas.clone();
        if self.contract.error.is_none() {
            schemas.insert(self.problem.clone(), problem_schema());
        }
        let mut security: Map<String, Value> = Map::new();
        if self.prose.aws_iam {
            schemas.insert("UrlRefusal".to_owned(), url_refusal_schema());
            let scheme = SecurityScheme::aws_sigv4();
            security.insert(scheme.name, scheme.object);
        }
        let named = self.contract.operations.iter().flat_map(|it| &it.security);
        for scheme in named {
            security.insert(scheme.name.clone(), scheme.object.clone());
        }
        let paths = serde_json::to_value(paths).unwrap_or_default();
        let mut components = json!({"schemas": referred_to(&paths, schemas)});
        if !security.is_empty() {
            components["securitySchemes"] = security.into();
        }
        components
    }

    fn described(&self, operation: &Operation, id: String) -> Op {
        let words = self.prose.operations.get(&id).cloned().unwrap_or_default();
        let or = |first: &str, second: &str| match first {
            "" => second.to_owned(),
            first => first.to_owned(),
        };
        let tag = or(&words.tag, operation.tag.as_deref().unwrap_or_default());
        let requirement = |scheme: &SecurityScheme| json!({&scheme.name: scheme.scopes});
        let mut security: Vec<Value> = operation.security.iter().map(requirement).collect();
        if operation.is_security_optional {
            security.insert(0, json!({}));
        }
        Op {
            operation_id: id,
            summary: or(&words.summary, &operation.summary),
            description: or(&words.description, &operation.description),
            tags: Some(tag)
                .filter(|tag| !tag.is_empty())
                .into_iter()
                .collect(),
            deprecated: operation.is_deprecated,
            security,
            parameters: operation.parameters.iter().map(parameter).collect(),
            request_body: self.request_body(operation, &words),
            responses: self.responses(operation, &words),
        }
    }

    fn request_body(&self, operation: &Operation, words: &OperationProse) -> Option<Value> {
        if operation.body.is_empty() {
            return None;
        }
        let content = self.content(&operation.body, words.request.as_ref());
        Some(json!({"required": operation.body_required, "content": content}))
    }

    fn content(&self, bodies: &[Content], example: Option<&Value>) -> Value {
        let entry = |body: &Content| {
            let mut media = json!({});
            if let Some(schema) = &body.schema {
                media["schema"] = schema.clone().to_value();
            }
            if let (Some(item), Version::V3_2) = (&body.item, self.version) {
                media["itemSchema"] = item.clone().to_value();
            }
            if let Some(example) = example {
                media["example"] = example.clone();
            }
            (body.media_type.clone(), media)
        };
        bodies.iter().map(entry).collect::<Map<_, _>>().into()
    }

    /// The responses of an operation by status: successes, problems, and the function URL's own
    /// errors. Problems with one status are one response, with an example of each kind.
    fn responses(&self, operation: &Operation, words: &OperationProse) -> BTreeMap<String, Value> {
        let mut responses = BTreeMap::new();
        for (status, spec) in &operation.responses {
            responses.insert(status.to_string(), self.success(*status, spec, words));
        }
        let mut problems: BTreeMap<u16, Vec<ProblemType>> = BTreeMap::new();
        for kind in operation.problems.iter().copied().chain(implied(operation)) {
            let of_status = problems.entry(kind.status()).or_default();
            if !of_status.contains(&kind) {
                of_status.push(kind);
            }
        }
        for (status, kinds) in problems {
            // A handler can describe this status as a success, for example 503 of a health check.
            responses.entry(status.to_string()).or_insert_with(|| {
                let headers = operation.problem_headers.get(&status);
                self.refusal(&kinds, headers)
            });
        }
        for status in [400, 403, 429].into_iter().filter(|_| self.prose.aws_iam) {
            let of_url = json!({"schema": {"$ref": "#/components/schemas/UrlRefusal"}});
            let response = responses
                .entry(status.to_string())
                .or_insert_with(|| json!({"description": reason(status)}));
            response["content"]["application/json"] = of_url;
        }
        responses
    }

    fn success(&self, status: u16, spec: &ResponseSpec, words: &OperationProse) -> Value {
        let mut response = json!({"description": reason(status)});
        if !spec.headers.is_empty() {
            response["headers"] = headers(&spec.headers);
        }
        if !spec.content.is_empty() {
            let example = words.response.as_ref().filter(|_| status < 202);
            response["content"] = self.content(&spec.content, example);
        }
        response
    }

    fn refusal(
        &self,
        kinds: &[ProblemType],
        described: Option<&BTreeMap<String, Schema>>,
    ) -> Value {
        let titles: Vec<_> = kinds.iter().map(|kind| kind.title()).collect();
        let mut refusal = json!({"description": titles.join("; ")});
        if let Some(described) = described {
            refusal["headers"] = headers(described);
        }
        if let Some(error) = &self.contract.error {
            refusal["content"] = self.content(std::slice::from_ref(error), None);
            return refusal;
        }
        let examples = kinds.iter().map(|kind| {
            let value = json!({"type": kind.uri(), "title": kind.title(), "status": kind.status()});
            (kind.slug().to_owned(), json!({"value": value}))
        });
        refusal["content"] = json!({
            "application/problem+json": {
                "schema": {"$ref": format!("#/components/schemas/{}", self.problem)},
                "examples": examples.collect::<Map<_, _>>(),
            },
        });
        refusal
    }
}

fn headers(described: &BTreeMap<String, Schema>) -> Value {
    let header = |(name, schema): (&String, &Schema)| {
        let description = header_description(name).unwrap_or_default();
        (
            name.clone(),
            json!({"schema": schema, "description": description}),
        )
    };
    described.iter().map(header).collect::<Map<_, _>>().into()
}

fn parameter(parameter: &Parameter) -> Value {
    let (schema, description) = without_description(&parameter.schema);
    let mut object = json!({
        "name": parameter.name,
        "in": match parameter.location {
            In::Path => "path",
            In::Query => "query",
            In::Header => "header",
            In::Cookie => "cookie",
        },
        "required": parameter.required,
        "schema": schema,
    });
    if parameter.location == In::Query && object["schema"].get("additionalProperties").is_some() {
        object["style"] = "form".into();
        object["explode"] = true.into();
    }
    let description = description.or_else(|| header_description(&parameter.name).map(Value::from));
    if let (Some(description), Value::Object(object)) = (description, &mut object) {
        object.insert("description".to_owned(), description);
    }
    object
}

/// Takes the description out of a parameter's schema: OpenAPI puts it beside the schema.
fn without_description(schema: &Schema) -> (Value, Option<Value>) {
    let mut schema = schema.clone().to_value();
    let description = schema
        .as_object_mut()
        .and_then(|object| object.remove("description"));
    (schema, description)
}

/// The problems that the framework itself can return for any request of an operation.
pub(crate) fn implied(operation: &Operation) -> impl Iterator<Item = ProblemType> {
    let has_path = operation
        .parameters
        .iter()
        .any(|it| it.location == In::Path);
    let path = has_path.then_some(MALFORMED_PATH);
    path.into_iter().chain([INTERNAL_ERROR, DEADLINE_EXCEEDED])
}

/// The schema of a function URL's own errors: the names of the query are not encoded (400), the
/// signature is missing or not valid (403), or all instances are busy (429).
fn url_refusal_schema() -> Value {
    json!({
        "type": "object",
        "description": "An error of the function URL itself, before the request reaches a handler.",
        "properties": {"Message": {"type": ["string", "null"]}, "message": {"type": "string"}},
    })
}

fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    status
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Response")
}

/// Descriptions of the headers that the framework knows.
fn header_description(name: &str) -> Option<&'static str> {
    Some(match name {
        "cache-control" => "The caches that may store the response, and for how long.",
        "content-location" => "The URL of the resource that the body represents.",
        "content-encoding" => "The compression of the body, one that the client accepts.",
        "content-security-policy" => "The sources that the page may load content from.",
        "etag" => "The version of the representation, for `if-match` and `if-none-match`.",
        "idempotency-key" => {
            "A string that names this request. If it is sent again within a day, it has no second \
             effect and gets the same response."
        }
        "idempotency-replayed" => {
            "`true` if this is the stored response to an earlier request with the same key."
        }
        "if-match" => "The versions that the request may change: entity tags, or `*` for any.",
        "last-modified" => "The time of the last change.",
        "link" => "Links to the next and the first page (RFC 8288).",
        "location" => "The URL of the created resource.",
        "prefer" => "`return=minimal` for a response without a representation (RFC 7240).",
        "preference-applied" => "The preference that was applied.",
        "vary" => "The request headers that the response depends on.",
        "x-content-type-options" => "`nosniff`: browsers must not guess another media type.",
        _ => return None,
    })
}

/// Source: RFC 9457 §3.
pub(crate) fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "The details of a failed request (RFC 9457).",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "The kind of problem."},
            "title": {"type": "string", "description": "The kind of problem, as a short text."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The status code."},
            "detail": {"type": "string", "description": "The reason why this request failed."},
            "instance": {"type": "string", "description": "The id under which the request is logged."},
            "moreErrors": {
                "type": "integer",
                "minimum": 1,
                "description": "The number of further broken rules.",
            },
            "errors": {
                "type": "array",
                "description": "Every rule that the request breaks.",
                "items": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {
                        "pointer": {
                            "type": "string",
                            "description": "The place in the body, as a JSON Pointer.",
                        },
                        "parameter": {"type": "string", "description": "The parameter's name."},
                        "code": {"type": "string", "description": "The rule, for programs."},
                        "message": {"type": "string", "description": "The rule, for people."},
                    },
                },
            },
        },
    })
}
