//! `Option<T>` and `Result<T, Problem>`: extractors that do not end the request.

use super::{Extract, Reads};
use crate::contract::Operation;
use crate::message::Request;
use crate::problem::Problem;

/// An extractor that distinguishes a missing value from one that is not valid.
///
/// With it, handlers can take the extractor as an `Option`. A wrong value is still refused: to
/// ignore it would hide the client's mistake.
///
/// ```
/// use fnurl::contract::Operation;
/// use fnurl::problem::MALFORMED_HEADER;
/// use fnurl::{Api, Extract, MaybeExtract, Problem, Request, get, testing::TestApi};
///
/// /// The header `x-limit`.
/// struct Limit(u32);
///
/// impl<S: Sync> Extract<S> for Limit {
///     async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
///         let text = request.headers().get("x-limit").and_then(|it| it.to_str().ok());
///         let limit = text.and_then(|it| it.parse().ok());
///         limit.map(Self).ok_or_else(|| MALFORMED_HEADER.because("`x-limit` must be a number"))
///     }
///
///     fn describe(operation: &mut Operation) {
///         operation.header::<u32>("x-limit", true).refuses(MALFORMED_HEADER);
///     }
/// }
///
/// impl<S: Sync> MaybeExtract<S> for Limit {
///     fn is_present(request: &Request) -> bool {
///         request.headers().contains_key("x-limit")
///     }
/// }
///
/// async fn list(limit: Option<Limit>) -> String {
///     format!("at most {}", limit.map_or(20, |it| it.0))
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/", get(list)).build()?);
/// api.get("/").await.assert_text(200, "at most 20");
/// let _ = api.get("/").header("x-limit", "many").await.problem(400);
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
pub trait MaybeExtract<S>: Extract<S> {
    /// Checks whether the request has a value for the extractor.
    fn is_present(request: &Request) -> bool;
}

/// `None` when the request has nothing to extract; a value that is not valid is still refused.
impl<S: Sync, T: MaybeExtract<S>> Extract<S> for Option<T> {
    async fn extract(request: &mut Request, state: &S) -> Result<Self, Problem> {
        if T::is_present(request) {
            T::extract(request, state).await.map(Some)
        } else {
            Ok(None)
        }
    }

    fn describe(operation: &mut Operation) {
        operation.optionally(T::describe);
    }

    fn reads(reads: &mut Reads) {
        T::reads(reads);
    }
}

/// The extractor's value or its problem, for the handler to decide; the request does not end.
///
/// ```
/// use fnurl::{Caller, Problem};
///
/// async fn greet(caller: Result<Caller, Problem>) -> String {
///     match caller {
///         Ok(caller) => format!("Hello, {}!", caller.user_arn),
///         Err(problem) => format!("Hello! ({problem})"),
///     }
/// }
/// # let _ = fnurl::get::<(), _>(greet);
/// ```
impl<S: Sync, M, T: Extract<S, M> + Send> Extract<S, M> for Result<T, Problem> {
    async fn extract(request: &mut Request, state: &S) -> Result<Self, Problem> {
        Ok(T::extract(request, state).await)
    }

    fn describe(operation: &mut Operation) {
        T::describe(operation);
    }

    fn reads(reads: &mut Reads) {
        T::reads(reads);
    }
}
