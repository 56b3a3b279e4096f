//! The parts of arrays, objects and enums, as serde asks for them.
//!
//! Serde asks for one part after the other. Where the document lacks a part that the type needs, it
//! gets [`Anything`]: a stand-in that becomes what the type asks for. So a mistake in one part does
//! not hide those in the parts behind it.
//!
//! ```text
//! type (u8, String), document [300]
//!   next element  → the reader of node `0`: notes that 300 does not fit, passes on 1
//!   next element  → Anything: deserialize_string gives ""
//!   noted: must have exactly 2 elements; /0 must be a whole number from 0 to 255
//! ```

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::{Fault, Seen};
use super::number::Number;
use super::reader::{Opened, Reader};
use super::{Content, NodeId};

/// The order in which parts are read. Parts for which no stand-in fits come last, so that the
/// mistakes in all others are found first.
fn readable_first(reader: Reader<'_>, parts: &[NodeId]) -> Vec<NodeId> {
    let nodes = &reader.document.nodes;
    let mut parts: Vec<NodeId> = parts
        .iter()
        .copied()
        .filter(|&id| !nodes[id].is_removed)
        .collect();
    if reader.document.has_dead() {
        parts.sort_by_key(|&id| reader.document.deadness(id));
    }
    parts
}

/// The elements of an array.
pub(super) struct Elements<'d> {
    reader: Reader<'d>,
    parts: std::vec::IntoIter<NodeId>,
    /// The number of stand-ins for missing elements.
    missing: usize,
}

impl<'d> Elements<'d> {
    pub(super) fn new(reader: Reader<'d>, parts: &[NodeId]) -> Self {
        Self {
            reader,
            parts: readable_first(reader, parts).into_iter(),
            missing: 0,
        }
    }

    /// A single value as a list of one.
    pub(super) fn only(reader: Reader<'d>) -> Self {
        Self::new(reader, &[reader.node])
    }

    /// Exactly `length` elements: a different number is noted and corrected.
    ///
    /// Elements that are too many are left out; missing ones are made up. Those that are there are
    /// read in any case, so that their own mistakes are found, too.
    pub(super) fn exactly(mut self, length: usize) -> Self {
        let node = &self.reader.document.nodes[self.reader.node];
        let (Content::Array(parts) | Content::Values(parts)) = &node.content else {
            self.reader.opened(Opened::Tuple(length));
            self.missing = length.saturating_sub(self.parts.len());
            return self;
        };
        // The type of an element depends on its position here, so none may be moved.
        let kept = &parts[..length.min(parts.len())];
        if parts.len() != length {
            self.reader.length_mismatch(length, kept.to_vec());
        }
        self.missing = length - kept.len();
        let kept: Vec<NodeId> = kept.to_vec();
        self.parts = kept.into_iter();
        self
    }
}

impl<'d> SeqAccess<'d> for Elements<'d> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'d>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        if let Some(id) = self.parts.next() {
            let value = seed.deserialize(self.reader.of(id));
            return value.map(Some).map_err(|fault| fault.at(id));
        }
        if self.missing > 0 {
            self.missing -= 1;
            return seed.deserialize(Anything::new().inner()).map(Some);
        }
        Ok(None)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.parts.len() + self.missing)
    }
}

/// The members of an object.
pub(super) struct Members<'d> {
    reader: Reader<'d>,
    parts: std::vec::IntoIter<NodeId>,
    current: Option<NodeId>,
    /// The names that a struct knows; it ignores all others, even repeated ones.
    fields: Option<&'static [&'static str]>,
    /// Stand-ins for all members of a struct.
    made_up: &'static [&'static str],
}

impl<'d> Members<'d> {
    pub(super) fn new(
        reader: Reader<'d>,
        parts: &[NodeId],
        fields: Option<&'static [&'static str]>,
    ) -> Self {
        Self {
            reader,
            parts: readable_first(reader, parts).into_iter(),
            current: None,
            fields,
            made_up: &[],
        }
    }

    /// Stand-ins for all fields of a struct.
    pub(super) fn anything(reader: Reader<'d>, fields: &'static [&'static str]) -> Self {
        Self {
            made_up: fields,
            ..Self::new(reader, &[], Some(fields))
        }
    }

    /// The member that was read last.
    pub(super) const fn current(&self) -> Option<NodeId> {
        self.current
    }

    /// The next member that is not repeated; repeated ones are noted.
    ///
    /// The first one with a name is read. A struct ignores names that it does not know, so that
    /// those may be repeated; a map has all names, so that none may be.
    fn next(&mut self) -> Option<NodeId> {
        loop {
            let id = self.parts.next()?;
            if !self.reader.document.nodes[id].is_repeated {
                return Some(id);
            }
            let name = self.reader.document.name(id).unwrap_or_default();
            if self.fields.is_none_or(|fields| fields.contains(&name)) {
                self.reader.of(id).repeated();
            }
        }
    }
}

impl<'d> MapAccess<'d> for &mut Members<'d> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'d>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        if let Some((first, rest)) = self.made_up.split_first() {
            self.made_up = rest;
            self.current = None;
            let name = serde::de::value::StrDeserializer::new(first);
            return seed.deserialize(name).map(Some);
        }
        self.current = self.next();
        let Some(id) = self.current else {
            return Ok(None);
        };
        let key = Key(self.reader.of(id));
        seed.deserialize(key)
            .map(Some)
            .map_err(|fault| fault.at(id))
    }

    fn next_value_seed<S: DeserializeSeed<'d>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.current {
            Some(id) => {
                let value = seed.deserialize(self.reader.of(id));
                value.map_err(|fault| fault.at(id))
            }
            None => seed.deserialize(Anything::new().inner()),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.parts.len() + self.made_up.len())
    }
}

/// The name of a member. A map may ask for numbers, booleans or the variants of an enum.
struct Key<'d>(Reader<'d>);

impl<'d> Key<'d> {
    fn name(&self) -> &'d str {
        self.0.document.name(self.0.node).unwrap_or_default()
    }

    fn integer<N: TryFrom<u128> + TryFrom<i128>>(&self, expected: &dyn Expected) -> Option<N> {
        let value = Number::parse(self.name()).and_then(Number::integer);
        if value.is_none() {
            self.0.name_mismatch(&expected.to_string());
        }
        value.or_else(|| N::try_from(1_u128).ok())
    }
}

macro_rules! integer_names {
    ($($deserialize:ident $visit:ident $type:ty)+) => {
        $(fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let value: Option<$type> = self.integer(&visitor);
            visitor.$visit(value.unwrap_or(1))
        })+
    };
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Fault;

    integer_names! {
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

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let value = self.name().parse();
        if value.is_err() {
            self.0.name_mismatch("a boolean");
        }
        visitor.visit_bool(value.unwrap_or(false))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let text = self.name();
        let name_only = serde::de::value::StrDeserializer::<Fault>::new(text);
        name_only.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.name())
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// A variant of an externally tagged enum: `"small"`, or `{"circle": …}`.
pub(super) struct Variant<'d> {
    reader: Reader<'d>,
    name: &'d str,
    variants: &'static [&'static str],
    /// The contents of the variant.
    inner: Inner,
}

enum Inner {
    Nothing,
    Node(NodeId),
    /// A stand-in.
    Anything,
}

impl<'d> Variant<'d> {
    /// The variant that a node names: by a text, or by the only member of an object.
    ///
    /// If it is neither, the first variant stands in for it, with contents that fit. Which variant
    /// the client meant is not known, so nothing inside the node is reported.
    pub(super) fn of(
        reader: Reader<'d>,
        content: &'d Content,
        variants: &'static [&'static str],
    ) -> Self {
        let stand_in = |reader: Reader<'d>| {
            let first = variants.first().copied().unwrap_or_default();
            reader.opened(Opened::Variant(first));
            Self {
                reader,
                name: first,
                variants,
                inner: Inner::Anything,
            }
        };
        let (name, inner) = match content {
            Content::Text(name) | Content::Untyped(name) => (&**name, Inner::Nothing),
            Content::Object(members) => match members.as_slice() {
                [only] => {
                    let name = reader.document.name(*only).unwrap_or_default();
                    (name, Inner::Node(*only))
                }
                _ => {
                    reader.not_one_member(variants);
                    return stand_in(reader);
                }
            },
            Content::Anything => return stand_in(reader),
            _ => {
                reader.not_one_of(variants);
                return stand_in(reader);
            }
        };
        Self {
            reader,
            name,
            variants,
            inner,
        }
    }

    /// Notes that the variant needs a value.
    fn note_that_it_needs_a_value(&self) {
        let mut known = self.variants.iter().copied();
        let name = known.find(|known| *known == self.name);
        self.reader.needs_a_value(name.unwrap_or_default());
    }
}

impl<'d> EnumAccess<'d> for Variant<'d> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'d>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        let place = match self.inner {
            Inner::Node(id) => id,
            Inner::Nothing | Inner::Anything => self.reader.node,
        };
        let name = serde::de::value::BorrowedStrDeserializer::<Fault>::new(self.name);
        let value = seed.deserialize(name).map_err(|fault| fault.at(place))?;
        Ok((value, self))
    }
}

impl<'d> VariantAccess<'d> for Variant<'d> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.inner {
            Inner::Nothing | Inner::Anything => Ok(()),
            // `{"small": null}`, as `serde_json` reads it too.
            Inner::Node(id) => <()>::deserialize(self.reader.of(id)),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'d>>(self, seed: S) -> Result<S::Value, Fault> {
        match self.inner {
            Inner::Node(id) => seed
                .deserialize(self.reader.of(id))
                .map_err(|fault| fault.at(id)),
            Inner::Anything => seed.deserialize(Anything::new().inner()),
            Inner::Nothing => {
                self.note_that_it_needs_a_value();
                seed.deserialize(Anything::new().inner())
            }
        }
    }

    fn tuple_variant<V: Visitor<'d>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        match self.inner {
            Inner::Node(id) => self.reader.of(id).deserialize_tuple(length, visitor),
            Inner::Anything => Anything::new().inner().deserialize_tuple(length, visitor),
            Inner::Nothing => {
                self.note_that_it_needs_a_value();
                Anything::new().inner().deserialize_tuple(length, visitor)
            }
        }
    }

    fn struct_variant<V: Visitor<'d>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.inner {
            Inner::Node(id) => self.reader.of(id).deserialize_struct("", fields, visitor),
            Inner::Anything => Anything::new()
                .inner()
                .deserialize_struct("", fields, visitor),
            Inner::Nothing => {
                self.note_that_it_needs_a_value();
                Anything::new()
                    .inner()
                    .deserialize_struct("", fields, visitor)
            }
        }
    }
}

/// A stand-in for a value that is not in the document. It adapts to the type that is read.
///
/// For an enum it is one variant. The depth decides which one, so that the stand-in of a recursive
/// enum (`Not(Box<Expr>)`, `Number(f64)`) has an end.
#[derive(Clone, Copy)]
pub(super) struct Anything {
    depth: usize,
}

/// Maximum depth of a stand-in. A type that is nested more deeply counts as endless.
const MAX_STAND_IN_DEPTH: usize = 24;

impl Anything {
    pub(super) const fn new() -> Self {
        Self { depth: 0 }
    }

    const fn inner(self) -> Self {
        Self {
            depth: self.depth + 1,
        }
    }
}

/// A sequence of stand-ins.
struct AnythingTimes(usize, Anything);

impl<'d> SeqAccess<'d> for AnythingTimes {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'d>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        if self.0 == 0 {
            return Ok(None);
        }
        self.0 -= 1;
        seed.deserialize(self.1.inner()).map(Some)
    }
}

macro_rules! anything {
    ($($deserialize:ident $visit:ident $value:expr)+) => {
        $(fn $deserialize<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit($value)
        })+
    };
}

impl<'d> Deserializer<'d> for Anything {
    type Error = Fault;

    anything! {
        deserialize_bool visit_bool false
        deserialize_i8 visit_i8 1
        deserialize_i16 visit_i16 1
        deserialize_i32 visit_i32 1
        deserialize_i64 visit_i64 1
        deserialize_i128 visit_i128 1
        deserialize_u8 visit_u8 1
        deserialize_u16 visit_u16 1
        deserialize_u32 visit_u32 1
        deserialize_u64 visit_u64 1
        deserialize_u128 visit_u128 1
        deserialize_f32 visit_f32 1.0
        deserialize_f64 visit_f64 1.0
        deserialize_char visit_char 'a'
        deserialize_str visit_borrowed_str ""
        deserialize_string visit_borrowed_str ""
        deserialize_identifier visit_borrowed_str ""
        deserialize_bytes visit_borrowed_bytes b""
        deserialize_byte_buf visit_borrowed_bytes b""
    }

    fn deserialize_seq<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(AnythingTimes(0, self))
    }

    fn deserialize_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_unit<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'d>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_seq(AnythingTimes(length, self))
    }

    fn deserialize_tuple_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_seq(AnythingTimes(length, self))
    }

    fn deserialize_map<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(AnythingNamed(&[], self))
    }

    fn deserialize_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_map(AnythingNamed(fields, self))
    }

    fn deserialize_enum<V: Visitor<'d>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let at = self.depth.checked_rem(variants.len());
        match at.filter(|_| self.depth < MAX_STAND_IN_DEPTH) {
            Some(at) => visitor.visit_enum(AnyVariant(variants[at], self)),
            None => Err(Fault::value(Seen::Other, &visitor)),
        }
    }
}

/// A stand-in for each member of a struct.
struct AnythingNamed(&'static [&'static str], Anything);

impl<'d> MapAccess<'d> for AnythingNamed {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'d>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some((first, rest)) = self.0.split_first() else {
            return Ok(None);
        };
        self.0 = rest;
        let name = serde::de::value::StrDeserializer::new(first);
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'d>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self.1.inner())
    }
}

/// A variant of an enum, with stand-ins for its contents.
struct AnyVariant(&'static str, Anything);

impl<'d> EnumAccess<'d> for AnyVariant {
    type Error = Fault;
    type Variant = Anything;

    fn variant_seed<S: DeserializeSeed<'d>>(self, seed: S) -> Result<(S::Value, Anything), Fault> {
        let name = serde::de::value::StrDeserializer::<Fault>::new(self.0);
        Ok((seed.deserialize(name)?, self.1.inner()))
    }
}

impl<'d> VariantAccess<'d> for Anything {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'d>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'d>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'d>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}
