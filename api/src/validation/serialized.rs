//! The members that a struct writes, or would write if they had a value.
//!
//! It is a serializer that takes only structs and notes the names. `#[serde(skip_serializing_if)]`
//! calls `skip_field`, so that a member without a value is noted, too; `#[serde(skip_serializing)]`
//! calls nothing. That is the difference between a member that a patch may add and one that a patch
//! would lose, such as a password hash.

use std::fmt;

use serde::ser::{Impossible, Serialize, SerializeStruct, Serializer};

/// The names of all members that a struct can serialize, including those that it skips this time;
/// `None` if the value is not a struct.
pub(super) fn fields_that_are_serialized<T: Serialize>(value: &T) -> Option<Vec<&'static str>> {
    value.serialize(Names).ok()
}

struct Names;

struct Listed(Vec<&'static str>);

/// The value is not a struct.
#[derive(Debug)]
struct NotAStruct;

impl fmt::Display for NotAStruct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a struct")
    }
}

impl std::error::Error for NotAStruct {}

impl serde::ser::Error for NotAStruct {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl SerializeStruct for Listed {
    type Ok = Vec<&'static str>;
    type Error = NotAStruct;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        _: &T,
    ) -> Result<(), NotAStruct> {
        self.0.push(name);
        Ok(())
    }

    fn skip_field(&mut self, name: &'static str) -> Result<(), NotAStruct> {
        self.0.push(name);
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, NotAStruct> {
        Ok(self.0)
    }
}

macro_rules! not_a_struct {
    ($($method:ident ( $($type:ty),* ) -> $ok:ty;)+) => {
        $(fn $method(self, $(_: $type),*) -> Result<$ok, NotAStruct> {
            Err(NotAStruct)
        })+
    };
}

type Never = Impossible<Vec<&'static str>, NotAStruct>;

impl Serializer for Names {
    type Ok = Vec<&'static str>;
    type Error = NotAStruct;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Listed;
    type SerializeStructVariant = Never;

    not_a_struct! {
        serialize_bool(bool) -> Self::Ok;
        serialize_i8(i8) -> Self::Ok;
        serialize_i16(i16) -> Self::Ok;
        serialize_i32(i32) -> Self::Ok;
        serialize_i64(i64) -> Self::Ok;
        serialize_u8(u8) -> Self::Ok;
        serialize_u16(u16) -> Self::Ok;
        serialize_u32(u32) -> Self::Ok;
        serialize_u64(u64) -> Self::Ok;
        serialize_f32(f32) -> Self::Ok;
        serialize_f64(f64) -> Self::Ok;
        serialize_char(char) -> Self::Ok;
        serialize_str(&str) -> Self::Ok;
        serialize_bytes(&[u8]) -> Self::Ok;
        serialize_none() -> Self::Ok;
        serialize_unit() -> Self::Ok;
        serialize_unit_struct(&'static str) -> Self::Ok;
        serialize_unit_variant(&'static str, u32, &'static str) -> Self::Ok;
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, NotAStruct> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Self::Ok, NotAStruct> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, NotAStruct> {
        Err(NotAStruct)
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Listed, NotAStruct> {
        Ok(Listed(Vec::with_capacity(length)))
    }
}
