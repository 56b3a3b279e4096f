//! The client's data as a lossless tree: it keeps repeated members, every digit of a number, and
//! the place of each value.
//!
//! Requests are read straight into their types. The document is made only if that fails (or if a
//! rule is broken), to find *every* mistake and its exact place:
//!
//! ```text
//! text ─► Document ─► reader (keeps its place) ─► the type ─► rules
//!            ▲             │ mismatch here
//!            └─ stand-in ◄─┘
//! ```
//!
//! Serde gives up at the first mismatch that it cannot skip. [`mismatches`] notes it, replaces the
//! value with one that fits, and reads again, until the type can be read or nothing helps.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | the tree: from JSON, from parameters, and back; merging of patches |
//! | `number.rs` | numbers as texts, with all their digits |
//! | `reader.rs` | the deserializer of a node; notes mismatches in passing |
//! | `access.rs` | arrays, objects and enums for serde; stand-ins for what is missing |
//! | `fault.rs` | serde's errors as data |
//! | `locate.rs` | the node that a fault is about, inside an enum |
//! | `mismatches.rs` | the search for all mistakes |
//!
//! A `serde_json::Value` would not do: it keeps the last of two members with one name, turns
//! `12345678901234567890.5` into the nearest `f64`, and does not know where a value stood.

mod access;
mod fault;
mod locate;
mod mismatches;
mod number;
mod reader;

use std::collections::{HashMap, HashSet};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

pub(crate) use mismatches::Findings;
pub(crate) use number::Number;
pub(crate) use reader::{MAX_LISTED, is_told_by_a_member};

use super::place::{Step, Steps};
use fault::Fault;
use reader::{Pass, Reader};

/// The index of a node in its [`Document`].
pub(crate) type NodeId = usize;

/// Maximum depth of nesting, as in `serde_json`.
const MAX_DEPTH: usize = 128;
/// Maximum number of parameters that are compared one by one; more of them are hashed.
const MANY_PARAMETERS: usize = 16;

/// A tree of values, each with its place.
///
/// The nodes lie in one list and refer to each other by index, the root first. So a node can be
/// replaced, and read again, without copying the others; indices never change, because nodes are
/// only added. `{"a": [1, 2]}` has four: the object, the array `a`, and its two elements, each with
/// its parent and its step.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    nodes: Vec<Node>,
    /// Nodes for which no stand-in fits, in the order in which they were given up.
    dead: Vec<NodeId>,
    /// The source of the document; it decides how mistakes name its parts.
    pub(crate) kind: Source,
}

/// The source of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A JSON body; places are pointers.
    Json,
    /// Names and texts: a query, a form or a path; places are parameters.
    Parameters,
}

#[derive(Debug, Clone)]
pub(crate) struct Node {
    parent: Option<NodeId>,
    step: Step,
    content: Content,
    /// A violation already names this node.
    is_reported: bool,
    /// An earlier member of the same object has the same name.
    is_repeated: bool,
    /// Left out when the document is read.
    is_removed: bool,
    /// The number of stand-ins that have been tried here.
    attempts: u8,
}

/// The contents of a node.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Null,
    Bool(bool),
    /// A number as it was written.
    Number(Box<str>),
    Text(Box<str>),
    /// The value of a parameter: a text whose type the reader decides.
    Untyped(Box<str>),
    Array(Vec<NodeId>),
    Object(Vec<NodeId>),
    /// All values of a parameter that was sent more than once.
    Values(Vec<NodeId>),
    /// A stand-in that adapts to the type that is read.
    Anything,
    /// A stand-in that no type accepts; its address shows which node a fault is about.
    Poison(Box<[u8]>),
}

impl Document {
    /// The document of a JSON text; `None` when the text is not JSON, or is nested too deeply.
    pub(crate) fn from_json(text: &str) -> Option<Self> {
        let mut document = Self::new(Source::Json);
        let root = document.add(None, Step::Root, Content::Null);
        document.fill(root, text.trim_matches(JSON_BLANKS), 0)?;
        Some(document)
    }

    /// The document of names and values; values with the same name are kept together, in order.
    pub(crate) fn from_parameters<'a>(
        pairs: impl IntoIterator<Item = (impl AsRef<str>, impl Into<Box<str>>)> + 'a,
    ) -> Self {
        let mut parameters = Parameters::new();
        for (name, value) in pairs {
            parameters.add(name.as_ref(), value.into());
        }
        parameters.document
    }

    fn new(kind: Source) -> Self {
        Self {
            nodes: Vec::new(),
            dead: Vec::new(),
            kind,
        }
    }

    fn add(&mut self, parent: Option<NodeId>, step: Step, content: Content) -> NodeId {
        self.nodes.push(Node {
            parent,
            step,
            content,
            is_reported: false,
            is_repeated: false,
            is_removed: false,
            attempts: 0,
        });
        self.nodes.len() - 1
    }

    /// Makes one parameter of several values.
    ///
    /// `?tag=a` is a text, because its type is not known. With `&tag=b` it becomes a list of both,
    /// which a `Vec` reads, and which is a mistake for everything else.
    fn add_value(&mut self, parameter: NodeId, value: Content) {
        let first = match &self.nodes[parameter].content {
            Content::Values(values) => values.len(),
            _ => {
                let first = std::mem::replace(&mut self.nodes[parameter].content, Content::Null);
                let first = self.add(Some(parameter), Step::Element(0), first);
                self.nodes[parameter].content = Content::Values(vec![first]);
                1
            }
        };
        let next = self.add(Some(parameter), Step::Element(first), value);
        if let Content::Values(values) = &mut self.nodes[parameter].content {
            values.push(next);
        }
    }

    /// Fills a node from JSON text. `serde_json` splits each level into the texts of its parts, so
    /// that numbers keep their digits and repeated members stay separate.
    fn fill(&mut self, node: NodeId, text: &str, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let content = match text.as_bytes().first()? {
            b'{' => {
                let parts: Members<'_> = serde_json::from_str(text).ok()?;
                let mut members = Vec::with_capacity(parts.0.len());
                let mut names: HashSet<String> = HashSet::new();
                let are_many = parts.0.len() > MANY_PARAMETERS;
                for (name, part) in parts.0 {
                    let is_repeated = match are_many {
                        true => !names.insert(name.clone()),
                        false => members.iter().any(|&id| self.is_named(id, &name)),
                    };
                    let member = self.add(Some(node), Step::Member(name.into()), Content::Null);
                    self.nodes[member].is_repeated = is_repeated;
                    self.fill(member, part.get(), depth + 1)?;
                    members.push(member);
                }
                Content::Object(members)
            }
            b'[' => {
                let parts: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                let mut elements = Vec::with_capacity(parts.len());
                for (index, part) in parts.into_iter().enumerate() {
                    let element = self.add(Some(node), Step::Element(index), Content::Null);
                    self.fill(element, part.get(), depth + 1)?;
                    elements.push(element);
                }
                Content::Array(elements)
            }
            b'"' => Content::Text(serde_json::from_str(text).ok()?),
            b't' | b'f' => Content::Bool(serde_json::from_str(text).ok()?),
            b'n' => serde_json::from_str::<()>(text)
                .map(|()| Content::Null)
                .ok()?,
            _ => Number::parse(text).map(|_| Content::Number(text.into()))?,
        };
        self.nodes[node].content = content;
        Some(())
    }

    fn is_named(&self, node: NodeId, name: &str) -> bool {
        self.nodes[node].step.name() == Some(name)
    }

    /// The path from the root to a node.
    pub(crate) fn steps(&self, node: NodeId) -> Steps {
        let mut steps = Vec::new();
        let mut next = Some(node);
        while let Some(id) = next {
            let node = &self.nodes[id];
            if node.step != Step::Root {
                steps.push(node.step.clone());
            }
            next = node.parent;
        }
        steps.reverse();
        Steps(steps)
    }

    /// The contents of a node.
    pub(crate) fn content(&self, node: NodeId) -> &Content {
        &self.nodes[node].content
    }

    /// The members of an object that are read, or the elements of an array.
    pub(crate) fn children(&self, node: NodeId) -> &[NodeId] {
        match &self.nodes[node].content {
            Content::Array(parts) | Content::Object(parts) | Content::Values(parts) => parts,
            _ => &[],
        }
    }

    /// The name of a member.
    pub(crate) fn name(&self, node: NodeId) -> Option<&str> {
        self.nodes[node].step.name()
    }

    /// The member of an object by its name, if it was sent.
    pub(crate) fn member(&self, object: NodeId, name: &str) -> Option<NodeId> {
        let members = self.children(object).iter().copied();
        members
            .into_iter()
            .find(|&id| self.is_named(id, name) && !self.nodes[id].is_removed)
    }

    /// The places of repeated members.
    pub(crate) fn repeated(&self) -> Vec<Steps> {
        let all = self.nodes.iter().enumerate();
        all.filter(|(_, node)| node.is_repeated)
            .map(|(id, _)| self.steps(id))
            .collect()
    }

    /// Checks whether the whole document is an object.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.nodes[0].content, Content::Object(_))
    }

    /// The members of the whole document as values, including numbers of any size.
    pub(crate) fn members(&self) -> Map<String, Value> {
        match self.value(0) {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    fn value(&self, node: NodeId) -> Value {
        let parts = self.children(node).iter();
        match &self.nodes[node].content {
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(text) => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_string()))
            }
            Content::Text(text) | Content::Untyped(text) => Value::String(text.to_string()),
            Content::Array(_) | Content::Values(_) => parts.map(|&id| self.value(id)).collect(),
            Content::Object(_) => parts
                .filter_map(|&id| Some((self.name(id)?.to_owned(), self.value(id))))
                .collect(),
            Content::Null | Content::Anything | Content::Poison(_) => Value::Null,
        }
    }

    /// A node as JSON text, its numbers as they were written.
    pub(crate) fn json(&self, node: NodeId) -> String {
        let parts = self.children(node).iter();
        match &self.nodes[node].content {
            Content::Number(text) => text.to_string(),
            Content::Array(_) | Content::Values(_) => {
                let parts: Vec<String> = parts.map(|&id| self.json(id)).collect();
                format!("[{}]", parts.join(","))
            }
            Content::Object(_) => {
                let member = |&id: &NodeId| {
                    let name = Value::from(self.name(id).unwrap_or_default());
                    format!("{name}:{}", self.json(id))
                };
                let parts: Vec<String> = parts.map(member).collect();
                format!("{{{}}}", parts.join(","))
            }
            _ => self.value(node).to_string(),
        }
    }

    /// Merges a patch into this document (RFC 7396 §2). With `keep_null`, members that the patch
    /// removes become null instead.
    pub(crate) fn merge(&mut self, patch: &Document, keep_null: bool) {
        self.merge_node(0, patch, 0, keep_null);
    }

    /// Sets a member of the whole document, which is an object.
    pub(crate) fn set_member(&mut self, name: &str, value: &Document) {
        let known = self.member(0, name);
        let member = known.unwrap_or_else(|| self.add_member(0, name, Content::Null));
        self.copy(member, value, 0);
    }

    /// Adds a member that fits any type to the whole document, which is an object.
    pub(crate) fn add_anything(&mut self, name: &str) {
        self.add_member(0, name, Content::Anything);
    }

    fn merge_node(&mut self, target: NodeId, patch: &Document, from: NodeId, keep_null: bool) {
        if !matches!(self.nodes[target].content, Content::Object(_)) {
            self.nodes[target].content = Content::Object(Vec::new());
        }
        for &change in patch.children(from) {
            let name = patch.name(change).unwrap_or_default();
            let known = self.member(target, name);
            match patch.content(change) {
                Content::Null if !keep_null => {
                    if let Some(known) = known {
                        self.remove_member(target, known);
                    }
                }
                Content::Object(_) => {
                    let known =
                        known.unwrap_or_else(|| self.add_member(target, name, Content::Null));
                    self.merge_node(known, patch, change, keep_null);
                }
                _ => {
                    let known =
                        known.unwrap_or_else(|| self.add_member(target, name, Content::Null));
                    self.copy(known, patch, change);
                }
            }
        }
    }

    /// Copies the contents of `from` in another document into `node`.
    fn copy(&mut self, node: NodeId, other: &Document, from: NodeId) {
        let parts = |copy: &mut Self| -> Vec<NodeId> {
            let parts = other.children(from).iter();
            parts
                .map(|&part| {
                    let step = other.nodes[part].step.clone();
                    let new = copy.add(Some(node), step, Content::Null);
                    copy.copy(new, other, part);
                    new
                })
                .collect()
        };
        let content = match other.content(from) {
            Content::Array(_) => Content::Array(parts(self)),
            Content::Object(_) => Content::Object(parts(self)),
            Content::Values(_) => Content::Values(parts(self)),
            single => single.clone(),
        };
        self.nodes[node].content = content;
    }

    /// Checks whether a violation names this node or one around it.
    pub(crate) fn is_within_reported(&self, node: NodeId) -> bool {
        self.lineage(node).any(|id| self.nodes[id].is_reported)
    }

    /// The nodes that a violation names, and all nodes around them.
    pub(crate) fn around_reported(&self) -> HashSet<NodeId> {
        let reported = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, it)| it.is_reported);
        reported.flat_map(|(id, _)| self.lineage(id)).collect()
    }

    /// The number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a member to an object; [`remove_named`](Self::remove_named) removes it again.
    pub(crate) fn add_named(&mut self, object: NodeId, name: &str, content: Content) -> NodeId {
        self.add_member(object, name, content)
    }

    /// Removes a member that was added.
    pub(crate) fn remove_named(&mut self, object: NodeId, member: NodeId) {
        self.remove_member(object, member);
    }

    /// Replaces the contents of a node, and returns the old ones.
    pub(crate) fn replace(&mut self, node: NodeId, content: Content) -> Content {
        std::mem::replace(&mut self.nodes[node].content, content)
    }

    /// A node and all nodes around it, innermost first.
    fn lineage(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(node), |&id| self.nodes[id].parent)
    }

    /// All nodes inside `root`, and itself, in the order of the document.
    fn within(&self, root: NodeId) -> Vec<NodeId> {
        let mut found = vec![root];
        let mut next = 0;
        while let Some(&id) = found.get(next) {
            found.extend(self.children(id));
            next += 1;
        }
        found
    }
}

/// A document of parameters that is being put together. Not generic, so that a program has it once
/// and not once for each kind of pairs.
struct Parameters {
    document: Document,
    /// The places of the names, once there are many.
    known: HashMap<Box<str>, NodeId>,
}

impl Parameters {
    fn new() -> Self {
        let mut document = Document::new(Source::Parameters);
        document.add(None, Step::Root, Content::Object(Vec::new()));
        Self {
            document,
            known: HashMap::new(),
        }
    }

    fn add(&mut self, name: &str, value: Box<str>) {
        let Self { document, known } = self;
        let value = Content::Untyped(value);
        let count = document.children(0).len();
        // Most requests have a few parameters: looking through them is cheaper than hashing.
        let first = match count {
            0..=MANY_PARAMETERS => document.member(0, name),
            _ => known.get(name).copied(),
        };
        if let Some(first) = first {
            return document.add_value(first, value);
        }
        let member = document.add_member(0, name, value);
        if count == MANY_PARAMETERS {
            let names = document.children(0).iter();
            let names = names.filter_map(|&id| document.name(id).map(|name| (name.into(), id)));
            *known = names.collect();
        } else if count > MANY_PARAMETERS {
            known.insert(name.into(), member);
        }
    }
}

/// The whitespace that is allowed around a JSON text (RFC 8259 §2).
const JSON_BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// An object split into its members; repeated members stay separate.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Finds every value that does not fit `T`, and replaces it with one that fits.
pub(crate) fn find_mismatches<T: DeserializeOwned>(document: &mut Document) -> Findings {
    mismatches::find(document, &reading::<T>)
}

/// Reads a `T` and the names that its structs know, by node; `None` if the document is not a `T`.
pub(crate) fn read<T: DeserializeOwned>(document: &Document) -> Option<(T, Fields)> {
    let (value, pass) = read_once::<T>(document, false);
    let is_clean = pass.count.get() == 0;
    let value = value.ok().filter(|_| is_clean)?;
    Some((value, pass.fields.into_inner().into_iter().collect()))
}

/// The names that structs know, by the node that they were read from.
pub(crate) type Fields = HashMap<NodeId, &'static [&'static str]>;

/// One reading of a document.
struct Reading {
    /// The fault that ended it early.
    fault: Option<Fault>,
    pass: Pass,
}

/// Reads a document and discards the value, so that the search for mistakes need not know the
/// type. It counts the cost of all readings.
struct Reads<'a> {
    read: &'a dyn Fn(&Document) -> Reading,
    left: std::cell::Cell<usize>,
}

impl Reads<'_> {
    fn read(&self, document: &Document) -> Reading {
        let reading = (self.read)(document);
        self.spend(reading.pass.cost.get() + 1);
        reading
    }

    fn spend(&self, nodes: usize) {
        self.left.set(self.left.get().saturating_sub(nodes));
    }

    /// Checks whether the limit of readings is reached.
    fn are_spent(&self) -> bool {
        self.left.get() == 0
    }
}

fn reading<T: DeserializeOwned>(document: &Document) -> Reading {
    let (value, pass) = read_once::<T>(document, true);
    Reading {
        fault: value.err(),
        pass,
    }
}

fn read_once<T: DeserializeOwned>(
    document: &Document,
    is_searching: bool,
) -> (Result<T, Fault>, Pass) {
    let pass = Pass::new(is_searching);
    let value = T::deserialize(Reader::root(document, &pass));
    (value, pass.ended())
}
