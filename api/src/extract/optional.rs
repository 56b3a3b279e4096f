//! `Option<T>` and `Result<T, Problem>`: extractors that do not end the request.

use super::{Extract, Reads};
use crate::body::Request;
use crate::contract::Operation;
use crate::problem::Problem;

/// An extractor that can tell “not there” from “there, but wrong”.
pub trait MaybeExtract<S>: Extract<S> {
    /// Checks whether the request has what the extractor reads.
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
