//! Every member of a body that does not fit its type, and not only the first.
//!
//! Serde stops at the first mismatch. Each one found is therefore taken out of the way (removed,
//! or replaced by a stand-in that fits) and the body read again, until nothing more is found; the
//! rules are then checked on what is left.

use serde_json::Value;
use serde_path_to_error::Segment;

use super::objects::Objects;
use super::{Input, malformed};
use crate::problem::Problem;
use crate::violation::{Names, Place, Violation, pointer, violations};
use crate::wire_names::Step;

/// How often a body is read at most, and so how many mismatches an answer can list.
const MAX_READINGS: usize = 25;
/// Larger bodies get their first mismatch only, so that reading again stays cheap.
const MAX_REREAD_BYTES: usize = 64 * 1024;

/// The 422 problem for JSON that is no `T`, or 400 when it turns out to be no JSON.
pub(super) fn problem<T: Input>(bytes: &[u8]) -> Problem {
    let mut body: Value = match serde_json::from_slice(bytes) {
        Ok(body) => body,
        Err(err) => return malformed(bytes, &err),
    };
    let mut found: Vec<Violation> = Vec::new();
    for _ in 0..MAX_READINGS {
        match mismatch::<T>(&body) {
            Err(mismatch) => {
                let violation = mismatch.violation();
                // A member that was removed may turn out to be required: it is listed already.
                if found.iter().all(|known| known.place != violation.place) {
                    found.push(violation);
                }
                if bytes.len() > MAX_REREAD_BYTES || !mismatch.clear::<T>(&mut body) {
                    break;
                }
            }
            Ok(value) => {
                if let Err(errors) = value.validate() {
                    let rules = violations::<T>(&errors, Names::Pointers);
                    let rules = rules.into_iter().filter(|rule| !covered(rule, &found));
                    found.extend(rules.collect::<Vec<_>>());
                }
                break;
            }
        }
    }
    found.sort_by(|a, b| a.place.cmp(&b.place));
    Problem::invalid(found)
}

/// Whether a rule is about a stand-in, or about a whole with one in it, and so perhaps not about
/// what the client sent.
fn covered(rule: &Violation, found: &[Violation]) -> bool {
    let Place::Pointer(rule) = &rule.place else {
        return false;
    };
    found.iter().any(|known| match &known.place {
        Place::Pointer(place) => within(rule, place) || within(place, rule),
        Place::Parameter(_) => false,
    })
}

fn within(pointer: &str, place: &str) -> bool {
    pointer
        .strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn mismatch<T: Input>(body: &Value) -> Result<T, Mismatch> {
    serde_path_to_error::deserialize(Objects(body)).map_err(|err| Mismatch::new(&err))
}

#[derive(Debug, PartialEq)]
enum Fault {
    Missing,
    Unknown,
    Repeated,
    Type(String),
}

#[derive(Debug, PartialEq)]
struct Mismatch {
    steps: Vec<Step>,
    fault: Fault,
}

impl Mismatch {
    fn new(err: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let mut steps: Vec<Step> = err.path().iter().filter_map(step).collect();
        let message = err.inner().to_string();
        let named = |prefix: &str| message.strip_prefix(prefix)?.split('`').next();
        let (name, fault) = if let Some(name) = named("missing field `") {
            (name, Fault::Missing)
        } else if let Some(name) = named("unknown field `") {
            (name, Fault::Unknown)
        } else if let Some(name) = named("duplicate field `") {
            (name, Fault::Repeated)
        } else {
            let fault = Fault::Type(rule(&message));
            return Self { steps, fault };
        };
        let member = Step::Member(name.to_owned());
        if fault == Fault::Missing || steps.last() != Some(&member) {
            steps.push(member);
        }
        Self { steps, fault }
    }

    fn violation(&self) -> Violation {
        let place = Place::Pointer(pointer(&self.steps));
        match &self.fault {
            Fault::Missing => Violation::new(place, "required", "is required"),
            Fault::Unknown => Violation::new(place, "unknown", "is not a known member"),
            Fault::Repeated => Violation::new(place, "repeated", "must be given once"),
            Fault::Type(rule) => Violation::new(place, "type", rule.clone()),
        }
    }

    /// Changes `body` so that this place no longer stops the reading; false when nothing helps.
    fn clear<T: Input>(&self, body: &mut Value) -> bool {
        let stand_ins = [
            None,
            Some(Value::Null),
            Some("".into()),
            Some(0.into()),
            Some(false.into()),
            Some(Value::Array(Vec::new())),
            Some(Value::Object(serde_json::Map::new())),
        ];
        for stand_in in stand_ins {
            let mut changed = body.clone();
            if !put(&mut changed, &self.steps, stand_in) {
                continue;
            }
            let still_here = match mismatch::<T>(&changed) {
                Ok(_) => false,
                Err(next) => within(&pointer(&next.steps), &pointer(&self.steps)),
            };
            if !still_here {
                *body = changed;
                return true;
            }
        }
        false
    }
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Element(*index)),
        Segment::Map { key } | Segment::Enum { variant: key } => Some(Step::Member(key.clone())),
        Segment::Unknown => None,
    }
}

/// Puts `stand_in` at `steps`, or removes the member; false when there is no such place.
fn put(body: &mut Value, steps: &[Step], stand_in: Option<Value>) -> bool {
    let Some((last, parents)) = steps.split_last() else {
        return false;
    };
    let Some(parent) = body.pointer_mut(&pointer(parents)) else {
        return false;
    };
    match (parent, last, stand_in) {
        (Value::Object(members), Step::Member(name), Some(value)) => {
            members.insert(name.clone(), value);
            true
        }
        (Value::Object(members), Step::Member(name), None) => members.remove(name).is_some(),
        (Value::Array(elements), Step::Element(index), Some(value)) => {
            elements.get_mut(*index).map(|it| *it = value).is_some()
        }
        _ => false,
    }
}

/// What serde expected, as a rule: `invalid type: integer 5, expected a string` becomes
/// `must be a string`.
fn rule(message: &str) -> String {
    let Some((_, expected)) = message.split_once(", expected ") else {
        return message.to_owned();
    };
    let expected = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "u128" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "an array",
        "a map" => "an object",
        named if named.starts_with("struct ") => "an object",
        other => other,
    };
    format!("must be {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;
    use validator::Validate;

    #[derive(Debug, Deserialize, Validate, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only the mismatches are looked at")]
    struct Order {
        #[validate(length(min = 1))]
        title: String,
        count: u8,
        note: Option<String>,
        #[validate(nested)]
        ship_to: Option<Address>,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[derive(Debug, Deserialize, Validate, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Address {
        #[validate(length(min = 2))]
        street: String,
    }

    fn listed(body: &Value) -> Vec<(String, String)> {
        let problem =
            crate::extract::json::read_json::<Order>(body.to_string().as_bytes()).unwrap_err();
        let listed = problem.violations().iter().map(|it| match &it.place {
            Place::Pointer(place) => (place.clone(), it.message.to_string()),
            Place::Parameter(name) => panic!("{name} is no pointer"),
        });
        listed.collect()
    }

    #[test]
    fn every_mismatch_and_every_broken_rule_is_listed_once() {
        let body = json!({
            "title": 7, "note": [], "shipTo": {"street": "x", "zip": 1}, "tags": ["a", 2], "extra": true
        });
        let listed = listed(&body);
        let expected = [
            ("/count", "is required"),
            ("/extra", "is not a known member"),
            ("/note", "must be a string"),
            ("/shipTo/street", "must be at least 2 characters long"),
            ("/shipTo/zip", "is not a known member"),
            ("/tags/1", "must be a string"),
            ("/title", "must be a string"),
        ];
        let expected = expected.map(|(place, rule)| (place.to_owned(), rule.to_owned()));
        assert_eq!(listed, expected);
    }

    #[test]
    fn an_array_in_place_of_an_object_is_a_mismatch() {
        let body = json!({"title": "t", "count": 1, "shipTo": ["Main Street"]});
        let expected = [("/shipTo".to_owned(), "must be an object".to_owned())];
        assert_eq!(listed(&body), expected);
    }

    #[test]
    fn a_body_of_another_type_is_one_violation_of_the_whole_body() {
        for body in [json!([1]), json!("x"), json!(null), json!(3)] {
            let expected = vec![(String::new(), "must be an object".to_owned())];
            assert_eq!(listed(&body), expected, "{body}");
        }
    }
}
