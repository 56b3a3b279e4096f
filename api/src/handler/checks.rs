//! Support for the code that the attribute `operation` generates. Not part of the public API.

use std::future::Future;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use validator::Validate;

use crate::extract::{Extract, MaybeExtract};
use crate::problem::IntoProblem;
use crate::respond::Respond;

/// Returns the future, which must be `Send` for Lambda's runtime: nothing that is held across an
/// `.await` may be bound to one thread.
pub const fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// The type can be read.
pub const fn is_deserialized<T: DeserializeOwned>() {}

/// The type has rules; a type without rules is wrapped in `Unvalidated<T>`.
pub const fn is_validated<T: Validate>() {}

/// The type can be described to the contract.
pub const fn is_described<T: JsonSchema>() {}

/// The type is an extractor for the API's state.
pub const fn is_argument<S, M, T: ArgumentOf<S, M>>() {}

/// The type is an extractor that can be optional.
pub const fn is_optional_argument<S, T: OptionalArgumentOf<S>>() {}

/// The type is a response.
pub const fn is_response<T: Respond>() {}

/// The error can be turned into a problem.
pub const fn is_problem<T: IntoProblem>() {}

/// An extractor for an API with the state `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler of an API with the state `{S}`",
    label = "this is not an extractor for the state `{S}`",
    note = "implement `fnurl::Extract<S>` for it, for every state `S: Sync` if it needs none",
    note = "if it needs the state of the API, name its type: `#[operation(state = App)]`"
)]
pub trait ArgumentOf<S, M> {}

impl<S, M, T: Extract<S, M>> ArgumentOf<S, M> for T {}

/// An extractor that may be absent.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` cannot be an argument of a handler",
    label = "`{Self}` cannot be optional",
    note = "implement `fnurl::MaybeExtract<S>` for `{Self}`",
    note = "if it needs the state of the API, name its type: `#[operation(state = App)]`"
)]
pub trait OptionalArgumentOf<S> {}

impl<S, T: MaybeExtract<S>> OptionalArgumentOf<S> for T {}
