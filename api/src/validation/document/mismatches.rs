//! Finds every value of a document that does not fit its type.
//!
//! A reading notes the mistakes that it can skip by itself, and ends at the first one that it
//! cannot skip. That one is noted, its value is replaced with one that fits, and the document is
//! read again:
//!
//! ```text
//! {"id": 7, "kind": "big", "size": "x"}     id: Uuid, kind: Kind, size: u8
//! 1st reading: /id must be a string (noted); "" in its place is not a UUID: the reading ends
//! 2nd: an all-zero UUID in its place; /kind is not one of `small`, `large`: the reading ends
//! 3rd: `small` in its place; /size must be a whole number …; the reading succeeds
//! ```
//!
//! A stand-in for a mistake is never itself reported as a mistake.
//!
//! The results of a reading, and the next step for each:
//!
//! | the reading | the search |
//! |---|---|
//! | noted mismatches in passing | lists them, and keeps the stand-ins that were passed on |
//! | ended with a fault at a value that was sent | lists it, and puts a first stand-in there |
//! | ended with a fault at a stand-in | tries the next one for this type |
//! | ended where nothing fits | gives the node up: it is read last from now on |
//! | ended with nothing | done: the type can be read |
//!
//! Two bounds hold for any body: the number of readings, and the number of nodes in all readings.
//! When one is reached, what was found is listed, and that there is more.

use std::cell::Cell;

use super::fault::{Fault, What};
use super::locate::{Located, Mistake, expected_at, locate};
use super::reader::{MAX_LISTED, Opened};
use super::{Content, Document, NodeId, Number, Reads, Source};
use crate::validation::place::Steps;
use crate::validation::words::{self, Expected};

/// The mistakes that were found, and whether the document can be read now.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Place, code and message of the first [`MAX_LISTED`] mistakes.
    pub(crate) mistakes: Vec<Finding>,
    /// The number of mistakes beyond those.
    pub(crate) more: usize,
    /// `true` if the type can be read from the document with its stand-ins.
    pub(crate) is_readable: bool,
    /// `true` if the type cannot be read at all, whatever is sent: serde keeps copies of the values
    /// inside an enum or a flattened struct, and reads no 128-bit integer from a copy.
    pub(crate) is_unsupported: bool,
}

/// Serde's message about a 128-bit integer that is read from a copy.
fn is_unsupported(fault: &Fault) -> bool {
    matches!(&*fault.what, What::Words(words)
        if matches!(words.as_str(), "i128 is not supported" | "u128 is not supported"))
}

/// One mistake.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) steps: Steps,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// Texts that stand in for one that a type refused: the formats of the most common text types.
const TEXTS: [&str; 28] = [
    "",
    "a",
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-4000-8000-000000000000",
    "00000000-0000-7000-8000-000000000000",
    "2000-01-01T00:00:00Z",
    "2000-01-01",
    "00:00:00",
    "2000-01-01T00:00:00",
    "1",
    "1.0",
    "true",
    "a@example.com",
    "http://example.com/",
    "192.0.2.1",
    "2001:db8::1",
    "192.0.2.0/24",
    "192.0.2.1:80",
    "P1D",
    "1s",
    "en",
    "USD",
    "Europe/Paris",
    "text/plain",
    "1.0.0",
    "AAAA",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "#000000",
];

/// Maximum number of stand-ins that are tried in one place.
const MAX_ATTEMPTS: u8 = 60;
/// Maximum number of readings of one document.
const MAX_READINGS: usize = 1000;
/// Maximum number of nodes in all readings, beside those of the document itself: about 0.1 s.
const MAX_COST: usize = 1_000_000;

/// Finds every mismatch. Afterwards the document has values that fit in their places.
pub(super) fn find(
    document: &mut Document,
    read: &dyn Fn(&Document) -> super::Reading,
) -> Findings {
    let reads = Reads {
        read,
        left: Cell::new(MAX_COST + 4 * document.nodes.len()),
    };
    let mut search = Search {
        findings: Findings::default(),
        absent: Vec::new(),
        barren: 0,
        fitting: Vec::new(),
        last_tried: None,
        lengthened: Vec::new(),
    };
    for _ in 0..MAX_READINGS {
        let mut reading = reads.read(document);
        search.take_noted(document, &mut reading);
        let Some(fault) = reading.fault.take() else {
            search.findings.is_readable = true;
            search.take_arrays(document, &reading, &reads);
            return search.findings;
        };
        if is_unsupported(&fault) {
            search.findings.is_unsupported = true;
            return search.findings;
        }
        if reads.are_spent() {
            search.stop(document, &fault);
            return search.findings;
        }
        if !search.take(document, &reading, fault, &reads) {
            return search.findings;
        }
    }
    search.findings.more = search.findings.more.max(1);
    search.findings
}

struct Search {
    findings: Findings,
    /// Empty parameters that are read as absent, and the values that are expected there otherwise.
    absent: Vec<(NodeId, Vec<String>)>,
    /// The number of consecutive readings that ended where no stand-in fits, with nothing new.
    barren: usize,
    /// The attempts that helped before, by the mistake.
    fitting: Vec<(Mistake, u8)>,
    /// The place that got a stand-in after the last reading.
    last_tried: Option<(NodeId, Mistake)>,
    /// Arrays that got more parts since the last reading; the parts are nodes only now.
    lengthened: Vec<NodeId>,
}

impl Search {
    fn is_full(&self) -> bool {
        self.findings.mistakes.len() >= MAX_LISTED
    }

    fn add(&mut self, steps: Steps, code: &'static str, message: String) {
        self.barren = 0;
        if self.is_full() {
            self.findings.more += 1;
            return;
        }
        self.findings.mistakes.push(Finding {
            steps,
            code,
            message,
        });
    }

    /// Takes over the mistakes that the reading could skip by itself.
    fn take_noted(&mut self, document: &mut Document, reading: &mut super::Reading) {
        self.lengthened.clear();
        let noted = reading.pass.mismatches.take();
        self.findings.more += reading.pass.count.get() - noted.len();
        for mismatch in noted {
            if !document.is_within_reported(mismatch.node) {
                let steps = document.steps(mismatch.node);
                self.add(steps, mismatch.code, mismatch.message);
            }
            self.close_tagged(document, reading, mismatch.node);
            let mut content = mismatch.stand_in;
            if let (Content::Array(parts), Some(length)) = (&mut content, mismatch.length) {
                // The existing parts are checked like all others.
                for index in parts.len()..length {
                    let part = document.add_part(mismatch.node, index);
                    document.nodes[part].is_reported = true;
                    parts.push(part);
                }
                document.nodes[mismatch.node].content = content;
                self.lengthened.push(mismatch.node);
                continue;
            }
            let node = &mut document.nodes[mismatch.node];
            node.is_reported = true;
            node.is_removed = node.is_repeated;
            node.content = content;
        }
    }

    /// Notes the mistake that ended a reading, and replaces its value; `false` if nothing more can
    /// be found.
    ///
    /// 1. The node is found. If another node had the last stand-in, that one fits, and is
    ///    remembered for the same mistake elsewhere: the second of a thousand UUIDs costs one
    ///    reading, not thirty.
    /// 2. A node that was given up: all others are read before it, so that readings in a row which
    ///    find nothing new end the search.
    /// 3. A value that is right but has another form here, such as a number of a query inside an
    ///    enum, is passed on in that form.
    /// 4. A mistake that the client made is listed, with a stand-in. A mistake of a stand-in is not
    ///    listed; it gets the next one.
    fn take(
        &mut self,
        document: &mut Document,
        reading: &super::Reading,
        fault: Fault,
        reads: &Reads<'_>,
    ) -> bool {
        let direct = fault.node;
        let Located { node, mistake } = locate(document, reading, fault, reads);
        if let Some((tried, before)) = self.last_tried.take()
            && tried != node
            && self.fitting(&before).is_none()
        {
            // The reading got further, so the stand-in fits.
            self.fitting.push((before, document.nodes[tried].attempts));
        }
        if self.lengthened.contains(&node) {
            return true;
        }
        if document.is_dead(node) {
            // Everything else that can be read has been read before it.
            self.barren += 1;
            document.bury(node);
            return self.barren <= document.dead.len();
        }
        if self.reads_otherwise(document, node, &mistake) {
            return true;
        }
        if let Mistake::Missing(name) = mistake
            && let Some(at) = self.absent.iter().position(|(id, _)| {
                document.nodes[*id].parent == Some(node) && document.is_named(*id, name)
            })
        {
            // The parameter was sent empty, but it is required.
            let (id, expected) = self.absent.swap_remove(at);
            document.nodes[id].is_removed = false;
            self.report(document, id, &Mistake::Expected(expected));
            return true;
        }
        let is_known = document.is_within_reported(node);
        if let Mistake::Variant(known) = mistake {
            if direct == Some(node) {
                self.close_tagged(document, reading, node);
            } else if tells_the_variant(document, node, known, reads) {
                close(document, node);
            }
        }
        if !is_known {
            self.report(document, node, &mistake);
        } else if !open(document, reading, node) && !self.stand_in(document, node, &mistake) {
            document.bury(node);
        }
        true
    }

    /// The attempt that fixed the same mistake before.
    fn fitting(&self, mistake: &Mistake) -> Option<u8> {
        let mut known = self.fitting.iter();
        known
            .find(|(it, _)| it == mistake)
            .map(|&(_, attempt)| attempt)
    }

    /// Replaces a mistake with a stand-in: the one that fixed the same mistake before, or the next
    /// attempt.
    fn stand_in(&mut self, document: &mut Document, node: NodeId, mistake: &Mistake) -> bool {
        if let Some(fitting) = self.fitting(mistake)
            && document.nodes[node].attempts == 0
        {
            document.nodes[node].attempts = fitting.saturating_sub(1);
        }
        self.last_tried = Some((node, mistake.clone()));
        stand_in(document, node, mistake)
    }

    /// If the member that selects an enum's variant is wrong, reports no more mistakes in its
    /// object: the members that the object should have are unknown.
    fn close_tagged(&self, document: &mut Document, reading: &super::Reading, tag: NodeId) {
        let parent = document.nodes[tag].parent;
        if parent.is_some_and(|it| reading.pass.tagged.borrow().contains(&it)) {
            close(document, tag);
        }
    }

    /// Converts a value inside an enum or a flattened struct, which reaches its type as the
    /// document has it: `3.0` as a float, the parameter `8` as a text. If a number, boolean or
    /// list is expected and the value is one, it is passed as such from now on.
    fn reads_otherwise(
        &mut self,
        document: &mut Document,
        node: NodeId,
        mistake: &Mistake,
    ) -> bool {
        let Mistake::Expected(expected) = mistake else {
            return false;
        };
        for expected_text in expected {
            let wanted = words::kind_of(expected_text);
            let other = match (&document.nodes[node].content, wanted) {
                (Content::Untyped(text), Expected::Integer | Expected::Float | Expected::Bool)
                    if text.is_empty() =>
                {
                    document.nodes[node].is_removed = true;
                    self.absent.push((node, expected.clone()));
                    return true;
                }
                (Content::Untyped(text) | Content::Number(text), Expected::Integer) => {
                    whole(text).map(Content::Number)
                }
                (Content::Untyped(text), Expected::Float) => {
                    Number::parse(text).map(|_| Content::Number(text.clone()))
                }
                (Content::Untyped(text), Expected::Bool) => text.parse().ok().map(Content::Bool),
                (Content::Untyped(_), Expected::Array | Expected::Tuple(_)) => {
                    let content = document.nodes[node].content.clone();
                    let only = document.add(Some(node), super::Step::Element(0), content);
                    Some(Content::Array(vec![only]))
                }
                _ => None,
            };
            let is_new = match (&document.nodes[node].content, &other) {
                (Content::Number(old), Some(Content::Number(new))) => old != new,
                (_, other) => other.is_some(),
            };
            if let (true, Some(other)) = (is_new, other) {
                document.nodes[node].content = other;
                return true;
            }
        }
        false
    }

    /// Notes a mistake, and puts a stand-in in its place.
    fn report(&mut self, document: &mut Document, node: NodeId, mistake: &Mistake) {
        let steps = document.steps(node);
        let (steps, code, message) = match mistake {
            Mistake::Missing(name) => (steps.member(name), "required", words::REQUIRED.to_owned()),
            Mistake::MissingOneOf(names) => (steps, "type", words::one_of_members(names)),
            Mistake::Unknown => (steps, "unknown", unknown(document.kind).to_owned()),
            Mistake::Repeated => (steps, "repeated", words::REPEATED.to_owned()),
            Mistake::Variant(known) => (steps, "type", words::one_of(known)),
            Mistake::Expected(_) if is_several(document, node) => {
                (steps, "repeated", words::REPEATED.to_owned())
            }
            Mistake::Expected(expected) => {
                let expected = expected.iter().map(String::as_str);
                (steps, "type", words::must_be_one_of_kinds(expected))
            }
            Mistake::Length(expected) => (steps, "type", words::length_must_be(expected)),
            Mistake::Words(words) => (steps, "type", words::parse_failure(words)),
        };
        self.add(steps, code, message);
        if let Mistake::Missing(name) = mistake {
            let member = document.add_member(node, name, Content::Anything);
            document.nodes[member].is_reported = true;
            return;
        }
        document.nodes[node].is_reported = true;
        if !self.stand_in(document, node, mistake) {
            document.bury(node);
        }
    }

    /// Reports arrays that serde read as structs: inside an enum, it also reads a struct from an
    /// array, by position. The contract declares an object, whose members have no order.
    fn take_arrays(
        &mut self,
        document: &mut Document,
        reading: &super::Reading,
        reads: &Reads<'_>,
    ) {
        let arrays = reading.pass.kept_arrays.take();
        for node in arrays.into_iter().take(MAX_LISTED) {
            if document.is_within_reported(node) {
                continue;
            }
            let expected = expected_at(document, node, reads);
            let mut kinds = expected.iter().map(|it| words::kind_of(it));
            let is_struct = kinds.clone().any(|kind| kind == Expected::Object)
                && kinds.all(|kind| matches!(kind, Expected::Object | Expected::Null));
            if is_struct {
                let steps = document.steps(node);
                self.add(steps, "type", words::OBJECT.to_owned());
                document.nodes[node].is_reported = true;
            }
        }
    }

    /// Stops because the limit is reached. At least one more mistake exists; if nothing else was
    /// found, it is noted at its last known place.
    fn stop(&mut self, document: &Document, fault: &Fault) {
        if !self.findings.mistakes.is_empty() {
            self.findings.more = self.findings.more.max(1);
            return;
        }
        let message = match &*fault.what {
            What::Value { expected, .. } => words::must_be(expected),
            _ => words::parse_failure(""),
        };
        let steps = document.steps(fault.node.unwrap_or(0));
        self.add(steps, "type", message);
    }
}

/// Reports no more mistakes in the object that a member belongs to.
fn close(document: &mut Document, member: NodeId) {
    if let Some(parent) = document.nodes[member].parent {
        document.nodes[parent].is_reported = true;
    }
}

/// Checks whether a member selects the variant of its object: other values lead to other faults.
///
/// Each of the first three variants is tried in its place. For `{"kind": "cricle", "radius": "x"}`,
/// `circle` gives a mistake about `radius`, `box` one about a missing `side`. The outcomes differ,
/// so `kind` selects, and no more is said about an object whose kind is not known. A member that is
/// only a list of names gives the same outcome for each of them.
fn tells_the_variant(
    document: &mut Document,
    node: NodeId,
    known: &[&str],
    reads: &Reads<'_>,
) -> bool {
    let mut outcomes = known.iter().take(3).map(|name| {
        let kept = document.replace(node, Content::Text((*name).into()));
        let reading = reads.read(document);
        document.replace(node, kept);
        reading.fault.map(|fault| fault.what.without_value())
    });
    let first = outcomes.next();
    outcomes.any(|outcome| Some(outcome) != first)
}

/// Makes nodes of the parts of a stand-in, so that each can be replaced; false if it has none.
fn open(document: &mut Document, reading: &super::Reading, node: NodeId) -> bool {
    if !matches!(document.nodes[node].content, Content::Anything) {
        return false;
    }
    let opened = reading.pass.opened.borrow();
    let Some((_, opened)) = opened.iter().find(|(id, _)| *id == node) else {
        return false;
    };
    match *opened {
        Opened::Struct(fields) => {
            document.nodes[node].content = Content::Object(Vec::new());
            for name in fields {
                document.add_member(node, name, Content::Anything);
            }
        }
        Opened::Tuple(length) => {
            let parts = (0..length)
                .map(|index| document.add_part(node, index))
                .collect();
            document.nodes[node].content = Content::Array(parts);
        }
        Opened::Variant(name) => {
            document.nodes[node].content = Content::Object(Vec::new());
            document.add_member(node, name, Content::Anything);
        }
    }
    true
}

fn unknown(kind: Source) -> &'static str {
    match kind {
        Source::Json => words::UNKNOWN_MEMBER,
        Source::Parameters => words::UNKNOWN_PARAMETER,
    }
}

fn is_several(document: &Document, node: NodeId) -> bool {
    matches!(document.nodes[node].content, Content::Values(_))
}

/// A whole number without a fraction or exponent.
fn whole(text: &str) -> Option<Box<str>> {
    let number = Number::parse(text)?;
    let signed = number.integer::<i128>().map(|value| value.to_string());
    let value = signed.or_else(|| number.integer::<u128>().map(|value| value.to_string()))?;
    Some(value.into())
}

/// Replaces a mistake with a stand-in that the type's message suggests; `false` if nothing is left
/// to try.
///
/// | the type says | stand-in |
/// |---|---|
/// | an unknown or repeated member | it is removed |
/// | a member is missing | it is added, as anything |
/// | not one of these variants | the first variant; if its name is not enough, an object of it |
/// | expects a number, a boolean, an array, an object, null | such a value |
/// | has a message of its own | `next_value`, until one is accepted |
fn stand_in(document: &mut Document, node: NodeId, mistake: &Mistake) -> bool {
    let attempts = document.nodes[node].attempts;
    if attempts >= MAX_ATTEMPTS {
        return false;
    }
    document.nodes[node].attempts += 1;
    let next = || next_value(document, node, usize::from(attempts));
    let content = match mistake {
        Mistake::Unknown | Mistake::Repeated => {
            document.nodes[node].is_removed = true;
            return true;
        }
        Mistake::Missing(name) => {
            if !matches!(document.nodes[node].content, Content::Object(_)) {
                document.nodes[node].content = Content::Object(Vec::new());
            }
            document.add_member(node, name, Content::Anything);
            return true;
        }
        Mistake::MissingOneOf(names) => {
            document.nodes[node].content = Content::Object(Vec::new());
            if let Some(first) = names.first() {
                document.add_member(node, first, Content::Anything);
            }
            return true;
        }
        Mistake::Variant(known) => {
            let Some(first) = known.first() else {
                return false;
            };
            match &document.nodes[node].content {
                // The name alone was not enough: the variant needs contents.
                Content::Text(text) if **text == **first => {
                    document.nodes[node].content = Content::Object(Vec::new());
                    document.add_member(node, first, Content::Anything);
                    return true;
                }
                _ => Some(Content::Text((*first).into())),
            }
        }
        Mistake::Expected(expected) => {
            let first = expected.first().map(|it| words::kind_of(it));
            match first {
                Some(Expected::Integer | Expected::Float) if attempts < 2 => {
                    Some(Content::Number("1".into()))
                }
                Some(Expected::Bool) if attempts > 1 => None,
                Some(Expected::Bool) => Some(Content::Bool(false)),
                Some(Expected::Array) => Some(Content::Array(Vec::new())),
                Some(Expected::Tuple(length)) => {
                    let parts = (0..length).map(|index| document.add_part(node, index));
                    Some(Content::Array(parts.collect()))
                }
                Some(Expected::Object) => Some(Content::Object(Vec::new())),
                Some(Expected::Null) => Some(Content::Null),
                _ => next(),
            }
        }
        Mistake::Length(expected) => match words::kind_of(expected) {
            Expected::Tuple(length) => {
                let parts = (0..length).map(|index| document.add_part(node, index));
                Some(Content::Array(parts.collect()))
            }
            _ => next(),
        },
        Mistake::Words(_) => next(),
    };
    match content {
        Some(content) => {
            document.nodes[node].content = content;
            true
        }
        None => false,
    }
}

/// Numbers that stand in for one that a type refused.
const NUMBERS: [&str; 8] = ["1", "0", "2", "10", "100", "1000", "-1", "0.5"];

/// The next stand-in to try for a type with its own message: null, then texts of many formats, then
/// numbers, then other texts of the document.
///
/// The last helps with types whose format nobody could guess: a client that sends a hundred of them
/// has sent a valid one somewhere.
fn next_value(document: &Document, node: NodeId, attempt: usize) -> Option<Content> {
    // Null fits every optional value.
    let Some(attempt) = attempt.checked_sub(1) else {
        return Some(Content::Null);
    };
    let (text, attempt) = (attempt, attempt.checked_sub(TEXTS.len()));
    let Some(attempt) = attempt else {
        return Some(Content::Text(TEXTS[text].into()));
    };
    let (number, attempt) = (attempt, attempt.checked_sub(NUMBERS.len()));
    let Some(attempt) = attempt else {
        return Some(Content::Number(NUMBERS[number].into()));
    };
    let mut texts = document.nodes.iter().enumerate().filter_map(|(id, it)| {
        let is_sent = id != node && !it.is_reported && it.attempts == 0;
        match &it.content {
            Content::Text(text) if is_sent => Some(text),
            _ => None,
        }
    });
    texts.nth(attempt).cloned().map(Content::Text)
}

impl Document {
    /// A new part of an array, for its place `index`.
    fn add_part(&mut self, array: NodeId, index: usize) -> NodeId {
        self.add(Some(array), super::Step::Element(index), Content::Anything)
    }

    /// Adds a member to an object.
    pub(super) fn add_member(&mut self, object: NodeId, name: &str, content: Content) -> NodeId {
        let member = self.add(Some(object), super::Step::member(name), content);
        match &mut self.nodes[object].content {
            Content::Object(members) => members.push(member),
            other => *other = Content::Object(vec![member]),
        }
        member
    }

    /// Removes a member from its object.
    pub(super) fn remove_member(&mut self, object: NodeId, member: NodeId) {
        if let Content::Object(members) = &mut self.nodes[object].content {
            members.retain(|&id| id != member);
        }
    }

    /// Gives up a node: it is read after all others from now on.
    fn bury(&mut self, node: NodeId) {
        self.dead.retain(|&id| id != node);
        self.dead.push(node);
        self.nodes[node].is_reported = true;
    }

    fn is_dead(&self, node: NodeId) -> bool {
        self.dead.contains(&node)
    }

    pub(super) fn has_dead(&self) -> bool {
        !self.dead.is_empty()
    }

    /// 0 for a node in which everything can be read; the later it was given up, the higher.
    pub(super) fn deadness(&self, node: NodeId) -> usize {
        let inside = |&dead: &NodeId| self.lineage(dead).any(|id| id == node);
        self.dead.iter().rposition(inside).map_or(0, |at| at + 1)
    }
}
