//! The response to a repeated request: the stored one.

use std::fmt;
use std::marker::PhantomData;

use http::header::HeaderName;
use http::{HeaderValue, StatusCode};

use super::record::IdempotencyRecord;
use crate::contract::Operation;
use crate::message::{Body, Response};
use crate::problem::{INTERNAL_ERROR, Problem};
use crate::respond::Respond;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A response, or the stored response to an earlier request.
///
/// Made by [`Idempotency::run`](super::Idempotency::run). Its status and headers are those of `R`, so the contract describes
/// it as an `R` with the header `Idempotency-Replayed`.
pub struct Replayable<R> {
    response: Result<Response, Problem>,
    of: PhantomData<fn() -> R>,
}

impl<R> Replayable<R> {
    pub(super) fn of(response: Result<Response, Problem>) -> Self {
        let of = PhantomData;
        Self { response, of }
    }
}

impl<R> fmt::Debug for Replayable<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Replayable").field(&self.response).finish()
    }
}

impl<R: Respond> Respond for Replayable<R> {
    fn respond(self) -> Result<Response, Problem> {
        self.response
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
        operation.response_header_of_all::<bool>(REPLAYED.as_str());
    }
}

/// The response that a record holds.
pub(super) fn replay(record: IdempotencyRecord) -> Result<Response, Problem> {
    let mut response = Response::new(Body::from(record.body));
    let hiding = |err: http::Error| INTERNAL_ERROR.hiding(err);
    *response.status_mut() =
        StatusCode::from_u16(record.status).map_err(|err| hiding(err.into()))?;
    for (name, value) in record.headers {
        let name = HeaderName::try_from(name).map_err(|err| hiding(err.into()))?;
        let value = HeaderValue::try_from(value).map_err(|err| hiding(err.into()))?;
        response.headers_mut().append(name, value);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
