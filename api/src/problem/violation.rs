//! Validation errors: broken rules, with the names that the client knows.

use std::borrow::Cow;

use serde::Serialize;

/// One broken rule, at a place in the body or in a parameter.
///
/// Source: the `errors` member that RFC 9457 §3 shows in its second example.
///
/// ```
/// use fnurl::{Place, Violation};
///
/// let violation = Violation::new(Place::Pointer("/name".to_owned()), "taken", "is taken");
/// let json = serde_json::to_value(violation)?;
/// let expected = serde_json::json!({"pointer": "/name", "code": "taken", "message": "is taken"});
/// assert_eq!(json, expected);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// See [`Problem::invalid`](crate::Problem::invalid) for how a handler reports one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// The place in the request.
    #[serde(flatten)]
    pub place: Place,
    /// The rule, for programs: `length`, `range`, `required`, `type`, …
    pub code: Cow<'static, str>,
    /// The rule, for people: `must be 1 to 200 characters long`.
    pub message: Cow<'static, str>,
}

/// The place in a request where a rule is broken.
///
/// ```
/// use fnurl::Place;
///
/// let inner = Place::Pointer("/lines/0/count".to_owned());
/// assert_eq!(inner.name(), "/lines/0/count");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A JSON Pointer (RFC 6901) into the body; empty for the whole body.
    Pointer(String),
    /// The name of a path parameter, query parameter, form field, header or cookie.
    Parameter(String),
}

impl Place {
    /// The pointer or the name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Pointer(name) | Self::Parameter(name) => name,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_says_either_pointer_or_parameter() {
        let violation = Violation::parameter("limit", "range", "must be at most 100");
        assert_eq!(
            serde_json::to_value(violation).unwrap(),
            serde_json::json!({"parameter": "limit", "code": "range", "message": "must be at most 100"})
        );
    }
}
