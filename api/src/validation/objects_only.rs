//! Reads JSON as strictly as the contract says, where serde would accept more.
//!
//! - A struct is read from an object only; `serde_json` also reads one from an array, by position.
//! - A map cannot have a member twice; serde would keep the last one.
//! - A number that is too large for an `f32` is refused; serde would make it infinite.
//!
//! Serde asks a deserializer for a value and hands it a visitor, which may ask for more values
//! inside. So a rule for all depths needs a wrapper around everything that serde passes on:
//! deserializers, visitors, seeds and accesses. `ObjectsOnly` is that wrapper, and its method `on`
//! wraps the next one. Most methods only pass on; the few that differ are those of `ObjectOnly` (no
//! array for a struct), `UniqueMembers` (no repeated member) and `Finite` (no infinite `f32`).
//!
//! Example: for `struct Pair { x: u8, y: u8 }`, `serde_json` reads `[1, 2]` as
//! `Pair { x: 1, y: 2 }`. Here, `deserialize_struct` gets the visitor `ObjectOnly`, whose
//! `visit_seq` refuses.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

use super::document::is_told_by_a_member;

/// Observations made while a body was read.
#[derive(Debug, Default)]
pub(super) struct Notes {
    kept_array: Cell<bool>,
}

impl Notes {
    /// Checks whether serde kept a copy of an array, inside an enum or a flattened struct. It may
    /// have made a struct from the copy later, without a check.
    pub(super) fn has_kept_array(&self) -> bool {
        self.kept_array.get()
    }
}

/// A deserializer, visitor, seed or access that applies the same rules to everything inside it.
pub(super) struct ObjectsOnly<'n, T> {
    inner: T,
    notes: &'n Notes,
}

impl<'n, T> ObjectsOnly<'n, T> {
    pub(super) const fn new(inner: T, notes: &'n Notes) -> Self {
        Self { inner, notes }
    }

    /// The same rules for something else.
    const fn on<U>(&self, inner: U) -> ObjectsOnly<'n, U> {
        ObjectsOnly {
            inner,
            notes: self.notes,
        }
    }
}

/// The visitor of a struct: it refuses an array.
struct ObjectOnly<'n, V>(ObjectsOnly<'n, V>);

/// The visitor of a map or of any value: it refuses a repeated member, and an array for an enum.
struct UniqueMembers<'n, V>(ObjectsOnly<'n, V>);

/// The visitor of an `f32`.
struct Finite<V>(V);

macro_rules! hand_on {
    ($($method:ident ( $($name:ident: $type:ty),* ))+) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = self.on(visitor);
            self.inner.$method($($name,)* visitor)
        })+
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectsOnly<'_, D> {
    type Error = D::Error;

    hand_on! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32()
        deserialize_i64() deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32()
        deserialize_u64() deserialize_u128() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf()
        deserialize_option() deserialize_unit() deserialize_seq()
        deserialize_identifier() deserialize_ignored_any()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_f32(Finite(visitor))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = UniqueMembers(self.on(visitor));
        self.inner.deserialize_any(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = UniqueMembers(self.on(visitor));
        self.inner.deserialize_map(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = ObjectOnly(self.on(visitor));
        self.inner.deserialize_struct(name, fields, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectOnly<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let map = self.0.on(map);
        self.0.inner.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<V::Value, A::Error> {
        Err(A::Error::invalid_type(Unexpected::Seq, &self.0.inner))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Finite<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.0.visit_u64(value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.0.visit_i64(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<V::Value, E> {
        if value.abs() > f64::from(f32::MAX) {
            return Err(E::invalid_value(Unexpected::Float(value), &self.0));
        }
        self.0.visit_f64(value)
    }
}

macro_rules! visits {
    ($($part:tt: $($method:ident $type:ty)+;)+) => {
        $($(fn $method<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.$part.$method(value)
        })+)+
    };
}

macro_rules! scalars {
    ($part:tt) => {
        visits! {
            $part:
            visit_bool bool
            visit_i8 i8
            visit_i16 i16
            visit_i32 i32
            visit_i64 i64
            visit_i128 i128
            visit_u8 u8
            visit_u16 u16
            visit_u32 u32
            visit_u64 u64
            visit_u128 u128
            visit_f32 f32
            visit_f64 f64
            visit_char char
            visit_str &str
            visit_borrowed_str &'de str
            visit_string String
            visit_bytes &[u8]
            visit_borrowed_bytes &'de [u8]
            visit_byte_buf Vec<u8>;
        }
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectsOnly<'_, V> {
    type Value = V::Value;

    scalars!(inner);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let inner = self.on(inner);
        self.inner.visit_some(inner)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let inner = self.on(inner);
        self.inner.visit_newtype_struct(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        let seq = self.on(seq);
        self.inner.visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let map = self.on(map);
        self.inner.visit_map(map)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        let data = self.on(data);
        self.inner.visit_enum(data)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for UniqueMembers<'_, V> {
    type Value = V::Value;

    scalars!(0);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(inner)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        if is_told_by_a_member(&self.0.inner) {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self.0.inner));
        }
        // This is the name of serde's own type for copies.
        let name = std::any::type_name::<V::Value>();
        if name.starts_with("serde") && name.contains("::Content") {
            self.0.notes.kept_array.set(true);
        }
        self.0.visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let map = Unique {
            map: self.0.on(map),
            names: RefCell::default(),
        };
        self.0.inner.visit_map(map)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(data)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for ObjectsOnly<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let inner = self.on(inner);
        self.inner.deserialize(inner)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for ObjectsOnly<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.on(seed);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The members of a map; a repeated member is refused.
struct Unique<'n, A> {
    map: ObjectsOnly<'n, A>,
    names: RefCell<HashSet<String>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Unique<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let names = &self.names;
        self.map.inner.next_key_seed(Name { inner: seed, names })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.map.size_hint()
    }
}

/// Passes the name of a member to the type, and keeps it to compare later names with it.
struct Name<'n, T> {
    inner: T,
    names: &'n RefCell<HashSet<String>>,
}

impl<T> Name<'_, T> {
    fn check<E: serde::de::Error>(&self, name: &str) -> Result<(), E> {
        match self.names.borrow_mut().insert(name.to_owned()) {
            true => Ok(()),
            false => Err(E::custom("a member is repeated")),
        }
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Name<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let names = self.names;
        self.inner.deserialize(Name { inner, names })
    }
}

macro_rules! hand_names_on {
    ($($method:ident ( $($name:ident: $type:ty),* ))+) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = Name { inner: visitor, names: self.names };
            self.inner.$method($($name,)* visitor)
        })+
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Name<'_, D> {
    type Error = D::Error;

    hand_names_on! {
        deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32()
        deserialize_i64() deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32()
        deserialize_u64() deserialize_u128() deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf()
        deserialize_option() deserialize_unit() deserialize_seq() deserialize_map()
        deserialize_identifier() deserialize_ignored_any()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Name<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<V::Value, E> {
        self.check(name)?;
        self.inner.visit_str(name)
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<V::Value, E> {
        self.check(name)?;
        self.inner.visit_borrowed_str(name)
    }

    fn visit_string<E: serde::de::Error>(self, name: String) -> Result<V::Value, E> {
        self.check(&name)?;
        self.inner.visit_string(name)
    }

    fn visit_bool<E: serde::de::Error>(self, name: bool) -> Result<V::Value, E> {
        self.check(&name.to_string())?;
        self.inner.visit_bool(name)
    }

    fn visit_u64<E: serde::de::Error>(self, name: u64) -> Result<V::Value, E> {
        self.check(&name.to_string())?;
        self.inner.visit_u64(name)
    }

    fn visit_i64<E: serde::de::Error>(self, name: i64) -> Result<V::Value, E> {
        self.check(&name.to_string())?;
        self.inner.visit_i64(name)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner.visit_some(Name { inner, names })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner.visit_newtype_struct(Name { inner, names })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(data)
    }

    fn visit_u128<E: serde::de::Error>(self, name: u128) -> Result<V::Value, E> {
        self.check(&name.to_string())?;
        self.inner.visit_u128(name)
    }

    fn visit_i128<E: serde::de::Error>(self, name: i128) -> Result<V::Value, E> {
        self.check(&name.to_string())?;
        self.inner.visit_i128(name)
    }

    fn visit_f64<E: serde::de::Error>(self, name: f64) -> Result<V::Value, E> {
        self.check(&name.to_string())?;
        self.inner.visit_f64(name)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for ObjectsOnly<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = self.on(seed);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, 'n, A: EnumAccess<'de>> EnumAccess<'de> for ObjectsOnly<'n, A> {
    type Error = A::Error;
    type Variant = ObjectsOnly<'n, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let notes = self.notes;
        let (variant, inner) = self.inner.variant_seed(seed)?;
        Ok((variant, ObjectsOnly { inner, notes }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for ObjectsOnly<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.on(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.on(visitor);
        self.inner.tuple_variant(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = ObjectOnly(self.on(visitor));
        self.inner.struct_variant(fields, visitor)
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Outer {
        one: Inner,
        many: Vec<Inner>,
        maybe: Option<Inner>,
        named: BTreeMap<String, Inner>,
        kind: Option<Kind>,
        pair: (u8, String),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        x: u8,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Unit,
        New(Inner),
        Full { x: u8 },
    }

    fn read(json: &str) -> Result<Outer, serde_json::Error> {
        Outer::deserialize(ObjectsOnly::new(
            &mut serde_json::Deserializer::from_str(json),
            &Notes::default(),
        ))
    }

    fn outer(one: &str, many: &str, maybe: &str, named: &str, kind: &str) -> String {
        format!(
            r#"{{"one":{one},"many":[{many}],"maybe":{maybe},"named":{{"a":{named}}},"kind":{kind},"pair":[1,"b"]}}"#
        )
    }

    #[test]
    fn what_serde_json_reads_from_objects_is_read_the_same() {
        let x = r#"{"x":1}"#;
        for kind in [
            "null",
            r#""unit""#,
            r#"{"new":{"x":1}}"#,
            r#"{"full":{"x":1}}"#,
        ] {
            let json = outer(x, x, x, x, kind);
            let expected: Outer = serde_json::from_str(&json).unwrap();
            assert_eq!(read(&json).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn an_array_is_not_a_struct_at_any_depth() {
        let x = r#"{"x":1}"#;
        let arrays = [
            outer("[1]", x, x, x, "null"),
            outer(x, "[1]", x, x, "null"),
            outer(x, x, "[1]", x, "null"),
            outer(x, x, x, "[1]", "null"),
            outer(x, x, x, x, r#"{"new":[1]}"#),
            outer(x, x, x, x, r#"{"full":[1]}"#),
        ];
        for json in arrays {
            assert!(serde_json::from_str::<Outer>(&json).is_ok(), "{json}");
            let refused = read(&json).unwrap_err().to_string();
            assert!(refused.starts_with("invalid type: sequence"), "{refused}");
        }
    }
}
