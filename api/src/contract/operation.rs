//! One operation of the contract, described by the types of its handler.

use std::collections::BTreeMap;

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use crate::context::Settings;
use crate::problem::{MALFORMED_HEADER, PRECONDITION_FAILED, ProblemType};
use crate::syntax::paths::parameter_names;

/// A method on a route template: what it reads and what it answers.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The route template, such as `/items/{itemId}`.
    pub template: String,
    /// What is read from path, query and headers.
    pub parameters: Vec<Parameter>,
    /// The bodies that are read, by media type; empty when none is.
    pub body: Vec<Content>,
    /// Whether a request without a body is refused.
    pub body_required: bool,
    /// The answers that are successes, by status.
    pub responses: BTreeMap<u16, ResponseSpec>,
    /// The problems that can be answered, each once.
    pub problems: Vec<ProblemType>,
    /// The path of the handler's function, such as `routes::items::list`.
    pub handler: &'static str,
    /// Whether the request must be signed with AWS Signature Version 4.
    pub signed: bool,
    status: u16,
    required: bool,
    generator: SchemaGenerator,
    settings: Settings,
}

/// One path parameter, query parameter or header.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Parameter {
    /// The name that clients use.
    pub name: String,
    /// Where it is read from.
    pub location: In,
    /// Whether a request without it is refused.
    pub required: bool,
    /// What values it can have.
    pub schema: Schema,
}

/// Where a parameter is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum In {
    /// A parameter of the route template.
    Path,
    /// The query string.
    Query,
    /// A header.
    Header,
}

/// A media type and what it holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Content {
    /// The media type.
    pub media_type: String,
    /// The schema; `None` for bytes.
    pub schema: Option<Schema>,
}

/// An answer that is a success.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ResponseSpec {
    /// The bodies, by media type; empty when there is none.
    pub content: Vec<Content>,
    /// The headers by name, beside the content type.
    pub headers: BTreeMap<String, Schema>,
}

impl Operation {
    pub(super) fn new(
        method: Method,
        template: &str,
        generator: SchemaGenerator,
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
            handler: "",
            signed: false,
            status: 200,
            required: true,
            generator,
            settings,
        }
    }

    /// What the API has set for all its routes.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Says which function handles the operation.
    pub(crate) fn handled_by<F>(&mut self) {
        self.handler = std::any::type_name::<F>();
    }

    /// The module and the name of the function that handles it: `itemsList`.
    #[must_use]
    pub fn id(&self) -> String {
        let mut names = self.handler.rsplit("::");
        let (function, module) = (names.next().unwrap_or_default(), names.next());
        let words = module
            .into_iter()
            .chain([function])
            .flat_map(|name| name.split('_'));
        let mut id = String::new();
        for word in words.filter(|word| !word.is_empty()) {
            let (first, rest) = word.split_at(word.ceil_char_boundary(1));
            match id.is_empty() {
                true => id.push_str(first),
                false => id.push_str(&first.to_ascii_uppercase()),
            }
            id.push_str(rest);
        }
        id
    }

    pub(super) fn take_generator(&mut self) -> SchemaGenerator {
        std::mem::take(&mut self.generator)
    }

    /// Reads the path parameter at `index` of the template as a `T`.
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
    pub fn query_parameters<T: JsonSchema>(&mut self) -> &mut Self {
        self.members::<T>(In::Query)
    }

    /// Reads the header `name` as a `T`.
    pub fn header<T: JsonSchema>(&mut self, name: &str, required: bool) -> &mut Self {
        let schema = self.schema::<T>();
        self.add(name.to_owned(), In::Header, required, schema)
    }

    /// Reads a body of `media_type` as a `T`.
    pub fn body<T: JsonSchema>(&mut self, media_type: &str) -> &mut Self {
        let schema = Some(self.schema::<T>());
        self.add_body(media_type, schema)
    }

    /// Reads a body of `media_type` as it is.
    pub fn raw_body(&mut self, media_type: &str) -> &mut Self {
        self.add_body(media_type, None)
    }

    /// Refuses requests with problems of this kind.
    pub fn refuses(&mut self, kind: ProblemType) -> &mut Self {
        if !self.problems.contains(&kind) {
            self.problems.push(kind);
        }
        self
    }

    /// Needs a request that is signed with AWS Signature Version 4.
    pub fn signed(&mut self) -> &mut Self {
        self.signed = self.required;
        self
    }

    /// Answers with a `T` as `media_type`.
    pub fn responds<T: JsonSchema>(&mut self, media_type: &str) -> &mut Self {
        let schema = Some(self.schema::<T>());
        self.add_content(media_type, schema)
    }

    /// Answers with bytes of `media_type`.
    pub fn responds_raw(&mut self, media_type: &str) -> &mut Self {
        self.add_content(media_type, None)
    }

    /// Answers without a body.
    pub fn responds_empty(&mut self) -> &mut Self {
        self.response();
        self
    }

    /// Sends the header `name` with the answer that is being described.
    pub fn response_header<T: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.schema::<T>();
        self.response().headers.insert(name.to_owned(), schema);
        self
    }

    /// Sends the header `name` with every success that was described so far.
    pub fn response_header_of_all<T: JsonSchema>(&mut self, name: &str) -> &mut Self {
        let schema = self.schema::<T>();
        for response in self.responses.values_mut() {
            response.headers.insert(name.to_owned(), schema.clone());
        }
        self
    }

    /// Answers 204 with the same headers as 200, too, where a body can be left out.
    pub fn may_be_empty(&mut self) -> &mut Self {
        if let Some(full) = self.responses.get(&200) {
            let headers = full.headers.clone();
            let empty = self.responses.entry(204).or_default();
            empty.headers.extend(headers);
        }
        self
    }

    /// What every read with a validator answers to a condition (RFC 9110 §13).
    pub(super) fn add_conditional_answers(&mut self) {
        let is_read = self.method == Method::GET || self.method == Method::HEAD;
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

    /// Describes an answer whose status is `status` instead of 200.
    pub fn with_status(&mut self, status: u16, describe: impl FnOnce(&mut Self)) -> &mut Self {
        let outer = std::mem::replace(&mut self.status, status);
        describe(self);
        self.status = outer;
        self
    }

    /// Describes a response and what a wrapper adds to it: for each status that `inner` describes,
    /// and no other.
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
        self.generator.subschema_for::<T>()
    }

    fn add(&mut self, name: String, location: In, required: bool, schema: Schema) -> &mut Self {
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
        });
        self
    }

    fn add_content(&mut self, media_type: &str, schema: Option<Schema>) -> &mut Self {
        let content = Content {
            media_type: media_type.to_owned(),
            schema,
        };
        self.response().content.push(content);
        self
    }

    /// One parameter for each member of the object schema of `T`.
    fn members<T: JsonSchema>(&mut self, location: In) -> &mut Self {
        let object = T::json_schema(&mut self.generator);
        let required: Vec<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let members = object.get("properties").and_then(Value::as_object);
        for (name, schema) in members.into_iter().flatten() {
            if let Ok(schema) = Schema::try_from(schema.clone()) {
                let required = required.contains(&name.as_str());
                self.add(name.clone(), location, required, schema);
            }
        }
        self
    }
}
