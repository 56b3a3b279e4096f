//! Responses without a body, and 202.

use http::StatusCode;

use super::Respond;
use crate::body::{Body, Response};
use crate::contract::Operation;
use crate::problem::Problem;

/// 204 No Content: the request succeeded, and the response has no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoContent;

impl Respond for NoContent {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.with_status(204, |operation| {
            operation.responds_empty();
        });
    }
}

impl Respond for () {
    fn respond(self) -> Result<Response, Problem> {
        NoContent.respond()
    }

    fn describe(operation: &mut Operation) {
        NoContent::describe(operation);
    }
}

/// 202 Accepted: the request was accepted, and its work is done later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted<R>(pub R);

impl<R: Respond> Respond for Accepted<R> {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.0.respond()?;
        *response.status_mut() = StatusCode::ACCEPTED;
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.with_status(202, R::describe);
    }
}
