//! Finds out from a type's `Deserialize` which data it reads, when the API is built.
//!
//! It uses deserializers that only record what the type asks for, and then stop.
//!
//! Example: a `Deserialize` that was derived for `struct Page { limit: Option<u32> }` calls
//! `deserialize_struct("Page", &["limit"], …)`, which gives the names. A second probe passes it a
//! map with the one member `limit`; it then calls `deserialize_option`, and inside
//! `deserialize_u32`, which gives the kind. No value is ever made: each probe ends in the error
//! `Done`.
//!
//! So a `Query` that could never be read is a mistake when the API is built, and not a 422 for
//! every request.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// The form of the data that a type reads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// An object with these members.
    Struct(Vec<(&'static str, Kind)>),
    /// A struct with another one flattened into it; serde does not report their members.
    Flattened,
    /// An object with any members.
    Map,
    /// An enum, or a type that reads any value.
    Any,
    /// Something that has no members.
    Other,
}

/// The form of the data that a member reads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// A number, a text, a boolean, or an enum of names.
    Scalar,
    /// It may be absent or null.
    Optional(Box<Kind>),
    /// A list.
    List(Box<Kind>),
    /// An array of a fixed length.
    Tuple,
    /// A struct or a map.
    Object,
    /// Any value.
    Any,
}

/// The form of the data that `T` reads.
pub(crate) fn shape_of<T: DeserializeOwned>() -> Shape {
    let mut heard = Heard::Other;
    let _ = T::deserialize(Outer {
        heard: &mut heard,
        only: None,
    });
    match heard {
        Heard::Struct(fields) => Shape::Struct(
            fields
                .iter()
                .map(|name| (*name, member::<T>(name)))
                .collect(),
        ),
        Heard::Map(expected) if expected.starts_with("struct ") => Shape::Flattened,
        Heard::Map(_) => Shape::Map,
        Heard::Any => Shape::Any,
        Heard::Other | Heard::Member(_) => Shape::Other,
    }
}

/// The member names of a struct, in order; `None` when the type is not a plain struct.
pub(crate) fn fields_of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut heard = Heard::Other;
    let _ = T::deserialize(Outer {
        heard: &mut heard,
        only: None,
    });
    match heard {
        Heard::Struct(fields) => Some(fields),
        _ => None,
    }
}

/// The form of the data that the member `name` of the struct `T` reads.
fn member<T: DeserializeOwned>(name: &'static str) -> Kind {
    let mut heard = Heard::Other;
    let _ = T::deserialize(Outer {
        heard: &mut heard,
        only: Some(name),
    });
    match heard {
        Heard::Member(kind) => kind,
        _ => Kind::Any,
    }
}

/// The data that a type asked a deserializer for.
enum Heard {
    Struct(&'static [&'static str]),
    /// A map, with the visitor's `expecting` text.
    Map(String),
    Any,
    Other,
    Member(Kind),
}

/// The error that ends every probe: a probe provides names, but no values.
#[derive(Debug)]
struct Done;

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the probe has no values")
    }
}

impl std::error::Error for Done {}

impl serde::de::Error for Done {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! nothing {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
            Err(Done)
        })+
    };
}

/// Records what a type asks for, or passes one member to [`Inner`].
struct Outer<'a> {
    heard: &'a mut Heard,
    only: Option<&'static str>,
}

impl<'de> Deserializer<'de> for Outer<'_> {
    type Error = Done;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Done> {
        match self.only {
            Some(name) => visitor.visit_map(OneMember {
                name: Some(name),
                heard: self.heard,
            }),
            None => {
                *self.heard = Heard::Struct(fields);
                Err(Done)
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        let expected: &dyn Expected = &visitor;
        *self.heard = Heard::Map(expected.to_string());
        Err(Done)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Done> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Done> {
        *self.heard = Heard::Any;
        Err(Done)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        *self.heard = Heard::Any;
        Err(Done)
    }

    nothing! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier
        deserialize_unit deserialize_seq deserialize_option
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Done> {
        Err(Done)
    }

    forward_to_deserialize_any! { unit_struct tuple_struct ignored_any }
}

struct OneMember<'a> {
    name: Option<&'static str>,
    heard: &'a mut Heard,
}

impl<'de> MapAccess<'de> for OneMember<'_> {
    type Error = Done;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Done> {
        match self.name.take() {
            Some(name) => seed.deserialize(StrDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Done> {
        let mut kind = Kind::Any;
        let value = seed.deserialize(Inner(&mut kind));
        *self.heard = Heard::Member(kind);
        value
    }
}

/// Records what a member asks for.
struct Inner<'a>(&'a mut Kind);

impl Inner<'_> {
    fn is<T>(self, kind: Kind) -> Result<T, Done> {
        *self.0 = kind;
        Err(Done)
    }
}

macro_rules! scalars {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
            self.is(Kind::Scalar)
        })+
    };
}

impl<'de> Deserializer<'de> for Inner<'_> {
    type Error = Done;

    scalars! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        self.is(Kind::Tuple)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        self.is(Kind::Any)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        self.is(Kind::Any)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        let mut inner = Kind::Any;
        let _ = visitor.visit_some(Inner(&mut inner));
        self.is(Kind::Optional(Box::new(inner)))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: V,
    ) -> Result<V::Value, Done> {
        self.is(Kind::Scalar)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Done> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        let mut inner = Kind::Any;
        let _ = visitor.visit_seq(OneElement(Some(&mut inner)));
        self.is(Kind::List(Box::new(inner)))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Done> {
        self.is(Kind::Tuple)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Done> {
        self.is(Kind::Tuple)
    }

    fn deserialize_map<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        self.is(Kind::Object)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Done> {
        self.is(Kind::Object)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Done> {
        self.is(Kind::Scalar)
    }
}

struct OneElement<'a>(Option<&'a mut Kind>);

impl<'de> SeqAccess<'de> for OneElement<'_> {
    type Error = Done;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Done> {
        match self.0.take() {
            Some(kind) => seed.deserialize(Inner(kind)).map(Some),
            None => Ok(None),
        }
    }
}

impl Kind {
    /// Checks whether a parameter, sent once or several times, can be read as this kind.
    pub(crate) fn is_of_parameters(&self) -> bool {
        match self {
            Self::Scalar | Self::Any => true,
            Self::Optional(inner) => inner.is_of_parameters(),
            Self::List(inner) => matches!(**inner, Self::Scalar | Self::Any),
            Self::Tuple | Self::Object => false,
        }
    }

    /// Checks whether a single parameter that is always present can be read as this kind.
    pub(crate) fn is_of_path(&self) -> bool {
        matches!(self, Self::Scalar | Self::Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only the names are asked for")]
    struct Outside {
        first_name: String,
        inner_list: Option<Vec<u8>>,
        by_name: BTreeMap<String, u8>,
        size: Option<i128>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only the names are asked for")]
    struct WithMore {
        #[serde(flatten)]
        outside: Outside,
    }

    #[derive(Deserialize)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "only the names are asked for")]
    enum Told {
        A { x: u8 },
    }

    #[test]
    fn a_type_tells_its_shape_without_a_value() {
        let list = Kind::List(Box::new(Kind::Scalar));
        let members = vec![
            ("firstName", Kind::Scalar),
            ("innerList", Kind::Optional(Box::new(list))),
            ("byName", Kind::Object),
            ("size", Kind::Optional(Box::new(Kind::Scalar))),
        ];
        assert_eq!(shape_of::<Outside>(), Shape::Struct(members));
        assert_eq!(shape_of::<WithMore>(), Shape::Flattened);
        assert_eq!(shape_of::<BTreeMap<String, String>>(), Shape::Map);
        assert_eq!(shape_of::<Told>(), Shape::Any);
        assert_eq!(shape_of::<u8>(), Shape::Other);
        assert_eq!(shape_of::<Vec<u8>>(), Shape::Other);
    }
}
