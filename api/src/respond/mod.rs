//! Responses: the types that a handler can return, one per file.

mod created;
mod empty;
mod headers;
mod json;
mod plain;
mod redirect;
mod stream;
mod with_status;

pub use created::Created;
pub use empty::{Accepted, NoContent};
#[cfg(feature = "cookies")]
pub use headers::with_cookies as cookies;
pub use headers::{CacheControl, Prefer, WithLinks, WithPreferenceApplied};
pub use redirect::Redirect;
pub use stream::{Event, Ndjson, Sse, Streamed};
pub use with_status::WithStatus;

use crate::contract::Operation;
use crate::message::Response;
use crate::problem::{IntoProblem, Problem};

/// A value that a handler returns, and its part of the contract.
///
/// | return type | response |
/// |---|---|
/// | [`Json<T>`](crate::Json) | 200, `application/json` |
/// | `String`, `&'static str` | 200, `text/plain; charset=utf-8` |
/// | `Bytes`, `Vec<u8>` | 200, `application/octet-stream` |
/// | [`NoContent`], `()` | 204 |
/// | [`Created<R>`](Created) | 201 with `Location` |
/// | [`Accepted<R>`](Accepted) | 202 |
/// | [`WithStatus<STATUS, R>`](WithStatus) | another status of a success |
/// | [`Redirect<STATUS>`](Redirect) | 3xx with `Location` |
/// | [`WithETag<R>`](crate::WithETag) | `R` with `ETag` |
/// | [`WithLinks<R>`](WithLinks) | `R` with `Link` |
/// | [`CacheControl<R>`](CacheControl) | `R` with `Cache-Control` |
/// | `([(name, value); N], R)`, `(HeaderMap, R)` | `R` with more headers |
/// | [`Streamed`], [`Ndjson<T>`](Ndjson), [`Sse`] | a stream |
/// | `Result<R, E>` | `R`, or the problem that the error becomes |
/// | [`Response`] | anything, built by hand |
///
/// `R` is again any of them: `Created<WithETag<Json<Item>>>`. For a type of your own:
///
/// ```
/// use fnurl::contract::Operation;
/// use fnurl::{Problem, Respond, Response};
///
/// struct Csv(String);
///
/// impl Respond for Csv {
///     fn respond(self) -> Result<Response, Problem> {
///         let mut response = Response::new(self.0.into());
///         let value = http::HeaderValue::from_static("text/csv");
///         response.headers_mut().insert(http::header::CONTENT_TYPE, value);
///         Ok(response)
///     }
///
///     fn describe(operation: &mut Operation) {
///         operation.responds_raw("text/csv");
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a handler",
    note = "return `Json<T>`, `Created<…>`, `NoContent`, text or bytes, or a `Result` of one of them and an error that implements `IntoProblem`",
    note = "for another success status, `WithStatus<203, …>`"
)]
pub trait Respond {
    /// Converts the value into an HTTP response.
    ///
    /// # Problems
    /// The problem that is sent instead of a response.
    fn respond(self) -> Result<Response, Problem>;

    /// Describes the response to the contract. Never called while requests are served.
    fn describe(operation: &mut Operation);
}

impl<T: Respond, E: IntoProblem> Respond for Result<T, E> {
    fn respond(self) -> Result<Response, Problem> {
        self.map_err(E::into_problem)?.respond()
    }

    fn describe(operation: &mut Operation) {
        T::describe(operation);
        for kind in E::TYPES {
            operation.refuses(*kind);
        }
    }
}

/// A response built by hand; the contract describes it only as `*/*`.
impl Respond for Response {
    fn respond(self) -> Result<Response, Problem> {
        Ok(self)
    }

    fn describe(operation: &mut Operation) {
        operation.responds_raw("*/*");
    }
}
