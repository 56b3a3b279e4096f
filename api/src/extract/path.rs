//! `Path`: the parameters of the route template.

use std::fmt::Display;
use std::str::FromStr;

use schemars::JsonSchema;

use super::{Extract, PathReads, Reads};
use crate::body::Request;
use crate::contract::Operation;
use crate::problem::Violation;
use crate::problem::{INVALID_REQUEST, Problem};
use crate::router::MatchedRoute;
use crate::validation::{Input, Shape, fields_of, parse_text, read_parameters, shape_of};

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

    fn reads(reads: &mut Reads) {
        T::reads(reads);
    }
}

/// A type that [`Path`] can read. `M` distinguishes the kinds of types.
pub trait PathInput<M>: Sized {
    /// Reads the parameters of a matched route.
    ///
    /// # Problems
    /// 422 that lists every parameter that is wrong.
    fn from_route(route: &MatchedRoute) -> Result<Self, Problem>;

    /// Describes the parameters.
    fn describe(operation: &mut Operation);

    /// Says which parameters are read.
    fn reads(reads: &mut Reads);
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
    parse_text(name, value)
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

    fn reads(reads: &mut Reads) {
        reads.path(PathReads::Count(1));
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

            fn reads(reads: &mut Reads) {
                reads.path(PathReads::Count($count));
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
        read_parameters(route.parameters())
    }

    fn describe(operation: &mut Operation) {
        operation.path_parameters::<T>();
    }

    fn reads(reads: &mut Reads) {
        if let Shape::Struct(members) = shape_of::<T>() {
            for (member, kind) in members {
                if !kind.is_of_path() {
                    reads.mistake(format!(
                        "`Path<{}>` cannot read `{member}`: a path parameter is one value, and always present",
                        std::any::type_name::<T>()
                    ));
                }
            }
        }
        reads.path(fields_of::<T>().map_or(PathReads::Everything, PathReads::Named));
    }
}
