//! A request to one operation, whose parts can be changed one by one.

use http::Method;
use serde_json::Value;

use super::FORM;
use crate::contract::{Content, In, Operation};
use crate::testing::{TestApi, TestRequest};

#[derive(Debug, Clone)]
pub(super) struct Sample {
    template: String,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<(String, String)>,
}

impl Sample {
    pub(super) fn new(operation: &Operation) -> Self {
        Self {
            template: operation.template.clone(),
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Sets the text of a parameter, or removes it.
    pub(super) fn set(&mut self, location: In, name: &str, text: Option<&str>) {
        let parameters = match location {
            In::Path => &mut self.path,
            In::Query => &mut self.query,
            In::Header | In::Cookie => &mut self.headers,
        };
        parameters.retain(|(known, _)| known != name);
        parameters.extend(text.map(|text| (name.to_owned(), text.to_owned())));
    }

    pub(super) fn set_json(&mut self, value: &Value) {
        self.body = Some((super::JSON.to_owned(), value.to_string()));
    }

    /// Sets the body to a form: a list as a repeated name, and null as a name that is missing.
    pub(super) fn set_form(&mut self, members: &Value) {
        let mut pairs = Vec::new();
        for (name, value) in members.as_object().into_iter().flatten() {
            let values = match value {
                Value::Array(values) => values.as_slice(),
                Value::Null => &[],
                single => std::slice::from_ref(single),
            };
            let texts = values.iter().map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            pairs.extend(texts.map(|text| (name.clone(), text)));
        }
        self.body = Some((FORM.to_owned(), encoded(&pairs)));
    }

    /// Sets a body that any operation with one of these media types reads: an empty patch, or text.
    pub(super) fn set_other_body(&mut self, bodies: &[Content]) {
        self.body = bodies.first().map(|body| {
            let media_type = body.media_type.clone();
            match media_type.ends_with("json") {
                true => (media_type, "{}".to_owned()),
                false => (media_type.replace("*/*", "text/plain"), "text".to_owned()),
            }
        });
    }

    pub(super) fn request<'a>(&self, api: &'a TestApi, method: &Method) -> TestRequest<'a> {
        let mut target = self.template.clone();
        for (name, text) in &self.path {
            let text = percent(text);
            target = target.replace(&format!("{{{name}}}"), &text);
            target = target.replace(&format!("{{*{name}}}"), &text);
        }
        if !self.query.is_empty() {
            target = format!("{target}?{}", encoded(&self.query));
        }
        let mut request = api.request(method.clone(), &target);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        match &self.body {
            Some((media_type, body)) => request.text(media_type, body),
            None => request,
        }
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter();
    let pairs = pairs.map(|(name, text)| format!("{}={}", percent(name), percent(text)));
    pairs.collect::<Vec<_>>().join("&")
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
