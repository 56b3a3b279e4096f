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
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess,
    VariantAccess, Visitor,
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
    /// A struct or a map, or an enum with data in a variant.
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
        Heard::Other | Heard::Member(..) => Shape::Other,
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
///
/// One probe for each variant of an enum: a single variant with data makes it an object.
fn member<T: DeserializeOwned>(name: &'static str) -> Kind {
    let mut variant = 0;
    loop {
        let mut heard = Heard::Other;
        let _ = T::deserialize(Outer {
            heard: &mut heard,
            only: Some(Member { name, variant }),
        });
        match heard {
            Heard::Member(_, has_more) if has_more => variant += 1,
            Heard::Member(kind, _) => return kind,
            _ => return Kind::Any,
        }
    }
}

/// The member to probe, and the variant to ask for if it is an enum.
#[derive(Clone, Copy)]
struct Member {
    name: &'static str,
    variant: usize,
}

/// The data that a type asked a deserializer for.
enum Heard {
    Struct(&'static [&'static str]),
    /// A map, with the visitor's `expecting` text.
    Map(String),
    Any,
    Other,
    /// A member, and whether its enum has variants without data after the one that was asked for.
    Member(Kind, bool),
}

/// The error that ends every probe: a probe provides names, but no values.
#[derive(Debug)]
struct Done {
    /// A text was refused by an enum that has its variant in a member.
    is_tagged: bool,
}

const DONE: Done = Done { is_tagged: false };

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the probe has no values")
    }
}

impl std::error::Error for Done {}

impl serde::de::Error for Done {
    fn custom<T: fmt::Display>(_: T) -> Self {
        DONE
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let tagged = ["internally tagged enum ", "adjacently tagged enum "];
        Self {
            is_tagged: tagged.iter().any(|it| expected.starts_with(it)),
        }
    }
}

macro_rules! nothing {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
            Err(DONE)
        })+
    };
}

/// Records what a type asks for, or passes one member to [`Inner`].
struct Outer<'a> {
    heard: &'a mut Heard,
    only: Option<Member>,
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
            Some(member) => visitor.visit_map(OneMember {
                name: Some(member.name),
                variant: member.variant,
                heard: self.heard,
            }),
            None => {
                *self.heard = Heard::Struct(fields);
                Err(DONE)
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        let expected: &dyn Expected = &visitor;
        *self.heard = Heard::Map(expected.to_string());
        Err(DONE)
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
        Err(DONE)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        *self.heard = Heard::Any;
        Err(DONE)
    }

    nothing! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier
        deserialize_unit deserialize_seq deserialize_option
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Done> {
        Err(DONE)
    }

    forward_to_deserialize_any! { unit_struct tuple_struct ignored_any }
}

struct OneMember<'a> {
    name: Option<&'static str>,
    variant: usize,
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
        let mut has_more = false;
        let value = seed.deserialize(Inner {
            kind: &mut kind,
            variant: self.variant,
            has_more: &mut has_more,
        });
        *self.heard = Heard::Member(kind, has_more);
        value
    }
}

/// Records what a member asks for.
struct Inner<'a> {
    kind: &'a mut Kind,
    /// The variant to ask for, if it is an enum.
    variant: usize,
    /// Set if the enum has variants after that one, and this one has no data.
    has_more: &'a mut bool,
}

impl Inner<'_> {
    fn is<T>(self, kind: Kind) -> Result<T, Done> {
        *self.kind = kind;
        Err(DONE)
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

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        match visitor.visit_str::<Done>("") {
            Err(Done { is_tagged: true }) => self.is(Kind::Object),
            _ => self.is(Kind::Any),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Done> {
        self.is(Kind::Any)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Done> {
        let mut inner = Kind::Any;
        let _ = visitor.visit_some(Inner {
            kind: &mut inner,
            variant: self.variant,
            has_more: self.has_more,
        });
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
        let _ = visitor.visit_seq(OneElement(Some(Inner {
            kind: &mut inner,
            variant: self.variant,
            has_more: self.has_more,
        })));
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
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Done> {
        let mut has_data = false;
        if let Some(name) = variants.get(self.variant) {
            let _ = visitor.visit_enum(OneVariant {
                name,
                has_data: &mut has_data,
            });
        }
        *self.has_more = !has_data && self.variant + 1 < variants.len();
        self.is(match has_data {
            true => Kind::Object,
            false => Kind::Scalar,
        })
    }
}

/// One variant of an enum, which records whether it has data.
struct OneVariant<'a> {
    name: &'static str,
    has_data: &'a mut bool,
}

impl<'de> EnumAccess<'de> for OneVariant<'_> {
    type Error = Done;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Done> {
        let variant = seed.deserialize(StrDeserializer::new(self.name))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for OneVariant<'_> {
    type Error = Done;

    fn unit_variant(self) -> Result<(), Done> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Done> {
        *self.has_data = true;
        Err(DONE)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Done> {
        *self.has_data = true;
        Err(DONE)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Done> {
        *self.has_data = true;
        Err(DONE)
    }
}

struct OneElement<'a>(Option<Inner<'a>>);

impl<'de> SeqAccess<'de> for OneElement<'_> {
    type Error = Done;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Done> {
        match self.0.take() {
            Some(inner) => seed.deserialize(inner).map(Some),
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
