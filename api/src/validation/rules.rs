//! Broken rules, by the names that the client sent.
//!
//! `validator` uses the names of Rust fields, but serde may read members with other names:
//! `unitPrice`, `type` for `kind`, or two names swapped. Neither crate knows the names of the
//! other. The value connects them: a rule comes with the value that broke it, and that value was
//! sent under some name. If several members have the value, one of them is changed and the rules
//! are checked again: a rule that then changes is about that member.
//!
//! Example: `#[serde(rename = "a")] b: u8, #[serde(rename = "b")] a: u8`, where `a` must be at most
//! 9, and the body `{"a": 1, "b": 10}`. The rule is about the Rust field `a` and comes with the
//! value 10. Only the member `b` has that value, so the violation names `/b`. With the body
//! `{"a": 10, "b": 10}` both have it. Changing the member `a` changes no rule; changing the member
//! `b` does.
//!
//! Names that were found are kept for the type, so that the next request does not search.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use super::document::{Content, Document, Fields, MAX_LISTED, NodeId, Number};
use super::place::{Step, Steps};
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

/// The first [`MAX_LISTED`] of the broken rules, and the number of further ones.
///
/// `of_type` is the name of the validated type; the names that are found are stored for it. Rules
/// about a value that could not be read are left out.
///
/// The errors of `validator` are a tree by Rust names. It is walked together with the document: for
/// each field, the member that it was read from is found, and the walk goes on inside it.
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
        budget: Rc::new(Cell::new(MAX_COMPARED)),
    };
    walk.object(errors, 0);
    (walk.found, walk.more)
}

/// The name that `validator` gives to rules about a value as a whole.
const WHOLE: &str = "__all__";
/// The name that `validator` uses for lists.
const LIST: &str = "_tmp_validator";

/// The broken rules without a document, if the places of all their fields are known and their
/// names occur in the text; `None` otherwise.
///
/// Most invalid requests break the same few rules. In lists and maps the place differs each time,
/// and a member may be sent under an alias: then a document is needed.
pub(super) fn known(
    of_type: &'static str,
    errors: &ValidationErrors,
    text: &str,
) -> Option<Vec<BrokenRule>> {
    let mut found = Vec::new();
    let known = KNOWN_PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    let places = known.get(of_type)?;
    collect_known(places, errors, text, &mut String::new(), &mut found)?;
    Some(found)
}

fn collect_known(
    places: &Places,
    errors: &ValidationErrors,
    text: &str,
    way: &mut String,
    found: &mut Vec<BrokenRule>,
) -> Option<()> {
    for (name, kind) in errors.errors() {
        let length = way.len();
        way.push('.');
        way.push_str(name);
        match kind {
            ValidationErrorsKind::List(_) => return None,
            ValidationErrorsKind::Struct(inner) => {
                collect_known(places, inner, text, way, found)?;
            }
            ValidationErrorsKind::Field(broken) => {
                let steps = places.get(way.as_str())?;
                let mut names = steps.0.iter().filter_map(Step::name);
                if !names.all(|name| text.contains(&format!("\"{name}\""))) {
                    return None;
                }
                for error in broken {
                    if error.params.contains_key("other") {
                        return None;
                    }
                    found.push(BrokenRule {
                        steps: steps.clone(),
                        code: error.code.clone(),
                        message: words::rule(error, None),
                    });
                }
            }
        }
        way.truncate(length);
    }
    Some(())
}

/// Places of a type's fields, by their path in Rust: `.ship_to.street`.
type Places = HashMap<String, Steps>;

/// The places that are the same in every request, by type.
static KNOWN_PLACES: LazyLock<Mutex<HashMap<&'static str, Places>>> = LazyLock::new(Mutex::default);

/// A step to a value, by Rust names.
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
    /// The nodes that have a stand-in for a mistake.
    mended: HashSet<NodeId>,
    /// The remaining budget for comparing and reading again.
    budget: Rc<Cell<usize>>,
}

/// Maximum number of nodes that one request compares with broken rules: about 10 ms.
const MAX_COMPARED: usize = 200_000;

/// Names of members, by type and the path to the field.
type KnownNames = HashMap<(&'static str, String), Box<str>>;

/// The names of members that were found before, by type and by the path to the field. A type has
/// few, and they never change.
static KNOWN_NAMES: LazyLock<Mutex<KnownNames>> = LazyLock::new(Mutex::default);

impl Walk<'_> {
    /// The rules of the struct at `node`.
    fn object(&mut self, errors: &ValidationErrors, node: NodeId) {
        if self.found.len() >= MAX_LISTED && self.mended.is_empty() {
            self.more += count(errors);
            return;
        }
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
                    self.rules(broken, &steps, Some(node), node);
                }
                ValidationErrorsKind::Field(broken) => self.field(broken, name, node),
                ValidationErrorsKind::Struct(inner) => {
                    let budget = Rc::clone(&self.budget);
                    let member = self.member(node, name, |document, id| {
                        fits(document, inner, id, &budget)
                    });
                    // A flattened struct has no member of its own.
                    self.object(inner, member.unwrap_or(node));
                }
                ValidationErrorsKind::List(elements) => {
                    let is_object = matches!(self.document.content(node), Content::Object(_));
                    let list = match name == LIST || !is_object {
                        true => node,
                        false => self
                            .member(node, name, |document, id| {
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
            if self.found.len() >= MAX_LISTED {
                self.more += count(errors);
                continue;
            }
            let by_index = parts
                .get(index)
                .copied()
                .filter(|&id| is_array && !taken.contains(&id) && self.fits(errors, id));
            let by_value = || {
                let mut fitting = parts.iter().copied().filter(|id| !taken.contains(id));
                fitting.find(|&id| self.fits(errors, id))
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
        if !matches!(self.document.content(node), Content::Object(_)) {
            // A struct that serde reads as its only field.
            let steps = self.document.steps(node);
            return self.rules(broken, &steps, Some(node), node);
        }
        let member = self.member(node, name, |document, id| {
            broken.iter().all(|error| has_value(document, id, error))
        });
        let steps = match member {
            Some(member) => {
                let steps = self.document.steps(member);
                self.learn_place(&steps);
                steps
            }
            None => {
                let name = self.absent(node, name);
                self.document.steps(node).member(&name)
            }
        };
        self.rules(broken, &steps, member, node);
    }

    fn rules(
        &mut self,
        broken: &[ValidationError],
        steps: &Steps,
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

    /// Checks whether a rule was applied to a stand-in for a mistake.
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
        let is_absent = member.is_none();
        self.document.is_within_reported(place)
            || !is_absent && self.mended.contains(&place)
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
    ///
    /// `may_be` says which members have the value that broke the rule. Then, cheapest first:
    ///
    /// 1. A stand-in for a mistake fits any rule, so only its name can tell: the same word in
    ///    another spelling (`unit_price`, `unitPrice`).
    /// 2. One member has the value: it is that one.
    /// 3. No member has it: the type changed the value, such as by trimming it. The name decides.
    /// 4. Several have it: the name that was found for this field before, or else the first member
    ///    whose change changes the rules. Those with the same word are tried first.
    fn member(
        &mut self,
        node: NodeId,
        name: &str,
        may_be: impl Fn(&Document, NodeId) -> bool,
    ) -> Option<NodeId> {
        let members = self.members(node);
        let fitting: Vec<NodeId> = members
            .iter()
            .copied()
            .filter(|&id| may_be(self.document, id))
            .collect();
        let is_same_word = |walk: &Self, id: NodeId| {
            walk.document
                .name(id)
                .is_some_and(|known| is_spelling_of(known, name))
        };
        // A stand-in for a mistake fits every field: only its name can identify it.
        let (stand_ins, fitting): (Vec<_>, Vec<_>) = fitting
            .into_iter()
            .partition(|&id| self.document.is_within_reported(id));
        let mut stand_ins = stand_ins.into_iter();
        if let Some(named) = stand_ins.find(|&id| is_same_word(self, id)) {
            return Some(named);
        }
        match fitting[..] {
            [only] => Some(only),
            // The type may have changed the value while reading it.
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
                let found = found.or(tried.first().copied());
                if let Some(found) = found {
                    self.learn(found);
                }
                found
            }
        }
    }

    /// The members among which a field is searched. For an externally tagged variant
    /// (`{"circle": {…}}`), these are the members of its contents.
    fn members(&self, node: NodeId) -> Vec<NodeId> {
        let members = self.document.children(node);
        let is_struct = self.fields.contains_key(&node);
        match members {
            [only] if !is_struct => match self.document.content(*only) {
                Content::Object(inner) if self.fields.contains_key(only) => inner.clone(),
                _ => members.to_vec(),
            },
            _ => members.to_vec(),
        }
    }

    /// The name of a member that was not sent: among the names that serde knows, the one that
    /// changes the broken rules when it is added.
    ///
    /// Example: `#[validate(required)] unit_price: Option<u32>` and the body `{}`. Serde knows the
    /// names `unitPrice` and `note`. Both are absent. `unitPrice` is the same word, so it is tried
    /// first; with a number there, the rule is no longer broken.
    fn absent(&mut self, node: NodeId, name: &str) -> String {
        if let Some(known) = self.known_name() {
            return known.into();
        }
        let known = self.fields.get(&node).copied().unwrap_or_default();
        let mut absent: Vec<&'static str> = known
            .iter()
            .copied()
            .filter(|known| self.document.member(node, known).is_none())
            .collect();
        // A name that differs only in spelling is the most likely one.
        absent.sort_by_key(|known| !is_spelling_of(known, name));
        let found = match absent[..] {
            [only] => Some(only),
            [] => None,
            _ => absent
                .iter()
                .copied()
                .find(|known| self.fills(node, known))
                .or_else(|| {
                    absent
                        .first()
                        .copied()
                        .filter(|known| is_spelling_of(known, name))
                }),
        };
        let found = found.unwrap_or(name).to_owned();
        let mut names = KNOWN_NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(self.key(), found.as_str().into());
        found
    }

    /// Checks whether the rules at the current place change when a member is added.
    fn fills(&mut self, node: NodeId, name: &str) -> bool {
        if !self.may_check() {
            return false;
        }
        let before = (self.check)(self.document).and_then(|errors| self.here(errors));
        let values = [
            Content::Text("a".into()),
            Content::Number("1".into()),
            Content::Bool(true),
            Content::Array(Vec::new()),
            Content::Object(Vec::new()),
        ];
        for value in values {
            let member = self.document.add_named(node, name, value);
            let after = (self.check)(self.document).map(|errors| self.here(errors));
            self.document.remove_named(node, member);
            if let Some(after) = after {
                return after != before;
            }
        }
        false
    }

    /// Checks whether the document may be read once more.
    fn may_check(&self) -> bool {
        let cost = 2 * self.document.len();
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(cost));
        left > cost
    }

    fn fits(&self, errors: &ValidationErrors, node: NodeId) -> bool {
        fits(self.document, errors, node, &self.budget)
    }

    /// Checks whether the rules at the current place change with the value of a member.
    ///
    /// The member gets another value of its kind, the whole type is read and validated again, and
    /// the errors at this place are compared. The value is then put back.
    fn depends_on(&mut self, member: NodeId) -> bool {
        let Some(other) = another(self.document.content(member)) else {
            return false;
        };
        if !self.may_check() {
            return false;
        }
        let before = (self.check)(self.document).and_then(|errors| self.here(errors));
        let kept = self.document.replace(member, other);
        let after = (self.check)(self.document).map(|errors| self.here(errors));
        self.document.replace(member, kept);
        after.is_some_and(|after| after != before)
    }

    /// The errors at the current place.
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

    /// The path to the field in the type: the same in every element.
    fn key(&self) -> (&'static str, String) {
        let names = self.way.iter().map(|step| match step {
            RustStep::Field(name) => name.as_str(),
            RustStep::Index(_) => "*",
        });
        (self.of_type, names.collect::<Vec<_>>().join("."))
    }

    /// Stores the place of a field, if it is the same in every request.
    ///
    /// Not for a place inside a list or a map, whose index differs, nor for one behind the variant
    /// of an enum or beside a mistake.
    fn learn_place(&self, steps: &Steps) {
        let mut way = String::new();
        for step in &self.way {
            let RustStep::Field(name) = step else {
                return;
            };
            way.push('.');
            way.push_str(name);
        }
        // An enum in between would have a place for each variant.
        let is_plain = steps.0.len() == self.way.len();
        if is_plain && self.mended.is_empty() {
            let mut known = KNOWN_PLACES.lock().unwrap_or_else(PoisonError::into_inner);
            let places = known.entry(self.of_type).or_default();
            places.insert(way, steps.clone());
        }
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

/// Checks whether serde's member `known` may be the field `name`: only the spelling differs.
fn is_spelling_of(known: &str, name: &str) -> bool {
    let folded = |text: &str| -> Vec<char> {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    if known.is_ascii() && name.is_ascii() {
        let letters =
            |text: &str| text.len() - text.bytes().filter(|b| !b.is_ascii_alphanumeric()).count();
        let folded = |byte: &u8| byte.to_ascii_lowercase();
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric();
        return letters(known) == letters(name)
            && known
                .bytes()
                .filter(is_letter)
                .map(|byte| folded(&byte))
                .eq(name.bytes().filter(is_letter).map(|byte| folded(&byte)));
    }
    folded(known) == folded(name)
}

/// The number of broken rules.
fn count(errors: &ValidationErrors) -> usize {
    let of = |kind: &ValidationErrorsKind| match kind {
        ValidationErrorsKind::Field(broken) => broken.len(),
        ValidationErrorsKind::Struct(inner) => count(inner),
        ValidationErrorsKind::List(elements) => elements.values().map(|inner| count(inner)).sum(),
    };
    errors.errors().values().map(of).sum()
}

/// Checks whether the struct at `node` can have these errors: its members have the values in them.
/// When the budget is spent, the result is always `true`.
///
/// The values in the errors are compared with those of the members, at all depths. An error about a
/// member that is absent says nothing, and neither does one about the struct as a whole.
fn fits(
    document: &Document,
    errors: &ValidationErrors,
    node: NodeId,
    budget: &Cell<usize>,
) -> bool {
    let members = document.children(node);
    let left = budget.get();
    if left == 0 {
        return true;
    }
    budget.set(left.saturating_sub(1 + members.len()));
    errors.errors().iter().all(|(name, kind)| match kind {
        ValidationErrorsKind::Field(_) if name == WHOLE => true,
        ValidationErrorsKind::Field(broken) => {
            let is_absent = |error: &ValidationError| {
                matches!(error.params.get("value"), None | Some(Value::Null))
            };
            let has_values =
                |&id: &NodeId| broken.iter().all(|error| has_value(document, id, error));
            // The type may have changed the value while reading it; then only the name can match.
            let is_named = |&id: &NodeId| {
                document
                    .name(id)
                    .is_some_and(|known| is_spelling_of(known, name))
            };
            broken.iter().all(is_absent)
                || members.iter().any(has_values)
                || !is_plain(broken) && members.iter().any(is_named)
        }
        ValidationErrorsKind::Struct(inner) => {
            // Take the member with the same name, if there is one: searching all members would
            // cost more with each level.
            let named = members.iter().find(|&&id| {
                document
                    .name(id)
                    .is_some_and(|known| is_spelling_of(known, name))
            });
            match named {
                Some(&named) => fits(document, inner, named, budget),
                None => {
                    members.iter().any(|&id| fits(document, inner, id, budget))
                        || fits(document, inner, node, budget)
                }
            }
        }
        ValidationErrorsKind::List(elements) => {
            let first = elements.iter().next();
            let holds = |list: NodeId| {
                let parts = document.children(list);
                first.is_none_or(|(index, inner)| {
                    parts
                        .get(*index)
                        .is_some_and(|&part| fits(document, inner, part, budget))
                        || parts
                            .iter()
                            .any(|&part| fits(document, inner, part, budget))
                })
            };
            match name == LIST {
                true => holds(node),
                false => members.iter().any(|&list| holds(list)),
            }
        }
    })
}

/// Checks whether the values that broke the rules are texts, numbers or booleans, which a type
/// passes on unchanged.
fn is_plain(broken: &[ValidationError]) -> bool {
    broken.iter().all(|error| {
        matches!(
            error.params.get("value"),
            Some(Value::String(_) | Value::Number(_) | Value::Bool(_))
        )
    })
}

/// Checks whether a node has the value that broke a rule, as far as the rule shows it.
fn has_value(document: &Document, node: NodeId, error: &ValidationError) -> bool {
    // A stand-in for a mistake may have become any value.
    if document.is_within_reported(node) {
        return true;
    }
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
        // Its members may have other names.
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
            // A value that was read as `f32` has more digits afterwards.
            let close = |value: f64| {
                other.as_f64().is_some_and(|other| {
                    value == other || number.f32().is_some_and(|short| f64::from(short) == other)
                })
            };
            number.f64().is_some_and(close)
        }
    }
}
