//! Broken rules: what validation found, in the words and by the names that the client knows.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::wire_names::{Step, wire_path};

/// One broken rule, at a place in the body or in a parameter.
///
/// Source: the `errors` member that RFC 9457 §3 shows in its second example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// Where in the request.
    #[serde(flatten)]
    pub place: Place,
    /// The rule, for programs: `length`, `range`, `required`, `type`, …
    pub code: Cow<'static, str>,
    /// The rule, for people: `must be 1 to 200 characters long`.
    pub message: Cow<'static, str>,
}

/// Where in a request a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A JSON Pointer (RFC 6901) into the body; empty for the whole body.
    Pointer(String),
    /// The name of a path parameter, query parameter, form field, header or cookie.
    Parameter(String),
}

impl Violation {
    /// A broken rule at `place`.
    pub fn new(
        place: Place,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            place,
            code: code.into(),
            message: message.into(),
        }
    }

    /// A broken rule in the parameter `name`.
    pub fn parameter(
        name: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(Place::Parameter(name.into()), code, message)
    }
}

/// Whether the names in a validated type are members of a body or parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Names {
    Pointers,
    Parameters,
}

impl Names {
    pub(crate) fn place(self, steps: &[Step]) -> Place {
        match self {
            Self::Pointers => Place::Pointer(pointer(steps)),
            Self::Parameters => {
                let names: Vec<String> = steps.iter().map(Step::to_string).collect();
                Place::Parameter(names.join("."))
            }
        }
    }
}

/// Every broken rule in `errors`, which validating a `T` gave, sorted by place.
pub(crate) fn violations<T: DeserializeOwned>(
    errors: &ValidationErrors,
    names: Names,
) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(errors, &mut Vec::new(), &mut |steps, error| {
        let place = names.place(&wire_path::<T>(steps));
        found.push(Violation::new(place, error.code.clone(), message(error)));
    });
    found.sort_by(|a, b| a.place.cmp(&b.place));
    found
}

/// The name that `validator` gives to rules about a value as a whole.
const WHOLE: &str = "__all__";

fn walk(
    errors: &ValidationErrors,
    steps: &mut Vec<Step>,
    found: &mut dyn FnMut(&[Step], &ValidationError),
) {
    for (field, kind) in errors.errors() {
        let depth = steps.len();
        if field != WHOLE {
            steps.push(Step::Member(field.clone().into_owned()));
        }
        match kind {
            ValidationErrorsKind::Field(errors) => {
                for error in errors {
                    found(steps, error);
                }
            }
            ValidationErrorsKind::Struct(inner) => walk(inner, steps, found),
            ValidationErrorsKind::List(elements) => {
                for (index, inner) in elements {
                    steps.push(Step::Element(*index));
                    walk(inner, steps, found);
                    steps.pop();
                }
            }
        }
        steps.truncate(depth);
    }
}

/// A JSON Pointer (RFC 6901 §3).
pub(crate) fn pointer(steps: &[Step]) -> String {
    let mut pointer = String::new();
    for step in steps {
        pointer.push('/');
        pointer.push_str(&step.to_string().replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

/// The rule in plain English, naming its limit.
fn message(error: &ValidationError) -> Cow<'static, str> {
    if let Some(message) = &error.message {
        return message.clone();
    }
    let number = |name: &str| error.params.get(name).map(Value::to_string);
    let text = |name: &str| error.params.get(name).and_then(Value::as_str);
    let many = !matches!(error.params.get("value"), None | Some(Value::String(_)));
    match &*error.code {
        "length" => length(number("min"), number("max"), number("equal"), many).into(),
        "range" => range(
            number("min"),
            number("max"),
            number("exclusive_min"),
            number("exclusive_max"),
        )
        .into(),
        "email" => "must be an e-mail address".into(),
        "url" => "must be a URL".into(),
        "ip" => "must be an IP address".into(),
        "ipv4" => "must be an IPv4 address".into(),
        "ipv6" => "must be an IPv6 address".into(),
        "required" | "required_nested" => "is required".into(),
        "contains" => format!("must contain “{}”", text("needle").unwrap_or_default()).into(),
        "does_not_contain" => {
            format!("must not contain “{}”", text("needle").unwrap_or_default()).into()
        }
        "must_match" => match text("other") {
            Some(other) => format!("must be the same as `{other}`").into(),
            None => "must be the same as its counterpart".into(),
        },
        "non_control_character" => "must not contain control characters".into(),
        "regex" => "does not have the required form".into(),
        _ => "is not valid".into(),
    }
}

fn length(min: Option<String>, max: Option<String>, equal: Option<String>, many: bool) -> String {
    let plural = |n: &str| match (many, n) {
        (true, "1") => "1 element".to_owned(),
        (true, n) => format!("{n} elements"),
        (false, "1") => "1 character long".to_owned(),
        (false, n) => format!("{n} characters long"),
    };
    let verb = if many { "have" } else { "be" };
    match (equal, min, max) {
        (Some(n), _, _) => format!("must {verb} exactly {}", plural(&n)),
        (None, Some(min), Some(max)) => format!("must {verb} {min} to {}", plural(&max)),
        (None, Some(min), None) => format!("must {verb} at least {}", plural(&min)),
        (None, None, Some(max)) => format!("must {verb} at most {}", plural(&max)),
        (None, None, None) => "has the wrong length".to_owned(),
    }
}

fn range(
    min: Option<String>,
    max: Option<String>,
    above: Option<String>,
    below: Option<String>,
) -> String {
    if let (Some(min), Some(max)) = (&min, &max) {
        return format!("must be from {min} to {max}");
    }
    let lower = min
        .map(|min| format!("at least {min}"))
        .or(above.map(|above| format!("more than {above}")));
    let upper = max
        .map(|max| format!("at most {max}"))
        .or(below.map(|below| format!("less than {below}")));
    let bounds: Vec<String> = lower.into_iter().chain(upper).collect();
    match bounds.is_empty() {
        true => "is out of range".to_owned(),
        false => format!("must be {}", bounds.join(" and ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use validator::Validate;

    #[derive(Deserialize, Validate)]
    #[serde(rename_all = "camelCase")]
    struct Order {
        #[validate(length(min = 1, max = 3))]
        short_name: String,
        #[validate(range(min = 1, max = 9))]
        how_many: u8,
        #[validate(nested)]
        lines: Vec<Line>,
        #[validate(length(max = 1))]
        tags: Vec<String>,
    }

    #[derive(Deserialize, Validate)]
    struct Line {
        #[serde(rename = "e/mail")]
        #[validate(email)]
        e_mail: String,
    }

    fn at(pointer: &str) -> Place {
        Place::Pointer(pointer.to_owned())
    }

    #[test]
    fn every_broken_rule_has_a_pointer_by_wire_names_and_names_its_limit() {
        let order: Order = serde_json::from_value(serde_json::json!({
            "shortName": "", "howMany": 0, "lines": [{"e/mail": "a@b.cd"}, {"e/mail": "x"}], "tags": ["a", "b"]
        }))
        .unwrap();
        let found = violations::<Order>(&order.validate().unwrap_err(), Names::Pointers);
        let found: Vec<_> = found
            .iter()
            .map(|v| (v.place.clone(), &*v.code, &*v.message))
            .collect();
        assert_eq!(
            found,
            [
                (at("/howMany"), "range", "must be from 1 to 9"),
                (at("/lines/1/e~1mail"), "email", "must be an e-mail address"),
                (at("/shortName"), "length", "must be 1 to 3 characters long"),
                (at("/tags"), "length", "must have at most 1 element"),
            ]
        );
    }

    #[test]
    fn a_violation_says_either_pointer_or_parameter() {
        let violation = Violation::parameter("limit", "range", "must be at most 100");
        assert_eq!(
            serde_json::to_value(violation).unwrap(),
            serde_json::json!({"parameter": "limit", "code": "range", "message": "must be at most 100"})
        );
    }
}
