//! Events from files, each with the answer that it must get.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;

/// One event and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The file's name, without the number in front and the ending.
    pub(crate) name: String,
    /// What the function is given.
    pub(crate) payload: Bytes,
    /// What it must answer.
    pub(crate) expected: Expected,
}

/// What of an answer is checked: nothing but `instance` of a problem may differ by the call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    status: u16,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    /// The whole body, as JSON; absent: the body is empty.
    #[serde(default)]
    body: Option<Value>,
    /// Members that the body has at least, for problems: frameworks word their details as they like.
    #[serde(default)]
    body_has: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    expected: Expected,
    #[serde(borrow)]
    event: &'a serde_json::value::RawValue,
}

/// The cases of a folder, in the order of their files' names.
pub(crate) fn load(folder: &Path) -> Result<Vec<Case>, Failure> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let cases = paths
        .iter()
        .map(|path| read(path).map_err(|err| Failure::from(format!("{}: {err}", path.display()))));
    cases.collect()
}

fn read(path: &PathBuf) -> Result<Case, Failure> {
    let text = std::fs::read_to_string(path)?;
    let file: File<'_> = serde_json::from_str(&text)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.trim_start_matches(|it: char| it.is_ascii_digit() || it == '-');
    Ok(Case {
        name: name.replace('-', " "),
        payload: compact(file.event.get())?,
        expected: file.expected,
    })
}

/// The same JSON as Lambda hands it over: its members in their order, and no white space.
fn compact(json: &str) -> Result<Bytes, Failure> {
    let mut bytes = Vec::with_capacity(json.len());
    serde_transcode::transcode(
        &mut serde_json::Deserializer::from_str(json),
        &mut serde_json::Serializer::new(&mut bytes),
    )?;
    Ok(bytes.into())
}

/// The body of a result, the JSON that a function has sent to the Runtime API.
pub(crate) fn body(result: &[u8]) -> Result<Vec<u8>, Failure> {
    serde_json::from_slice::<Answer>(result)?.bytes()
}

impl Expected {
    /// What the hello world answers to everything.
    pub(crate) fn hello() -> Self {
        Self {
            status: 200,
            headers: serde_json::Map::new(),
            body: Some(json!({"message": "Hello, world!"})),
            body_has: None,
        }
    }

    /// Compares a result, the JSON that a function has sent to the Runtime API.
    pub(crate) fn check(&self, result: &[u8]) -> Result<(), Failure> {
        let answer: Answer = serde_json::from_slice(result)?;
        let fits = answer.status_code == self.status
            && self
                .headers
                .iter()
                .all(|(name, value)| answer.header(name) == Some(value))
            && self.body_fits(&answer.bytes()?)?;
        if fits {
            return Ok(());
        }
        let result = String::from_utf8_lossy(result);
        Err(format!("expected {self:?}, but the answer is {result}").into())
    }

    fn body_fits(&self, body: &[u8]) -> Result<bool, Failure> {
        if self.body.is_none() && self.body_has.is_none() {
            return Ok(body.is_empty());
        }
        let body: Value = serde_json::from_slice(body)?;
        Ok(self.body.as_ref().is_none_or(|whole| *whole == body)
            && self.body_has.as_ref().is_none_or(|part| has(&body, part)))
    }
}

fn has(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(name, part)| whole.get(name).is_some_and(|whole| has(whole, part))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len()
                && whole.iter().zip(part).all(|(whole, part)| has(whole, part))
        }
        _ => whole == part,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&Value> {
        let mut named = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value)
    }

    fn bytes(self) -> Result<Vec<u8>, Failure> {
        let body = self.body.unwrap_or_default();
        if self.is_base64_encoded {
            return Ok(STANDARD.decode(body)?);
        }
        Ok(body.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(json: Value) -> Expected {
        serde_json::from_value(json).unwrap_or_else(|err| panic!("{err}"))
    }

    #[test]
    fn an_answer_with_another_status_header_or_body_is_refused() {
        let expected = expected(json!({
            "status": 404,
            "headers": {"content-type": "application/problem+json"},
            "body_has": {"title": "Not found", "errors": [{"pointer": "/a"}]},
        }));
        let good = r#"{"statusCode":404,"headers":{"Content-Type":"application/problem+json"},"body":"{\"title\":\"Not found\",\"instance\":\"1\",\"errors\":[{\"pointer\":\"/a\",\"code\":\"b\"}]}"}"#;
        assert!(expected.check(good.as_bytes()).is_ok());
        for (from, to) in [
            ("404", "400"),
            ("problem+", ""),
            ("found", "here"),
            ("/a", "/b"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert!(expected.check(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_body_where_none_is_expected_is_refused() {
        let expected = expected(json!({"status": 204}));
        assert!(expected.check(br#"{"statusCode":204}"#).is_ok());
        assert!(
            expected
                .check(br#"{"statusCode":204,"body":"e30=","isBase64Encoded":true}"#)
                .is_err()
        );
    }
}
