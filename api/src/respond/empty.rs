//! Responses without a body, and 202.

use http::StatusCode;

use super::Respond;
use crate::contract::Operation;
use crate::message::{Body, Response};
use crate::problem::Problem;

/// 204 No Content: the request succeeded, and the response has no body.
///
/// ```
/// use fnurl::{NoContent, Path};
///
/// async fn remove(Path(_id): Path<u32>) -> NoContent {
///     NoContent
/// }
/// # let _ = fnurl::delete::<(), _>(remove);
/// ```
///
/// Source: RFC 9110 §15.3.5.
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

/// 204: a handler without a return type responds with [`NoContent`].
impl Respond for () {
    fn respond(self) -> Result<Response, Problem> {
        NoContent.respond()
    }

    fn describe(operation: &mut Operation) {
        NoContent::describe(operation);
    }
}

/// 202 Accepted: the request was accepted, and its work is done later.
///
/// Lambda freezes the instance after the response, so a task that the handler has spawned would
/// stand still. Hand the work to a queue or to another function first, and tell the client where to
/// look.
///
/// ```
/// use fnurl::{Accepted, Json};
///
/// async fn import(_csv: String) -> Accepted<Json<&'static str>> {
///     // Send a message to a queue, then:
///     Accepted(Json("/imports/7"))
/// }
/// # let _ = fnurl::post::<(), _>(import);
/// ```
///
/// Source: RFC 9110 §15.3.3.
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
