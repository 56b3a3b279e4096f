//! `Path`: the parameters of the route template.

use std::fmt::Display;
use std::str::FromStr;

use schemars::JsonSchema;

use super::{Extract, PathReads, Reads};
use crate::contract::Operation;
use crate::message::Request;
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
///
/// # By name
/// A struct reads each parameter by its name and validates it:
///
/// ```
/// use fnurl::{Api, Path, get, testing::TestApi};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use validator::Validate;
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// #[serde(rename_all = "camelCase")]
/// struct At {
///     order_id: u64,
///     #[validate(range(min = 1))]
///     line: u16,
/// }
///
/// async fn read(Path(at): Path<At>) -> String {
///     format!("line {} of order {}", at.line, at.order_id)
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = Api::builder(()).at("/orders/{orderId}/lines/{line}", get(read)).build()?;
/// let api = TestApi::new(api);
/// api.get("/orders/7/lines/2").await.assert_text(200, "line 2 of order 7");
/// let problem = api.get("/orders/7/lines/0").await.problem(422);
/// assert_eq!(problem["errors"][0]["parameter"], "line");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
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
///
/// It is implemented for every type that implements [`FromStr`] and [`JsonSchema`], for tuples of
/// up to four of them, and for every [`Input`]. So a type of your own needs those, and not this
/// trait:
///
/// ```
/// use std::str::FromStr;
///
/// use fnurl::{Api, Path, get, testing::TestApi};
/// use schemars::JsonSchema;
///
/// #[derive(JsonSchema)]
/// struct Isbn(String);
///
/// impl FromStr for Isbn {
///     type Err = &'static str;
///
///     fn from_str(text: &str) -> Result<Self, Self::Err> {
///         match text.len() == 13 && text.bytes().all(|it| it.is_ascii_digit()) {
///             true => Ok(Self(text.to_owned())),
///             false => Err("must be an ISBN of 13 digits"),
///         }
///     }
/// }
///
/// async fn read(Path(isbn): Path<Isbn>) -> String { isbn.0 }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/books/{isbn}", get(read)).build()?);
/// let problem = api.get("/books/7").await.problem(422);
/// assert_eq!(problem["errors"][0]["message"], "must be an ISBN of 13 digits");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
pub trait PathInput<M>: Sized {
    /// Reads the parameters of a matched route.
    ///
    /// # Problems
    /// 422 that lists every parameter that is not valid.
    fn from_route(route: &MatchedRoute) -> Result<Self, Problem>;

    /// Describes the parameters.
    fn describe(operation: &mut Operation);

    /// Declares which parameters are read.
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
