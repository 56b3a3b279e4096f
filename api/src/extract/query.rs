//! `Query`: the query string as a typed, validated struct.

use super::Extract;
use super::optional::MaybeExtract;
use super::urlencoded;
use super::validated::Input;
use crate::body::Request;
use crate::contract::Operation;
use crate::escapes::well_escaped;
use crate::problem::{INVALID_REQUEST, MALFORMED_QUERY, Problem};

/// The query parameters as a `T`; a repeated key becomes a `Vec` member.
///
/// Read from `rawQueryString`: `+` and `%20` are a blank, repeated keys keep their order.
///
/// ```
/// use fnurl::Query;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use validator::Validate;
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// struct Search {
///     #[validate(length(max = 100))]
///     q: String,
///     #[serde(default)]
///     #[validate(length(max = 10))]
///     tag: Vec<String>,
/// }
///
/// async fn search(Query(search): Query<Search>) -> String {
///     format!("{} in {:?}", search.q, search.tag)
/// }
/// ```
///
/// # Problems
/// 400 when the query has a malformed escape; 422 that names the parameter when a value has the
/// wrong type, is missing, or breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<S: Sync, T: Input> Extract<S> for Query<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let query = request.uri().query().unwrap_or_default();
        if !well_escaped(query.as_bytes()) {
            return Err(MALFORMED_QUERY.because(
                "the query string has a `%` that is not followed by two hexadecimal digits, or bytes that are not UTF-8",
            ));
        }
        urlencoded::read(query.as_bytes()).map(Self)
    }

    fn describe(operation: &mut Operation) {
        operation
            .query_parameters::<T>()
            .refuses(MALFORMED_QUERY)
            .refuses(INVALID_REQUEST);
    }
}

/// A request without a query string has no query parameters to read.
impl<S: Sync, T: Input> MaybeExtract<S> for Query<T> {
    fn is_present(request: &Request) -> bool {
        request.uri().query().is_some_and(|query| !query.is_empty())
    }
}
