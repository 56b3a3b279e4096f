//! The place of a fault inside an enum or a flattened struct.
//!
//! Serde reads such a value twice: it first keeps a copy, and later makes the type from the copy,
//! without the reader. The fault then says *what* is wrong, but the reader knows only the node of
//! the whole value. The part is found in up to three steps, cheapest first:
//!
//! 1. A fault about a text holds the text's address, and the copy borrows from the document.
//! 2. Of the other values, only those that look like the one in the fault are candidates.
//! 3. If there are several, each is *poisoned* in turn: replaced by bytes that no type accepts. The
//!    document is read again, and a fault about those bytes means that the value is read before
//!    the real fault, or causes it. The cause is the candidate that is read last.
//!
//! Example: in `{"kind":"circle","x":1,"y":1}`, `kind` selects a variant with the fields `x: u8`
//! and `y: String`. The fault is “integer 1, expected a string”, and both 1 look like it. When
//! poisoned one by one, both give a fault about the poison; when poisoned together, `x` gives it
//! first. So the cause is `y`.

use super::fault::{Fault, Seen, What};
use super::{Content, Document, NodeId, Reading, Reads, Step};
use crate::validation::words::{self, Expected};

/// A mistake and the node that it is about.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) node: NodeId,
    pub(super) mistake: Mistake,
}

/// The mistake in a node.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mistake {
    /// An object lacks this member.
    Missing(&'static str),
    /// An object lacks all of these members, and must have one of them.
    MissingOneOf(Vec<&'static str>),
    /// The type does not have this member.
    Unknown,
    /// The member is repeated.
    Repeated,
    /// The text is not one of these names.
    Variant(&'static [&'static str]),
    /// One of these kinds of values is expected.
    Expected(Vec<String>),
    /// An array of another length is expected.
    Length(String),
    /// The type's own message.
    Words(String),
}

/// The start of serde's message about an untagged enum.
const NO_VARIANT: &str = "data did not match any variant of untagged enum";

/// Maximum number of faults of an untagged enum that are examined: the last ones.
const MAX_TRIED: usize = 64;

/// Finds the node that `fault` is about; `reading` is the reading that ended with it.
///
/// The reader itself knows the node where it was asked for the value. The search is only for values
/// that serde has copied before, and its cost counts like that of a reading.
pub(super) fn locate(
    document: &mut Document,
    reading: &Reading,
    fault: Fault,
    reads: &Reads<'_>,
) -> Located {
    let root = fault.node.unwrap_or(0);
    reads.spend(document.nodes.len());
    if !is_kept(document, reading, root) {
        let mistake = mistake(*fault.what);
        return Located {
            node: root,
            mistake,
        };
    }
    let what = *fault.what;
    if matches!(&what, What::Words(words) if words.starts_with(NO_VARIANT)) {
        return no_variant(document, reading, root, reads);
    }
    let node = match &what {
        What::Value { seen, .. } | What::Variant { seen, .. } => {
            let candidates = like(document, root, *seen);
            last_read(document, &candidates, reads).unwrap_or(root)
        }
        What::Missing(name) => lacking(document, root, name, reads),
        What::Unknown(name) => {
            let mut named = document.within(root).into_iter();
            named
                .find(|&id| document.is_named(id, name) && !document.nodes[id].is_removed)
                .unwrap_or(root)
        }
        What::Length(expected) => {
            let wanted = words::kind_of(expected);
            let mut arrays = document.within(root);
            arrays.retain(|&id| match &document.nodes[id].content {
                Content::Array(parts) => wanted != Expected::Tuple(parts.len()),
                _ => false,
            });
            last_read(document, &arrays, reads).unwrap_or(root)
        }
        What::Words(_) => speaking(document, root, reads),
        What::Repeated => root,
    };
    Located {
        node,
        mistake: mistake(what),
    }
}

fn mistake(what: What) -> Mistake {
    match what {
        What::Missing(name) => Mistake::Missing(name),
        What::Unknown(_) => Mistake::Unknown,
        What::Repeated => Mistake::Repeated,
        What::Variant { known, .. } => Mistake::Variant(known),
        What::Value { expected, .. } => Mistake::Expected(vec![expected]),
        What::Length(expected) => Mistake::Length(expected),
        What::Words(words) => Mistake::Words(words),
    }
}

/// Checks whether serde has kept a copy of `node`, or of its members: it was read as any value, or
/// as a map although it is a struct.
fn is_kept(document: &Document, reading: &Reading, node: NodeId) -> bool {
    let marks = reading.pass.marks.borrow();
    let fields = reading.pass.fields.borrow();
    let is_struct = fields.iter().any(|(id, _)| *id == node);
    let is_object = matches!(document.nodes[node].content, Content::Object(_));
    let is_tagged = reading.pass.tagged.borrow().contains(&node);
    marks.iter().any(|(id, _)| *id == node) || is_object && !is_struct || is_tagged
}

/// The nodes that look like the value in a fault.
fn like(document: &Document, root: NodeId, seen: Seen) -> Vec<NodeId> {
    let mut nodes = document.within(root);
    nodes.retain(|&id| is_like(document, id, seen));
    nodes
}

fn is_like(document: &Document, id: NodeId, seen: Seen) -> bool {
    let node = &document.nodes[id];
    // The name of the only member selects a variant.
    if let (Step::Member(name), Seen::At(..)) = (&node.step, seen)
        && Seen::address(name.as_bytes()) == seen
    {
        return true;
    }
    match (&node.content, seen) {
        (Content::Text(text) | Content::Untyped(text), Seen::At(_, length)) => {
            // Empty texts have no address of their own.
            Seen::address(text.as_bytes()) == seen || length == 0 && text.is_empty()
        }
        (Content::Bool(value), Seen::Bool(other)) => *value == other,
        (Content::Number(text), Seen::Unsigned(value)) => {
            super::Number::parse(text).and_then(super::Number::integer) == Some(value)
        }
        (Content::Number(text), Seen::Signed(value)) => {
            super::Number::parse(text).and_then(super::Number::integer) == Some(value)
        }
        (Content::Number(text), Seen::Float(value)) => {
            super::Number::parse(text).and_then(super::Number::f64) == Some(value)
        }
        (Content::Null | Content::Anything, Seen::Null) => true,
        (Content::Array(_) | Content::Values(_), Seen::Array) => true,
        (Content::Object(_), Seen::Object) => true,
        // Serde says nothing more about a name with contents.
        (Content::Text(_) | Content::Object(_), Seen::Other) => true,
        _ => false,
    }
}

/// The candidate that is read last.
///
/// Many candidates are halved: if the poison in the second half changes nothing, none of it is
/// read. A few are compared with each other, because a type may read its members in another order
/// than they were sent.
fn last_read(document: &mut Document, candidates: &[NodeId], reads: &Reads<'_>) -> Option<NodeId> {
    let mut candidates = candidates.to_vec();
    if candidates.len() < 2 {
        return candidates.first().copied();
    }
    let unpoisoned = Outcome::of(&reads.read(document), &[]);
    while candidates.len() > MAX_COMPARED && !reads.are_spent() {
        let second = candidates.split_off(candidates.len() / 2);
        if outcome(document, &second, reads) != unpoisoned {
            candidates = second;
        }
    }
    let mut last: Option<(NodeId, Outcome)> = None;
    for &next in &candidates {
        if reads.are_spent() {
            break;
        }
        let alone = outcome(document, &[next], reads);
        if alone == unpoisoned {
            continue;
        }
        let is_later = match &last {
            None => true,
            Some((known, known_alone)) => {
                outcome(document, &[*known, next], reads) == *known_alone && alone != *known_alone
            }
        };
        if is_later {
            last = Some((next, alone));
        }
    }
    last.map(|(node, _)| node).or(candidates.first().copied())
}

/// Maximum number of candidates that are compared with each other.
const MAX_COMPARED: usize = 8;

/// The outcome of a reading with some nodes poisoned.
fn outcome(document: &mut Document, nodes: &[NodeId], reads: &Reads<'_>) -> Outcome {
    let (reading, marks) = poisoned(document, nodes, reads);
    Outcome::of(&reading, &marks)
}

/// How a reading ended.
#[derive(PartialEq)]
enum Outcome {
    /// Nothing ended it.
    Read,
    /// This poison was refused first, by its length.
    Poison(usize),
    Fault(What),
}

impl Outcome {
    fn of(reading: &Reading, marks: &[Seen]) -> Self {
        let refused = reading.pass.log.iter().find_map(|what| {
            let (What::Value { seen, .. } | What::Variant { seen, .. }) = what else {
                return None;
            };
            match marks.iter().find(|mark| *mark == seen)? {
                Seen::At(_, length) => Some(Self::Poison(*length)),
                _ => None,
            }
        });
        refused.unwrap_or_else(|| match &reading.fault {
            None => Self::Read,
            Some(fault) => Self::Fault(fault.what.without_value()),
        })
    }
}

/// The values that are expected instead of the array `node`, from every type that tried to read it.
pub(super) fn expected_at(document: &mut Document, node: NodeId, reads: &Reads<'_>) -> Vec<String> {
    let (reading, marks) = poisoned(document, &[node], reads);
    let mut expected = Vec::new();
    for what in reading.pass.log {
        match what {
            What::Value { seen, expected: it } if marks.contains(&seen) => expected.push(it),
            _ => {}
        }
    }
    expected
}

/// Reads the document with these nodes poisoned, and puts their contents back. Also returns how the
/// poison of each looks in a fault.
fn poisoned(document: &mut Document, nodes: &[NodeId], reads: &Reads<'_>) -> (Reading, Vec<Seen>) {
    let mut marks = Vec::new();
    let mut kept = Vec::new();
    for &node in nodes {
        // Bytes that are not UTF-8, so that a `String` refuses them too. Each node has a different
        // number of them, because types that read bytes name the number in their own message.
        let poison: Box<[u8]> = vec![0xff; 1 + node % 1000].into();
        marks.push(Seen::address(&poison));
        let is_removed = std::mem::take(&mut document.nodes[node].is_removed);
        kept.push((document.replace(node, Content::Poison(poison)), is_removed));
    }
    let reading = reads.read(document);
    for (&node, (content, is_removed)) in nodes.iter().zip(kept) {
        document.replace(node, content);
        document.nodes[node].is_removed = is_removed;
    }
    (reading, marks)
}

/// The object that lacks a required member: the last one in which a poisoned member of that name
/// changes the outcome of the reading.
fn lacking(document: &mut Document, root: NodeId, name: &'static str, reads: &Reads<'_>) -> NodeId {
    let mut objects = document.within(root);
    objects.retain(|&id| {
        matches!(document.nodes[id].content, Content::Object(_))
            && document.member(id, name).is_none()
    });
    if objects.len() < 2 {
        return objects.first().copied().unwrap_or(root);
    }
    // Add the member to each, marked as removed: only poisoned members are read.
    let added: Vec<NodeId> = objects
        .iter()
        .map(|&object| {
            let member = document.add_member(object, name, Content::Anything);
            document.nodes[member].is_removed = true;
            member
        })
        .collect();
    let last = last_read(document, &added, reads);
    for (&object, &member) in objects.iter().zip(&added) {
        document.remove_member(object, member);
    }
    let at = last.and_then(|last| added.iter().position(|&member| member == last));
    at.map_or(root, |at| objects[at])
}

/// The value that a type refused with its own message: usually a text in its own format, the last
/// one that was read; or else the whole value.
fn speaking(document: &mut Document, root: NodeId, reads: &Reads<'_>) -> NodeId {
    let mut leaves = document.within(root);
    leaves.retain(|&id| {
        matches!(
            document.nodes[id].content,
            Content::Text(_) | Content::Untyped(_) | Content::Number(_)
        ) && !document.nodes[id].is_removed
    });
    last_read(document, &leaves, reads).unwrap_or(root)
}

/// The part of a value that does not fit any variant of an untagged enum, or the whole value.
///
/// Serde discards the faults of the variants; the log has them. The deepest ones belong to the
/// variant that came closest.
fn no_variant(document: &Document, reading: &Reading, root: NodeId, reads: &Reads<'_>) -> Located {
    let marks = reading.pass.marks.borrow();
    let start = marks
        .iter()
        .find(|(id, _)| *id == root)
        .map_or(0, |(_, mark)| *mark);
    let tried = reading.pass.log.get(start..).unwrap_or_default();
    let tried = &tried[tried.len().saturating_sub(MAX_TRIED)..];
    let mut deepest: Vec<(NodeId, Mistake)> = Vec::new();
    let mut depth = 0;
    for what in tried {
        let (What::Value { seen, .. } | What::Variant { seen, .. }) = what else {
            continue;
        };
        if reads.are_spent() {
            break;
        }
        reads.spend(document.nodes.len());
        let [node] = like(document, root, *seen)[..] else {
            continue;
        };
        let its_depth = document.lineage(node).count();
        if its_depth > depth {
            deepest.clear();
            depth = its_depth;
        }
        if its_depth == depth {
            deepest.push((node, mistake(what.clone())));
        }
    }
    let is_one = deepest.windows(2).all(|pair| pair[0].0 == pair[1].0);
    match deepest.first() {
        Some((node, _)) if is_one => {
            let node = *node;
            let mut expected = Vec::new();
            for (_, mistake) in deepest {
                match mistake {
                    Mistake::Expected(mut one) => expected.append(&mut one),
                    only => {
                        return Located {
                            node,
                            mistake: only,
                        };
                    }
                }
            }
            let mistake = Mistake::Expected(expected);
            Located { node, mistake }
        }
        Some(_) => whole(root),
        None => {
            let missing: Vec<&'static str> = tried
                .iter()
                .filter_map(|what| match what {
                    What::Missing(name) => Some(*name),
                    _ => None,
                })
                .collect();
            match missing.is_empty() {
                true => whole(root),
                false => Located {
                    node: root,
                    mistake: Mistake::MissingOneOf(missing),
                },
            }
        }
    }
}

fn whole(node: NodeId) -> Located {
    let mistake = Mistake::Words(words::NO_FORM.to_owned());
    Located { node, mistake }
}
