//! A document as a serde deserializer that keeps its place.
//!
//! It knows what the type asks for before it passes on a value. A value that does not fit is noted
//! as a [`Mismatch`], and one that fits is passed on in its place, so that one reading finds most
//! mistakes.
//!
//! Example: for `struct Lamp { name: String, watts: u8 }` and `{"name": 7, "watts": 300}`, serde
//! calls `deserialize_string` at `/name`. The node is a number, so the mismatch “must be a string”
//! is noted and an empty text is passed on. At `/watts`, `deserialize_u8` notes that 300 does not
//! fit, and passes on 1. Serde makes a `Lamp`, and both mistakes are known.
//!
//! What it cannot pass is what a type refuses by itself: an empty text for a UUID, the name of a
//! variant that does not exist, a member that is missing. Serde then gives up, and the reading ends
//! with a [`Fault`].

use std::cell::{Cell, RefCell};

use serde::de::{Deserializer, Error as _, Expected, Visitor};

use super::access::{Elements, Members, Variant};
use super::fault::{self, Fault, Seen, What};
use super::number::Number;
use super::{Content, Document, NodeId, Source};
use crate::validation::words;

/// Maximum number of mistakes that one response lists.
pub(crate) const MAX_LISTED: usize = 100;

/// A value that does not fit its type, noted while reading.
#[derive(Debug, Clone)]
pub(super) struct Mismatch {
    pub(super) node: NodeId,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// The value that was passed on instead.
    pub(super) stand_in: Content,
    /// The expected length, if the array has a different one; its parts are still read.
    pub(super) length: Option<usize>,
}

/// The form in which a stand-in was read. Its parts can become nodes, so that each can be replaced.
#[derive(Debug, Clone, Copy)]
pub(super) enum Opened {
    Struct(&'static [&'static str]),
    Tuple(usize),
    Variant(&'static str),
}

/// The notes of one reading.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// `true` if the data that only the search for mistakes needs is noted, too.
    is_searching: bool,
    pub(super) mismatches: RefCell<Vec<Mismatch>>,
    /// The number of mismatches, including those beyond [`MAX_LISTED`].
    pub(super) count: Cell<usize>,
    /// The member names of the structs that were read from these nodes.
    pub(super) fields: RefCell<Vec<(NodeId, &'static [&'static str])>>,
    /// The forms in which stand-ins were read.
    pub(super) opened: RefCell<Vec<(NodeId, Opened)>>,
    /// Arrays that serde has kept a copy of, inside an enum or a flattened struct.
    pub(super) kept_arrays: RefCell<Vec<NodeId>>,
    /// Objects in which one member selects the variant of an enum.
    pub(super) tagged: RefCell<Vec<NodeId>>,
    /// Every fault, in order.
    pub(super) log: Vec<What>,
    /// For each node that serde has kept a copy of, the position in the log where it began.
    pub(super) marks: RefCell<Vec<(NodeId, usize)>>,
    /// The number of nodes that were read: the cost.
    pub(super) cost: Cell<usize>,
}

impl Pass {
    pub(super) fn new(is_searching: bool) -> Self {
        if is_searching {
            fault::take_log();
        }
        Self {
            is_searching,
            ..Self::default()
        }
    }

    pub(super) fn ended(mut self) -> Self {
        if self.is_searching {
            self.log = fault::take_log();
        }
        self
    }

    fn note(&self, mismatch: Mismatch) {
        self.count.set(self.count.get() + 1);
        let mut mismatches = self.mismatches.borrow_mut();
        if mismatches.len() < MAX_LISTED {
            mismatches.push(mismatch);
        }
    }
}

/// The deserializer of one node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'d> {
    pub(super) document: &'d Document,
    pub(super) pass: &'d Pass,
    pub(super) node: NodeId,
}

impl<'d> Reader<'d> {
    pub(super) fn root(document: &'d Document, pass: &'d Pass) -> Self {
        Self {
            document,
            pass,
            node: 0,
        }
    }

    /// The deserializer of another node.
    pub(super) fn of(self, node: NodeId) -> Self {
        Self { node, ..self }
    }

    fn note_tagged(self, expected: &dyn Expected) {
        if self.pass.is_searching && is_tagged(expected) {
            self.pass.tagged.borrow_mut().push(self.node);
        }
    }

    /// Assigns a fault to this node, unless an inner node is known.
    fn here<T>(self, value: Result<T, Fault>) -> Result<T, Fault> {
        value.map_err(|fault| fault.at(self.node))
    }

    fn content(self) -> &'d Content {
        self.pass.cost.set(self.pass.cost.get() + 1);
        &self.document.nodes[self.node].content
    }

    /// The contents of the node. For a parameter that was sent more than once, it notes the mistake
    /// and returns the first value.
    fn single(self) -> &'d Content {
        match self.content() {
            Content::Values(values) => {
                let first = values.first().map(|&id| &self.document.nodes[id].content);
                let first = first.unwrap_or(&Content::Null);
                self.note("repeated", words::REPEATED.to_owned(), first.clone());
                first
            }
            content => content,
        }
    }

    fn note(self, code: &'static str, message: String, stand_in: Content) {
        self.pass.note(Mismatch {
            node: self.node,
            code,
            message,
            stand_in,
            length: None,
        });
    }

    /// Notes the form in which a stand-in was read.
    pub(super) fn opened(self, as_what: Opened) {
        self.pass.opened.borrow_mut().push((self.node, as_what));
    }

    /// Notes that something else is expected here.
    pub(super) fn mismatch(self, expected: &dyn Expected, stand_in: Content) {
        self.note("type", words::must_be(&expected.to_string()), stand_in);
    }

    /// Notes a broken rule about the name of a member.
    pub(super) fn name_mismatch(self, expected: &str) {
        let rule = words::name_must_be(&words::must_be(expected));
        self.note("type", rule, Content::Anything);
    }

    /// Notes that the array does not have the expected number of elements.
    pub(super) fn length_mismatch(self, wanted: usize, kept: Vec<NodeId>) {
        self.pass.note(Mismatch {
            node: self.node,
            code: "type",
            message: words::exactly(wanted),
            stand_in: Content::Array(kept),
            length: Some(wanted),
        });
    }

    /// Notes a repeated member.
    pub(super) fn repeated(self) {
        self.note("repeated", words::REPEATED.to_owned(), Content::Anything);
    }

    /// Notes that the value does not name a variant of the enum.
    pub(super) fn not_one_of(self, variants: &[&str]) {
        self.note("type", words::one_of(variants), Content::Anything);
    }

    /// Notes that an object must name just one variant.
    pub(super) fn not_one_member(self, variants: &[&str]) {
        self.note("type", words::one_member(variants), Content::Anything);
    }

    /// Notes that a variant was given by its name alone, but needs contents.
    pub(super) fn needs_a_value(self, variant: &'static str) {
        self.opened(Opened::Variant(variant));
        self.note("type", words::needs_a_value(variant), Content::Anything);
    }

    fn integer<N: TryFrom<u128> + TryFrom<i128>>(self, expected: &dyn Expected) -> Option<N> {
        let text = match self.single() {
            Content::Number(text) | Content::Untyped(text) => text,
            Content::Anything => return N::try_from(1_u128).ok(),
            _ => "",
        };
        let value = Number::parse(text).and_then(Number::integer);
        if value.is_none() {
            self.mismatch(expected, Content::Number("1".into()));
        }
        value.or_else(|| N::try_from(1_u128).ok())
    }

    fn float<N>(self, read: fn(Number<'d>) -> Option<N>, expected: &dyn Expected) -> Option<N> {
        let text = match self.single() {
            Content::Number(text) | Content::Untyped(text) => text,
            Content::Anything => "1",
            _ => "",
        };
        let value = Number::parse(text).and_then(read);
        if value.is_none() {
            self.mismatch(expected, Content::Number("1".into()));
            return Number::parse("1").and_then(read);
        }
        value
    }

    fn boolean(self, expected: &dyn Expected) -> bool {
        let value = match self.single() {
            Content::Bool(value) => Some(*value),
            Content::Untyped(text) => text.parse().ok(),
            Content::Anything => Some(false),
            _ => None,
        };
        value.unwrap_or_else(|| {
            self.mismatch(expected, Content::Bool(false));
            false
        })
    }

    fn text(self, expected: &dyn Expected) -> &'d str {
        match self.single() {
            Content::Text(text) | Content::Untyped(text) => text,
            Content::Anything => "",
            _ => {
                self.mismatch(expected, Content::Anything);
                ""
            }
        }
    }

    /// Passes on a text without a note; the visitor itself may refuse an empty one.
    fn visit_text<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        let text = self.text(&visitor);
        self.here(visitor.visit_borrowed_str(text))
    }

    fn elements(self, expected: &dyn Expected) -> Elements<'d> {
        let parts: &[NodeId] = match self.content() {
            Content::Array(parts) | Content::Values(parts) => parts,
            // A single value of a parameter is a list of one, even if it is a stand-in.
            Content::Untyped(_) => return Elements::only(self),
            Content::Text(_) | Content::Number(_) | Content::Bool(_)
                if self.document.kind == Source::Parameters =>
            {
                return Elements::only(self);
            }
            Content::Anything => &[],
            _ => {
                self.mismatch(expected, Content::Array(Vec::new()));
                &[]
            }
        };
        Elements::new(self, parts)
    }

    /// The members of an object; `None` after noting that it is not one.
    fn members(self, expected: &dyn Expected) -> Option<&'d [NodeId]> {
        match self.content() {
            Content::Object(parts) => Some(parts),
            Content::Anything => None,
            _ => {
                self.mismatch(expected, Content::Anything);
                None
            }
        }
    }

    fn visit_map<V: Visitor<'d>>(
        self,
        mut members: Members<'d>,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let value = visitor.visit_map(&mut members);
        value.map_err(|fault| {
            // Serde reports a repeated member after it has read the second name.
            match (&*fault.what, members.current()) {
                (What::Repeated, Some(member)) => fault.at(member),
                _ => fault.at(self.node),
            }
        })
    }

    /// Passes on any value. Serde keeps a copy of a value in this way, for an internally tagged
    /// enum or a flattened struct: mistakes inside it are found only afterwards.
    fn visit_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.pass.is_searching {
            let mark = fault::mark();
            self.pass.marks.borrow_mut().push((self.node, mark));
        }
        self.note_tagged(&visitor);
        let value = match self.content() {
            Content::Null | Content::Anything => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Number(text) => self.visit_number(text, visitor),
            Content::Text(text) | Content::Untyped(text) => visitor.visit_borrowed_str(text),
            Content::Poison(bytes) => visitor.visit_borrowed_bytes(bytes),
            Content::Array(_) if is_told_by_a_member(&visitor) => {
                Err(Fault::value(Seen::Array, &visitor))
            }
            Content::Array(parts) | Content::Values(parts) => {
                self.pass.kept_arrays.borrow_mut().push(self.node);
                visitor.visit_seq(Elements::new(self, parts))
            }
            Content::Object(parts) => {
                let members = Members::new(self, parts, None);
                return self.visit_map(members, visitor);
            }
        };
        self.here(value)
    }

    /// Passes on a number as `serde_json` does: 64-bit integers as integers, all others as `f64`.
    fn visit_number<V: Visitor<'d>>(self, text: &str, visitor: V) -> Result<V::Value, Fault> {
        let number = Number::parse(text).ok_or_else(|| Fault::custom("is not a number"))?;
        if number.is_written_whole() && text != "-0" {
            if let Some(value) = number.integer::<u64>() {
                return visitor.visit_u64(value);
            }
            if let Some(value) = number.integer::<i64>() {
                return visitor.visit_i64(value);
            }
        }
        match number.f64() {
            Some(value) => visitor.visit_f64(value),
            None => {
                self.mismatch(&"f64", Content::Number("1".into()));
                visitor.visit_u64(1)
            }
        }
    }
}

/// Checks whether a visitor is that of an internally tagged enum: serde would also read one from
/// an array, by position.
pub(crate) fn is_told_by_a_member(expected: &dyn Expected) -> bool {
    expected.to_string().starts_with("internally tagged enum ")
}

/// Checks whether a visitor is that of an internally or adjacently tagged enum.
fn is_tagged(expected: &dyn Expected) -> bool {
    expected.to_string().contains("ly tagged enum ")
}

/// The name with which `serde_json` asks for a value as raw text.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Checks whether an empty parameter counts as absent, as HTML forms send it: for optional numbers
/// and booleans, for which an empty text is never valid.
///
/// A type with a format of its own may accept an empty text, and so may `Option<String>`: there it
/// stays a text.
fn empty_is_none<T>() -> bool {
    let name = std::any::type_name::<T>();
    let inner = name
        .strip_prefix("core::option::Option<")
        .and_then(|rest| rest.strip_suffix('>'));
    inner.is_some_and(|inner| {
        let inner = words::without_nonzero(inner);
        matches!(
            words::kind_of(inner),
            words::Expected::Integer | words::Expected::Float
        ) || inner == "bool"
    })
}

macro_rules! integers {
    ($($deserialize:ident $visit:ident $type:ty)+) => {
        $(fn $deserialize<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
            let value: Option<$type> = self.integer(&visitor);
            self.here(visitor.$visit(value.unwrap_or(1)))
        })+
    };
}

impl<'d> Deserializer<'d> for Reader<'d> {
    type Error = Fault;

    integers! {
        deserialize_i8 visit_i8 i8
        deserialize_i16 visit_i16 i16
        deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64
        deserialize_i128 visit_i128 i128
        deserialize_u8 visit_u8 u8
        deserialize_u16 visit_u16 u16
        deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64
        deserialize_u128 visit_u128 u128
    }

    fn deserialize_f32<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        let value = self.float(Number::f32, &visitor).unwrap_or(1.0);
        self.here(visitor.visit_f32(value))
    }

    fn deserialize_f64<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        let value = self.float(Number::f64, &visitor).unwrap_or(1.0);
        self.here(visitor.visit_f64(value))
    }

    fn deserialize_bool<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        let value = self.boolean(&visitor);
        self.here(visitor.visit_bool(value))
    }

    fn deserialize_char<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mut letters = match self.single() {
            Content::Text(text) | Content::Untyped(text) => text.chars(),
            Content::Anything => "a".chars(),
            _ => "".chars(),
        };
        let letter = match (letters.next(), letters.next()) {
            (Some(letter), None) => letter,
            _ => {
                self.mismatch(&visitor, Content::Text("a".into()));
                'a'
            }
        };
        self.here(visitor.visit_char(letter))
    }

    fn deserialize_str<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_string<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_bytes<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.content() {
            Content::Text(text) | Content::Untyped(text) => {
                self.here(visitor.visit_borrowed_bytes(text.as_bytes()))
            }
            _ => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        let value = match self.content() {
            Content::Null | Content::Anything => visitor.visit_none(),
            Content::Untyped(text) if text.is_empty() && empty_is_none::<V::Value>() => {
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        };
        self.here(value)
    }

    fn deserialize_unit<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.content() {
            Content::Null | Content::Anything => {}
            _ => self.mismatch(&"unit", Content::Null),
        }
        self.here(visitor.visit_unit())
    }

    fn deserialize_unit_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'d>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == RAW_VALUE {
            let text = self.document.json(self.node);
            let only = serde::de::value::MapDeserializer::new(std::iter::once((RAW_VALUE, text)));
            return self.here(visitor.visit_map(only));
        }
        self.here(visitor.visit_newtype_struct(self))
    }

    fn deserialize_seq<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        let elements = self.elements(&visitor);
        self.here(visitor.visit_seq(elements))
    }

    fn deserialize_tuple<V: Visitor<'d>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let elements = self.elements(&visitor).exactly(length);
        self.here(visitor.visit_seq(elements))
    }

    fn deserialize_tuple_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        let parts = self.members(&visitor).unwrap_or_default();
        self.visit_map(Members::new(self, parts, None), visitor)
    }

    fn deserialize_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.pass.fields.borrow_mut().push((self.node, fields));
        self.note_tagged(&visitor);
        let members = match self.members(&visitor) {
            Some(parts) => Members::new(self, parts, Some(fields)),
            None => {
                self.opened(Opened::Struct(fields));
                Members::anything(self, fields)
            }
        };
        self.visit_map(members, visitor)
    }

    fn deserialize_enum<V: Visitor<'d>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let variant = Variant::of(self, self.single(), variants);
        self.here(visitor.visit_enum(variant))
    }

    fn deserialize_ignored_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_any(visitor)
    }
}
