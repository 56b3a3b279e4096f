//! Extractors: the types that a handler can take as arguments, one per file.
//!
//! Arguments are extracted from left to right. A problem ends the request at once, except broken
//! rules: those of all arguments are collected in one 422 response.

mod body;
mod caller;
mod cookies;
mod headers;
mod invocation;
mod optional;
mod path;
mod query;
mod reads;
mod state;

pub use body::{Change, Form, Json, Patch};
pub use cookies::Cookies;
pub(crate) use headers::joined;
pub use headers::{Header, HeaderField};
pub use invocation::SourceIp;
pub use optional::MaybeExtract;
pub use path::{Path, PathInput};
pub use query::Query;
pub(crate) use reads::KnownQuery;
pub use reads::{PathReads, QueryReads, Reads};
pub use state::{FromState, State};

use std::future::Future;

use crate::contract::Operation;
use crate::message::Request;
use crate::problem::Problem;
use crate::problem::Violation;

/// A value that a handler takes from a request, and its part of the contract.
///
/// `S` is the state of the API. `M` only tells implementations apart and is always inferred:
/// write `impl<S: Sync> Extract<S> for YourType`.
///
/// | argument | reads | refuses with |
/// |---|---|---|
/// | [`Path<T>`](Path) | the parameters of the template | 422 |
/// | [`Query<T>`](Query) | the query string | 400, 422 |
/// | [`Json<T>`](Json), [`Form<T>`](Form) | the body, typed and validated | 400, 413, 415, 422 |
/// | [`Patch<T>`](Patch) | changes to a `T` | 400, 413, 415, 422 |
/// | `String`, `Bytes` | the body as it is | 400, 413, 415 |
/// | [`Header<T>`](Header), `HeaderMap`, [`Cookies`] | headers | 400 for `Header` |
/// | [`State<T>`](State) | the state of the API | |
/// | [`Caller`](crate::Caller) | the identity that signed the request | 403 |
/// | [`SourceIp`] | the address of the client | 400 |
/// | [`Invocation`](crate::Invocation) | Lambda's data about the call | |
/// | [`Preconditions`](crate::Preconditions) | `If-Match` and the like | 400, 428 |
/// | [`Idempotency`](crate::Idempotency) | `Idempotency-Key` | 400, 422 |
/// | [`Prefer`](crate::Prefer) | `Prefer: return=minimal` | |
/// | `Method`, `Uri`, [`MatchedRoute`](crate::MatchedRoute) | the request line | |
/// | `Option<T>` | `T`, unless it is absent | as `T`, if it is there |
/// | `Result<T, Problem>` | `T`, or the problem instead | |
///
/// Several arguments may read the body: it is in memory.
///
/// ```
/// use fnurl::contract::Operation;
/// use fnurl::{Extract, Problem, Request, problem::MALFORMED_HEADER};
///
/// struct Tenant(String);
///
/// impl<S: Sync> Extract<S> for Tenant {
///     async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
///         let tenant = request.headers().get("x-tenant").and_then(|it| it.to_str().ok());
///         match tenant {
///             Some(name) => Ok(Self(name.to_owned())),
///             None => Err(MALFORMED_HEADER.because("the header `x-tenant` is missing")),
///         }
///     }
///
///     fn describe(operation: &mut Operation) {
///         operation.header::<String>("x-tenant", true).refuses(MALFORMED_HEADER);
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler",
    note = "`Path`, `Query`, `Json` and `Form` need a type that implements `serde::Deserialize`, `validator::Validate` and `schemars::JsonSchema`",
    note = "`Path` also takes a type that implements `FromStr` and `JsonSchema`, or a tuple of such types"
)]
pub trait Extract<S, M = ()>: Sized {
    /// Takes the value from the request.
    ///
    /// # Problems
    /// The client's mistake; [`Problem::invalid`] for broken rules.
    fn extract(
        request: &mut Request,
        state: &S,
    ) -> impl Future<Output = Result<Self, Problem>> + Send;

    /// Describes inputs and problems for the contract. Never called while requests are served.
    fn describe(operation: &mut Operation);

    /// Declares the parts of path and query that are read; checked when the API is built.
    ///
    /// An extractor that reads path parameters must declare them, or the route is refused as one
    /// whose parameter nobody reads; see [`Reads`].
    fn reads(_reads: &mut Reads) {}
}

/// The broken rules of a request so far.
///
/// Example: of `Path(id): Path<u8>, Json(lamp): Json<Lamp>` for `/lamps/x` and `{"name": ""}`, the
/// first argument breaks a rule and is kept as `None`; the second is extracted all the same. The
/// 422 then lists `id` and `/name`.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    violations: Vec<Violation>,
    more: usize,
}

impl Gathered {
    /// The value, or `None` if it broke rules; these are kept for the response.
    pub(crate) fn keep<T>(&mut self, extracted: Result<T, Problem>) -> Result<Option<T>, Problem> {
        match extracted {
            Ok(value) => Ok(Some(value)),
            Err(problem) => {
                let (violations, more) = problem.into_violations()?;
                self.violations.extend(violations);
                self.more += more;
                Ok(None)
            }
        }
    }

    /// All broken rules in one problem. A rule that two arguments report is listed once.
    pub(crate) fn into_problem(mut self) -> Problem {
        let mut known: Vec<Violation> = Vec::new();
        for violation in self.violations.drain(..) {
            if !known.contains(&violation) {
                known.push(violation);
            }
        }
        Problem::invalid_and_more(known, self.more)
    }
}
