//! One operation of the contract, described by the types of its handler.

use std::collections::BTreeMap;

use http::Method;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::schemas::Schemas;
use super::security::SecurityScheme;
use crate::message::Settings;
use crate::problem::{MALFORMED_HEADER, PRECONDITION_FAILED, ProblemType};
use crate::syntax::paths::parameter_names;

/// A method on a route template, with everything that it reads and returns.
///
/// `describe` of an extractor, a response or a layer gets one and adds to it. Each method returns
/// the operation, so that calls can be chained:
///
/// ```
/// use fnurl::contract::{Operation, SecurityScheme};
/// use fnurl::{Extract, Problem, ProblemType, Request};
///
/// const NO_KEY: ProblemType = ProblemType::new(401, "no-key", "The request has no API key");
/// const TOO_MANY: ProblemType = ProblemType::new(429, "too-many", "There are too many requests");
///
/// /// The client that an API key belongs to.
/// struct Client(String);
///
/// impl<S: Sync> Extract<S> for Client {
///     async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
///         let key = request.headers().get("x-api-key").and_then(|it| it.to_str().ok());
///         key.map(|key| Self(key.to_owned())).ok_or_else(|| NO_KEY.problem())
///     }
///
///     fn describe(operation: &mut Operation) {
///         operation
///             .secured_by(SecurityScheme::api_key_in_header("key", "x-api-key"))
///             .refuses(NO_KEY)
///             .refuses(TOO_MANY)
///             .problem_header::<u32>(429, "retry-after");
///     }
/// }
/// ```
///
/// Source: OpenAPI 3.1 §4.8.10, the Operation Object.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The route template, such as `/items/{itemId}`.
    pub template: String,
    /// The parameters from path, query and headers.
    pub parameters: Vec<Parameter>,
    /// The request bodies that are accepted, by media type; empty if no body is read.
    pub body: Vec<Content>,
    /// `true` if a request without a body is refused.
    pub body_required: bool,
    /// The successful responses, by status.
    pub responses: BTreeMap<u16, ResponseSpec>,
    /// The problems that can be returned, each once.
    pub problems: Vec<ProblemType>,
    /// Headers of problems by status: `WWW-Authenticate`, `Retry-After`.
    pub problem_headers: BTreeMap<u16, BTreeMap<String, Schema>>,
    /// The path of the handler's function, such as `routes::items::list`.
    pub handler: &'static str,
    /// The security schemes; a caller needs one of them.
    pub security: Vec<SecurityScheme>,
    /// `true` if requests without credentials are served, too.
    pub is_security_optional: bool,
    /// A short summary of what it does.
    pub summary: String,
    /// A longer description, in CommonMark.
    pub description: String,
    /// The group that it belongs to.
    pub tag: Option<String>,
    /// `true` if clients should stop using it.
    pub is_deprecated: bool,
    /// `true` if it is left out of the document.
    pub is_hidden: bool,
    pub(crate) package: Option<(&'static str, &'static str)>,
    pub(super) id: String,
    pub(super) explicit_id: Option<String>,
    status: u16,
    required: bool,
    schemas: Schemas,
    settings: Settings,
}

/// One path parameter, query parameter or header.
///
/// Source: OpenAPI 3.1 §4.8.12, the Parameter Object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Parameter {
    /// The name that clients use.
    pub name: String,
    /// The part of the request that has it.
    pub location: In,
    /// `true` if a request without it is refused.
    pub required: bool,
    /// The schema of its values.
    pub schema: Schema,
}

/// The part of a request that has a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum In {
    /// A parameter of the route template.
    Path,
    /// The query string.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// A media type and its schema.
///
/// Source: OpenAPI 3.1 §4.8.14, the Media Type Object; `item` is `itemSchema` of OpenAPI 3.2.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Content {
    /// The media type.
    pub media_type: String,
    /// The schema; `None` for bytes.
    pub schema: Option<Schema>,
    /// The schema of each line or event of a stream.
    pub item: Option<Schema>,
}

/// A successful response.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ResponseSpec {
    /// The bodies, by media type; empty if the response has no body.
    pub content: Vec<Content>,
    /// The headers by name, beside the content type.
    pub headers: BTreeMap<String, Schema>,
}

impl Operation {
    pub(super) fn new(
        method: Method,
        template: &str,
        schemas: Schemas,
        settings: Settings,
    ) -> Self {
        Self {
            method,
            template: template.to_owned(),
            parameters: Vec::new(),
            body: Vec::new(),
            body_required: false,
            responses: BTreeMap::new(),
            problems: Vec::new(),
            problem_headers: BTreeMap::new(),
            handler: "",
            security: Vec::new(),
            is_security_optional: false,
            summary: String::new(),
            description: String::new(),
            tag: None,
            is_deprecated: false,
            is_hidden: false,
            package: None,
            id: String::new(),
            explicit_id: None,
            status: 200,
            required: true,
            schemas,
            settings,
        }
    }

    /// The API's settings for all its routes.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Records the function that handles the operation.
    pub(crate) fn handled_by<F>(&mut self) {
        self.handler = std::any::type_name::<F>();
    }

    /// The id. It is unique in the API, and does not depend on the order of the routes.
    ///
    /// It is made from the last names of the handler's path: `items::list` gives `itemsList`.
    /// Generated clients use it as the name of a function, so set it with `#[operation(id = "…")]`
    /// if you want to move the handler later.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Gives the operation an id of its own.
    ///
    /// Use letters, digits, `_` and `-`: another id is an error when the document is made.
    pub fn named(&mut self, id: impl Into<String>) -> &mut Self {
        self.explicit_id = Some(id.into());
        self
    }

    /// Leaves the operation out of the document.
    ///
    /// It is still served, and tests still check its responses.
    pub fn hide(&mut self) -> &mut Self {
        self.is_hidden = true;
        self
    }

    pub(super) fn take_schemas(&mut self) -> Schemas {
        std::mem::take(&mut self.schemas)
    }

    /// Reads the path parameter at `index` of the template as a `T`.
    ///
    /// Declare it in [`Extract::reads`](crate::Extract::reads), too: that is what is checked when
    /// the API is built.
    pub fn path_parameter<T: JsonSchema>(&mut self, index: usize) -> &mut Self {
        let name = parameter_names(&self.template).nth(index);
        let name = name.unwrap_or_default().to_owned();
        let schema = self.schema::<T>();
        self.add(name, In::Path, true, schema)
    }

    /// Reads path parameters into the members of a `T`.
    pub fn path_parameters<T: JsonSchema>(&mut self) -> &mut Self {
        self.members::<T>(In::Path)
    }

    /// Reads query parameters into the members of a `T`.
    ///
    /// Each member of the schema becomes a parameter with its own rules, and is required if the
    /// schema requires it.
    pub fn query_parameters<T: JsonSchema>(&mut self) -> &mut Self {
        self.members::<T>(In::Query)
    }

    /// Reads the header `name` as a `T`.
    ///
    /// `Accept`, `Content-Type` and `Authorization` are left out: OpenAPI describes them by media
    /// types and security schemes (§4.8.12.2.1).
    pub fn header<T: JsonSchema>(&mut self, name: &str, required: bool) -> &mut Self {
        let schema = self.schema::<T>();
        self.add(name.to_owned(), In::Header, required, schema)
    }

    /// Reads the cookie `name` as a `T`.
    pub fn cookie<T: JsonSchema>(&mut self, name: &str, required: bool) -> &mut Self {
        let schema = self.schema::<T>();
        self.add(name.to_owned(), In::Cookie, required, schema)
    }

    /// Reads a body of `media_type` as a `T`.
    pub fn body<T: JsonSchema>(&mut self, media_type: &str) -> &mut Self {
        let schema = Some(self.schema::<T>());
        self.add_body(media_type, schema)
    }

    /// Reads a body of `media_type` as bytes.
    pub fn raw_body(&mut self, media_type: &str) -> &mut Self {
        self.add_body(media_type, None)
    }

    /// Refuses requests with problems of this kind.
    ///
    /// 500 and 504 need not be declared: every operation can have them.
    pub fn refuses(&mut self, kind: ProblemType) -> &mut Self {
        if !self.problems.contains(&kind) {
            self.problems.push(kind);
        }
        self
    }

    /// Sends the header `name` with problems of this status.
    pub fn problem_header<T: JsonSchema>(&mut self, status: u16, name: &str) -> &mut Self {
        let schema = self.schemas.output::<T>();
        let headers = self.problem_headers.entry(status).or_default();
        headers.insert(name.to_owned(), schema);
        self
    }

    /// Requires credentials of this scheme, or of another that was named before. Behind an
    /// optional extractor they are optional, too.
    pub fn secured_by(&mut self, scheme: SecurityScheme) -> &mut Self {
        self.is_security_optional |= !self.required;
        if !self.security.contains(&scheme) {
            self.security.push(scheme);
        }
        self
    }

    /// Requires a request that is signed with AWS Signature Version 4.
    pub fn signed(&mut self) -> &mut Self {
        self.secured_by(SecurityScheme::aws_sigv4())
    }

    /// Responds with a `T` as `media_type`.
    pub fn responds<T: JsonSchema>(&mut self, media_type: &str) -> &mut Self {
        let schema = Some(self.schemas.output::<T>());
        self.add_content(media_type, schema, None)
    }

    /// Responds with bytes of `media_type`.
    pub fn responds_raw(&mut self, media_type: &str) -> &mut Self {
        self.add_content(media_type, None, None)
    }

    /// Responds with a stream of `media_type`, each line or event of which is a `T`.
    pub fn responds_with_each<T: JsonSchema>(&mut self, media_type: &str) -> &mut Self {
        let item = Some(self.schemas.output::<T>());
        self.add_content(media_type, None, item)
    }

    /// Responds without a body.
    pub fn responds_empty(&mut self) -> &mut Self {
        self.response();
        self
    }

    /// Sends the header `name` with the response that is being described.
    pub fn response_header<T: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.schemas.output::<T>();
        self.response().headers.insert(name.to_owned(), schema);
        self
    }

    /// Sends the header `name` with every success that was described so far.
    ///
    /// For layers and wrappers, which do not know the statuses of what is inside.
    pub fn response_header_of_all<T: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.schemas.output::<T>();
        for response in self.responses.values_mut() {
            response.headers.insert(name.to_owned(), schema.clone());
        }
        self
    }

    /// Adds a 204 response with the same headers as 200, for a body that can be left out.
    pub fn may_be_empty(&mut self) -> &mut Self {
        if let Some(full) = self.responses.get(&200) {
            let headers = full.headers.clone();
            let empty = self.responses.entry(204).or_default();
            empty.headers.extend(headers);
        }
        self
    }

    /// Adds the responses to a conditional read, if the response has a validator (RFC 9110 §13).
    pub(super) fn add_conditional_responses(&mut self) {
        let is_read =
            [Method::GET, Method::HEAD].contains(&self.method) || self.method.as_str() == "QUERY";
        let Some(full) = self.responses.get(&200).filter(|_| is_read) else {
            return;
        };
        let validators = ["etag", "last-modified"];
        if validators
            .iter()
            .any(|name| full.headers.contains_key(*name))
        {
            let headers = full.headers.clone();
            self.responses
                .entry(304)
                .or_default()
                .headers
                .extend(headers);
            self.refuses(PRECONDITION_FAILED).refuses(MALFORMED_HEADER);
        }
    }

    /// Describes a response whose status is `status` instead of 200.
    ///
    /// ```
    /// use fnurl::contract::Operation;
    /// use fnurl::{Problem, Respond, Response};
    ///
    /// /// 207, with a line for each part (RFC 4918 §13).
    /// struct MultiStatus(Vec<String>);
    ///
    /// impl Respond for MultiStatus {
    ///     fn respond(self) -> Result<Response, Problem> {
    ///         let mut response = self.0.join("\n").respond()?;
    ///         *response.status_mut() = http::StatusCode::MULTI_STATUS;
    ///         Ok(response)
    ///     }
    ///
    ///     fn describe(operation: &mut Operation) {
    ///         operation.with_status(207, <String as Respond>::describe);
    ///     }
    /// }
    /// ```
    pub fn with_status(&mut self, status: u16, describe: impl FnOnce(&mut Self)) -> &mut Self {
        let outer = std::mem::replace(&mut self.status, status);
        describe(self);
        self.status = outer;
        self
    }

    /// Describes a response and what a wrapper adds to it: for each status that `inner` describes,
    /// and no other.
    ///
    /// So a wrapper can be around any response, also one that has a wrapper already:
    ///
    /// ```
    /// use fnurl::contract::Operation;
    /// use fnurl::{Problem, Respond, Response};
    /// use http::HeaderValue;
    ///
    /// /// A response that search engines do not list.
    /// struct Unlisted<R>(R);
    ///
    /// impl<R: Respond> Respond for Unlisted<R> {
    ///     fn respond(self) -> Result<Response, Problem> {
    ///         let mut response = self.0.respond()?;
    ///         response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    ///         Ok(response)
    ///     }
    ///
    ///     fn describe(operation: &mut Operation) {
    ///         operation.wrapping(R::describe, |operation| {
    ///             operation.response_header::<String>("x-robots-tag");
    ///         });
    ///     }
    /// }
    /// ```
    pub fn wrapping(
        &mut self,
        inner: impl FnOnce(&mut Self),
        mut outer: impl FnMut(&mut Self),
    ) -> &mut Self {
        let known = std::mem::take(&mut self.responses);
        inner(self);
        let described: Vec<u16> = self.responses.keys().copied().collect();
        for status in described {
            self.with_status(status, &mut outer);
        }
        for (status, response) in known {
            self.responses.entry(status).or_insert(response);
        }
        self
    }

    /// Describes parameters and bodies that may be absent.
    ///
    /// It is how `Option<T>` describes `T`: everything that `describe` declares as required is
    /// optional, except path parameters.
    pub fn optionally(&mut self, describe: impl FnOnce(&mut Self)) -> &mut Self {
        let outer = std::mem::replace(&mut self.required, false);
        describe(self);
        self.required = outer;
        self
    }

    fn response(&mut self) -> &mut ResponseSpec {
        self.responses.entry(self.status).or_default()
    }

    fn schema<T: JsonSchema>(&mut self) -> Schema {
        self.schemas.input::<T>()
    }

    fn add(&mut self, name: String, location: In, required: bool, schema: Schema) -> &mut Self {
        // OpenAPI describes these in other places (§4.8.12.2.1), and never as parameters.
        const OWN_WORDS: [&str; 3] = ["accept", "content-type", "authorization"];
        let has_own_word =
            location == In::Header && OWN_WORDS.iter().any(|own| name.eq_ignore_ascii_case(own));
        let is_known = |it: &Parameter| it.name == name && it.location == location;
        if has_own_word || self.parameters.iter().any(is_known) {
            return self;
        }
        self.parameters.push(Parameter {
            name,
            location,
            required: required && (self.required || location == In::Path),
            schema,
        });
        self
    }

    fn add_body(&mut self, media_type: &str, schema: Option<Schema>) -> &mut Self {
        self.body_required = self.required;
        self.body.push(Content {
            media_type: media_type.to_owned(),
            schema,
            item: None,
        });
        self
    }

    fn add_content(
        &mut self,
        media_type: &str,
        schema: Option<Schema>,
        item: Option<Schema>,
    ) -> &mut Self {
        let content = Content {
            media_type: media_type.to_owned(),
            schema,
            item,
        };
        self.response().content.push(content);
        self
    }

    /// Adds one parameter for each member of the object schema of `T`; for an enum, the members of
    /// all its variants. A map is one parameter that holds all names (`style: form`, exploded).
    fn members<T: JsonSchema>(&mut self, location: In) -> &mut Self {
        let object = T::json_schema(self.schemas.reader());
        let mut members = Vec::new();
        collect_members(
            object.as_value(),
            true,
            &self.schemas.definitions(),
            &mut members,
        );
        let is_empty = members.is_empty();
        for (name, required, schema) in members {
            if let Ok(schema) = Schema::try_from(schema) {
                self.add(name, location, required, schema);
            }
        }
        if is_empty
            && object
                .get("additionalProperties")
                .is_some_and(|it| *it != false)
        {
            self.add("parameters".to_owned(), location, false, object);
        }
        self
    }
}

/// Collects the members of an object schema and of its parts. A member that only some of the
/// alternatives have is not required.
///
/// Example: an enum tagged by `by`, with the variants `Id { id }` and `Name { name }`, has the
/// members `by` (in every alternative, so required), `id` and `name` (in one each, so not
/// required). A query string has no better way to say “either of the two”.
fn collect_members(
    schema: &Value,
    is_certain: bool,
    definitions: &serde_json::Map<String, Value>,
    found: &mut Vec<(String, bool, Value)>,
) {
    let referred = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.rsplit('/').next())
        .and_then(|name| definitions.get(name));
    if let Some(referred) = referred {
        collect_members(referred, is_certain, definitions, found);
    }
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let members = schema.get("properties").and_then(Value::as_object);
    for (name, member) in members.into_iter().flatten() {
        let required = is_certain && required.contains(&name.as_str());
        match found.iter_mut().find(|(known, ..)| known == name) {
            None => found.push((name.clone(), required, member.clone())),
            Some((_, _, known)) if known == member => {}
            // The same name in two variants: either of their values.
            Some((_, _, known)) => match known.get_mut("anyOf").and_then(Value::as_array_mut) {
                Some(options) if options.contains(member) => {}
                Some(options) => options.push(member.clone()),
                None => *known = serde_json::json!({"anyOf": [known.take(), member]}),
            },
        }
    }
    let parts = |keyword: &str| schema.get(keyword).and_then(Value::as_array).cloned();
    for part in parts("allOf").into_iter().flatten() {
        collect_members(&part, is_certain, definitions, found);
    }
    for keyword in ["oneOf", "anyOf"] {
        let Some(options) = parts(keyword) else {
            continue;
        };
        for option in &options {
            collect_members(option, false, definitions, found);
        }
        // A member that every alternative requires is required.
        for (name, required, _) in found.iter_mut() {
            let in_all = options.iter().all(|option| {
                let names = option.get("required").and_then(Value::as_array);
                names.is_some_and(|names| names.iter().any(|it| it == name.as_str()))
            });
            *required |= is_certain && in_all && !options.is_empty();
        }
    }
}
