//! `Path`: the parameters of the route template.

use std::fmt::Display;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::value::MapDeserializer;
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::validated::{Input, validated};
use super::{Extract, PathReads};
use crate::body::Request;
use crate::contract::Operation;
use crate::problem::{INVALID_REQUEST, Problem};
use crate::router::MatchedRoute;
use crate::violation::{Names, Violation};
use crate::wire_names::fields_of;

/// The path parameters, decoded, typed and validated.
///
/// `T` is one type that implements [`FromStr`], a tuple of such types in the order of the
/// template, or a struct with a member for each parameter (`Deserialize` + `Validate`).
///
/// ```
/// use fnurl::Path;
///
/// async fn read(Path(id): Path<u64>) -> String {
///     format!("item {id}")
/// }
///
/// async fn read_line(Path((order, line)): Path<(u64, u16)>) -> String {
///     format!("line {line} of order {order}")
/// }
/// ```
///
/// # Problems
/// 422 with the parameter's name when a value does not parse or breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<S: Sync, M, T: PathInput<M>> Extract<S, M> for Path<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        match request.extensions().get::<MatchedRoute>() {
            Some(route) => T::from_route(route).map(Self),
            None => T::from_route(&MatchedRoute::none()).map(Self),
        }
    }

    fn describe(operation: &mut Operation) {
        T::describe(operation);
        operation.refuses(INVALID_REQUEST);
    }

    fn reads_path() -> PathReads {
        T::reads()
    }
}

/// A type that path parameters can become. `M` tells the kinds of types apart.
pub trait PathInput<M>: Sized {
    /// Reads the parameters of a matched route.
    ///
    /// # Problems
    /// 422 that lists every parameter that is wrong.
    fn from_route(route: &MatchedRoute) -> Result<Self, Problem>;

    /// Describes the parameters.
    fn describe(operation: &mut Operation);

    /// Which parameters are read.
    fn reads() -> PathReads;
}

/// Marks a [`PathInput`] that is a single value.
#[derive(Debug)]
pub struct OnePart;
/// Marks a [`PathInput`] that is a tuple.
#[derive(Debug)]
pub struct Parts;
/// Marks a [`PathInput`] that is a struct.
#[derive(Debug)]
pub struct Structured;

fn parse<T>(route: &MatchedRoute, index: usize) -> Result<T, Violation>
where
    T: FromStr,
    T::Err: Display,
{
    let (name, value) = route
        .parameter(index)
        .ok_or_else(|| Violation::parameter(index.to_string(), "required", "is required"))?;
    value
        .parse()
        .map_err(|err: T::Err| Violation::parameter(name, "type", err.to_string()))
}

impl<T> PathInput<OnePart> for T
where
    T: FromStr + JsonSchema,
    T::Err: Display,
{
    fn from_route(route: &MatchedRoute) -> Result<Self, Problem> {
        parse(route, 0).map_err(|violation| Problem::invalid(vec![violation]))
    }

    fn describe(operation: &mut Operation) {
        operation.path_parameter::<T>(0);
    }

    fn reads() -> PathReads {
        PathReads::Count(1)
    }
}

macro_rules! tuple {
    ($count:literal: $($T:ident $index:tt),+) => {
        impl<$($T),+> PathInput<Parts> for ($($T,)+)
        where
            $($T: FromStr + JsonSchema, $T::Err: Display),+
        {
            fn from_route(route: &MatchedRoute) -> Result<Self, Problem> {
                match ($(parse::<$T>(route, $index),)+) {
                    ($(Ok($T),)+) => Ok(($($T,)+)),
                    failed => Err(Problem::invalid([$(failed.$index.err()),+].into_iter().flatten().collect())),
                }
            }

            fn describe(operation: &mut Operation) {
                $(operation.path_parameter::<$T>($index);)+
            }

            fn reads() -> PathReads {
                PathReads::Count($count)
            }
        }
    };
}

macro_rules! tuples {
    ($(($($tuple:tt)+))+) => {
        mod tuples {
            #![expect(non_snake_case, reason = "a tuple's values are named after their types")]
            use super::*;
            $(tuple!($($tuple)+);)+
        }
    };
}

tuples! {
    (1: A 0)
    (2: A 0, B 1)
    (3: A 0, B 1, C 2)
    (4: A 0, B 1, C 2, D 3)
}

impl<T: Input> PathInput<Structured> for T {
    fn from_route(route: &MatchedRoute) -> Result<Self, Problem> {
        let parameters = route.parameters().map(|(name, value)| (name, Value(value)));
        let deserializer = MapDeserializer::<_, serde::de::value::Error>::new(parameters);
        let value = serde_path_to_error::deserialize(deserializer).map_err(|err| {
            let name = err.path().to_string();
            Problem::invalid(vec![Violation::parameter(
                name,
                "type",
                err.inner().to_string(),
            )])
        })?;
        validated(value, Names::Parameters)
    }

    fn describe(operation: &mut Operation) {
        operation.path_parameters::<T>();
    }

    fn reads() -> PathReads {
        fields_of::<T>().map_or(PathReads::Everything, PathReads::Named)
    }
}

/// One parameter's text, read as whatever scalar the struct's member is.
struct Value<'a>(&'a str);

impl<'de> IntoDeserializer<'de, serde::de::value::Error> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $what:literal)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(serde::de::Error::custom($what)),
            }
        })+
    };
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = serde::de::value::Error;

    parsed! {
        deserialize_bool visit_bool "must be true or false"
        deserialize_i8 visit_i8 "must be a whole number from -128 to 127"
        deserialize_i16 visit_i16 "must be a whole number from -32768 to 32767"
        deserialize_i32 visit_i32 "must be a whole number from -2147483648 to 2147483647"
        deserialize_i64 visit_i64 "must be a whole number of at most 64 bits"
        deserialize_u8 visit_u8 "must be a whole number from 0 to 255"
        deserialize_u16 visit_u16 "must be a whole number from 0 to 65535"
        deserialize_u32 visit_u32 "must be a whole number from 0 to 4294967295"
        deserialize_u64 visit_u64 "must be a whole number from 0 to 18446744073709551615"
        deserialize_f32 visit_f32 "must be a number"
        deserialize_f64 visit_f64 "must be a number"
        deserialize_char visit_char "must be one character"
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0
            .into_deserializer()
            .deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        i128 u128 str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
