//! Broken rules, by the names that the client sent.
//!
//! `validator` names the fields of Rust, and serde reads members that may be called otherwise:
//! `unitPrice`, `type` for `kind`, or two names swapped. Neither knows the other's name. What joins
//! them is the value: a rule comes with the value that broke it, and that value was sent under some
//! name. Where several members have it, one of them is changed and the rules are checked again:
//! the rule that then says something else is about that member.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use super::document::{Content, Document, Fields, MAX_LISTED, NodeId, Number};
use super::place::Steps;
use super::words;

/// A broken rule.
#[derive(Debug)]
pub(super) struct BrokenRule {
    pub(super) steps: Steps,
    pub(super) code: Cow<'static, str>,
    pub(super) message: Cow<'static, str>,
}

/// Reads the document again and checks the rules; `None` when it cannot be read.
pub(super) type Check<'a> = &'a dyn Fn(&Document) -> Option<ValidationErrors>;

/// The first [`MAX_LISTED`] of the broken rules, and how many more there are.
///
/// `of_type` is the name of the validated type: what is learnt about its names is kept. Rules that
/// read a value which could not be read itself are left out.
pub(super) fn broken(
    of_type: &'static str,
    document: &mut Document,
    fields: &Fields,
    errors: &ValidationErrors,
    check: Check<'_>,
) -> (Vec<BrokenRule>, usize) {
    let mended = document.around_reported();
    let mut walk = Walk {
        of_type,
        document,
        fields,
        check,
        way: Vec::new(),
        found: Vec::new(),
        more: 0,
        mended,
    };
    walk.object(errors, 0);
    (walk.found, walk.more)
}

/// The name that `validator` gives to rules about a value as a whole.
const WHOLE: &str = "__all__";
/// The name under which its lists report.
const LIST: &str = "_tmp_validator";

/// A step by the names of Rust.
#[derive(Debug, Clone, PartialEq)]
enum RustStep {
    Field(String),
    Index(usize),
}

struct Walk<'a> {
    of_type: &'static str,
    document: &'a mut Document,
    fields: &'a Fields,
    check: Check<'a>,
    way: Vec<RustStep>,
    found: Vec<BrokenRule>,
    more: usize,
    /// The nodes in which something stands in for a mistake.
    mended: HashSet<NodeId>,
}

/// The names of members that have been found out, by type and the way to the field. A type has
/// few, and they never change.
static KNOWN_NAMES: LazyLock<Mutex<HashMap<(&'static str, String), Box<str>>>> =
    LazyLock::new(Mutex::default);

impl Walk<'_> {
    /// The rules of the struct at `node`.
    fn object(&mut self, errors: &ValidationErrors, node: NodeId) {
        let sorted: BTreeMap<&str, &ValidationErrorsKind> = errors
            .errors()
            .iter()
            .map(|(name, kind)| (&**name, kind))
            .collect();
        for (name, kind) in sorted {
            let is_step = name != WHOLE && name != LIST;
            if is_step {
                self.way.push(RustStep::Field(name.to_owned()));
            }
            match kind {
                ValidationErrorsKind::Field(broken) if name == WHOLE => {
                    let steps = self.document.steps(node);
                    self.rules(broken, steps, Some(node), node);
                }
                ValidationErrorsKind::Field(broken) => self.field(broken, name, node),
                ValidationErrorsKind::Struct(inner) => {
                    let member = self.member(node, name, |document, fields, id| {
                        fits(document, fields, inner, id)
                    });
                    // A flattened struct has no member of its own.
                    self.object(inner, member.unwrap_or(node));
                }
                ValidationErrorsKind::List(elements) => {
                    let list = match name == LIST {
                        true => node,
                        false => self
                            .member(node, name, |document, _, id| {
                                matches!(
                                    document.content(id),
                                    Content::Array(_) | Content::Object(_) | Content::Values(_)
                                )
                            })
                            .unwrap_or(node),
                    };
                    self.list(elements, list);
                }
            }
            if is_step {
                self.way.pop();
            }
        }
    }

    /// The rules of the parts of a list, or of a map, which `validator` numbers in its own order.
    fn list(&mut self, elements: &BTreeMap<usize, Box<ValidationErrors>>, list: NodeId) {
        let parts = self.document.children(list).to_vec();
        let is_array = !matches!(self.document.content(list), Content::Object(_));
        let mut taken = HashSet::new();
        for (&index, errors) in elements {
            let by_index = parts.get(index).copied().filter(|&id| {
                is_array && !taken.contains(&id) && fits(self.document, self.fields, errors, id)
            });
            let by_value = || {
                let mut fitting = parts.iter().copied().filter(|id| !taken.contains(id));
                fitting.find(|&id| fits(self.document, self.fields, errors, id))
            };
            let part = by_index.or_else(by_value).or(parts.get(index).copied());
            taken.extend(part);
            self.way.push(RustStep::Index(index));
            self.object(errors, part.unwrap_or(list));
            self.way.pop();
        }
    }

    /// The rules of one field of the struct at `node`.
    fn field(&mut self, broken: &[ValidationError], name: &str, node: NodeId) {
        let member = self.member(node, name, |document, _, id| {
            broken.iter().all(|error| has_value(document, id, error))
        });
        let steps = match member {
            Some(member) => self.document.steps(member),
            None => {
                let name = self.absent(node, name);
                self.document.steps(node).member(&name)
            }
        };
        self.rules(broken, steps, member, node);
    }

    fn rules(
        &mut self,
        broken: &[ValidationError],
        steps: Steps,
        member: Option<NodeId>,
        object: NodeId,
    ) {
        for error in broken {
            if self.reads_a_stand_in(error, member, object) {
                continue;
            }
            if self.found.len() >= MAX_LISTED {
                self.more += 1;
                continue;
            }
            let other = self.counterpart(error, member, object);
            let message = words::rule(error, other.as_deref());
            self.found.push(BrokenRule {
                steps: steps.clone(),
                code: error.code.clone(),
                message,
            });
        }
    }

    /// Whether a rule was checked on something that stands in for a mistake.
    fn reads_a_stand_in(
        &self,
        error: &ValidationError,
        member: Option<NodeId>,
        object: NodeId,
    ) -> bool {
        if self.mended.is_empty() {
            return false;
        }
        let place = member.unwrap_or(object);
        self.document.is_within_reported(place)
            || self.mended.contains(&place)
            || error.params.contains_key("other") && self.mended.contains(&object)
    }

    /// The name of the member that a `must_match` compares with, if only one has its value.
    fn counterpart(
        &self,
        error: &ValidationError,
        member: Option<NodeId>,
        object: NodeId,
    ) -> Option<String> {
        let other = error.params.get("other")?;
        let mut others = self
            .document
            .children(object)
            .iter()
            .copied()
            .filter(|&id| Some(id) != member && is_value(self.document, id, other));
        let only = others.next().filter(|_| others.next().is_none())?;
        self.document.name(only).map(str::to_owned)
    }

    /// The member of `node` that the field `name` was read from.
    fn member(
        &mut self,
        node: NodeId,
        name: &str,
        may_be: impl Fn(&Document, &Fields, NodeId) -> bool,
    ) -> Option<NodeId> {
        let members = self.document.children(node).to_vec();
        let fitting: Vec<NodeId> = members
            .iter()
            .copied()
            .filter(|&id| may_be(self.document, self.fields, id))
            .collect();
        let is_same_word = |walk: &Self, id: NodeId| {
            walk.document
                .name(id)
                .is_some_and(|known| is_spelling_of(known, name))
        };
        match fitting[..] {
            [only] => Some(only),
            // The value may have changed on its way into the type.
            [] => members.iter().copied().find(|&id| is_same_word(self, id)),
            _ => {
                if let Some(known) = self.known_name() {
                    return self.document.member(node, &known);
                }
                let (mut tried, others): (Vec<_>, Vec<_>) = fitting
                    .iter()
                    .copied()
                    .partition(|&id| is_same_word(self, id));
                tried.extend(others);
                let found = tried.iter().copied().find(|&id| self.depends_on(id));
                if let Some(found) = found {
                    self.learn(found);
                }
                found.or(tried.first().copied())
            }
        }
    }

    /// The name of a member that was not sent.
    fn absent(&self, node: NodeId, name: &str) -> String {
        let fields = self.fields.iter().find(|(id, _)| *id == node);
        let mut known = fields.into_iter().flat_map(|(_, names)| names.iter());
        let known = known.find(|known| is_spelling_of(known, name));
        known.map_or_else(|| name.to_owned(), |known| (*known).to_owned())
    }

    /// Whether the rules at the place where the walk is change with the value of a member.
    fn depends_on(&mut self, member: NodeId) -> bool {
        let Some(other) = another(self.document.content(member)) else {
            return false;
        };
        let before = (self.check)(self.document).and_then(|errors| self.here(errors));
        let kept = self.document.replace(member, other);
        let after = (self.check)(self.document).map(|errors| self.here(errors));
        self.document.replace(member, kept);
        after.is_some_and(|after| after != before)
    }

    /// The part of the errors at the place where the walk is.
    fn here(&self, errors: ValidationErrors) -> Option<ValidationErrorsKind> {
        let mut kind = ValidationErrorsKind::Struct(Box::new(errors));
        for step in &self.way {
            kind = match (kind, step) {
                (ValidationErrorsKind::Struct(errors), RustStep::Field(name)) => {
                    errors.into_errors().remove(&**name)?
                }
                (ValidationErrorsKind::Struct(errors), RustStep::Index(index)) => {
                    match errors.into_errors().remove(LIST)? {
                        ValidationErrorsKind::List(mut elements) => {
                            ValidationErrorsKind::Struct(elements.remove(index)?)
                        }
                        _ => return None,
                    }
                }
                (ValidationErrorsKind::List(mut elements), RustStep::Index(index)) => {
                    ValidationErrorsKind::Struct(elements.remove(index)?)
                }
                _ => return None,
            };
        }
        Some(kind)
    }

    /// The way to the field in the type: the same in every element.
    fn key(&self) -> (&'static str, String) {
        let names = self.way.iter().map(|step| match step {
            RustStep::Field(name) => name.as_str(),
            RustStep::Index(_) => "*",
        });
        (self.of_type, names.collect::<Vec<_>>().join("."))
    }

    fn known_name(&self) -> Option<Box<str>> {
        let known = KNOWN_NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&self.key()).cloned()
    }

    fn learn(&self, member: NodeId) {
        if let Some(name) = self.document.name(member) {
            let mut known = KNOWN_NAMES.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(self.key(), name.into());
        }
    }
}

/// Another value of the same kind.
fn another(content: &Content) -> Option<Content> {
    Some(match content {
        Content::Text(text) => Content::Text(format!("{text}~").into()),
        Content::Untyped(text) => match Number::parse(text) {
            Some(_) => Content::Untyped(other_number(text)),
            None => Content::Untyped(format!("{text}~").into()),
        },
        Content::Number(text) => Content::Number(other_number(text)),
        Content::Bool(value) => Content::Bool(!value),
        Content::Array(parts) => match parts.split_last() {
            Some((last, _)) => Content::Array(parts.iter().chain([last]).copied().collect()),
            None => return None,
        },
        _ => return None,
    })
}

fn other_number(text: &str) -> Box<str> {
    let other = match text {
        "0" => "1",
        _ => "0",
    };
    other.into()
}

/// Whether a member that serde calls `known` may be the field `name`: only the spelling differs.
fn is_spelling_of(known: &str, name: &str) -> bool {
    let folded = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    folded(known) == folded(name)
}

/// Whether the struct at `node` can have these errors: its members have the values that they are
/// about.
fn fits(document: &Document, fields: &Fields, errors: &ValidationErrors, node: NodeId) -> bool {
    errors.errors().iter().all(|(name, kind)| {
        if name == WHOLE {
            return true;
        }
        let members = document.children(node).iter().copied();
        match kind {
            ValidationErrorsKind::Field(broken) => {
                let is_absent = |error: &ValidationError| {
                    matches!(error.params.get("value"), None | Some(Value::Null))
                };
                broken.iter().all(is_absent)
                    || members
                        .into_iter()
                        .any(|id| broken.iter().all(|error| has_value(document, id, error)))
                    // A value that changed on its way into the type.
                    || document.children(node).iter().any(|&id| {
                        document.name(id).is_some_and(|known| is_spelling_of(known, name))
                    }) && !is_plain(broken)
            }
            ValidationErrorsKind::Struct(inner) => {
                members
                    .into_iter()
                    .any(|id| fits(document, fields, inner, id))
                    || fits(document, fields, inner, node)
            }
            ValidationErrorsKind::List(elements) => {
                let mut lists: Vec<NodeId> = members.collect();
                if name == LIST {
                    lists = vec![node];
                }
                lists.into_iter().any(|list| {
                    elements.values().all(|inner| {
                        let mut parts = document.children(list).iter();
                        parts.any(|&part| fits(document, fields, inner, part))
                    })
                })
            }
        }
    })
}

/// Whether the values that the rules were broken by are texts, numbers or booleans, which a type
/// hands on as they are.
fn is_plain(broken: &[ValidationError]) -> bool {
    broken.iter().all(|error| {
        matches!(
            error.params.get("value"),
            Some(Value::String(_) | Value::Number(_) | Value::Bool(_))
        )
    })
}

/// Whether a node has the value that a rule was broken by, as far as the rule says.
fn has_value(document: &Document, node: NodeId, error: &ValidationError) -> bool {
    match error.params.get("value") {
        Some(value) => is_value(document, node, value),
        None => true,
    }
}

fn is_value(document: &Document, node: NodeId, value: &Value) -> bool {
    match (document.content(node), value) {
        (Content::Null, Value::Null) => true,
        (Content::Bool(one), Value::Bool(other)) => one == other,
        (Content::Text(text), Value::String(other)) => **text == **other,
        (Content::Number(text), Value::Number(other)) => is_number(text, other),
        (Content::Untyped(text), Value::String(other)) => **text == **other,
        (Content::Untyped(text), Value::Number(other)) => is_number(text, other),
        (Content::Untyped(text), Value::Bool(other)) => text.parse() == Ok(*other),
        (Content::Untyped(_), Value::Array(others)) => match &others[..] {
            [only] => is_value(document, node, only),
            _ => false,
        },
        (Content::Array(parts) | Content::Values(parts), Value::Array(others)) => {
            parts.len() == others.len()
                && parts
                    .iter()
                    .zip(others)
                    .all(|(&part, other)| is_value(document, part, other))
        }
        // The names in it may be others.
        (Content::Object(_), Value::Object(_)) => true,
        _ => false,
    }
}

fn is_number(text: &str, other: &serde_json::Number) -> bool {
    let Some(number) = Number::parse(text) else {
        return false;
    };
    match (other.as_u64(), other.as_i64()) {
        (Some(other), _) => number.integer() == Some(other),
        (_, Some(other)) => number.integer() == Some(other),
        _ => {
            // A value that was read as `f32` is sent on with more digits.
            let close = |value: f64| {
                other.as_f64().is_some_and(|other| {
                    value == other || number.f32().is_some_and(|short| f64::from(short) == other)
                })
            };
            number.f64().is_some_and(close)
        }
    }
}
