//! `WithStatus`: a success that is not 200.

use http::StatusCode;

use super::Respond;
use crate::contract::Operation;
use crate::message::Response;
use crate::problem::{INTERNAL_ERROR, Problem};

/// A response whose status is `STATUS` instead of 200.
///
/// ```
/// use fnurl::{Json, WithStatus};
///
/// async fn translated() -> WithStatus<203, Json<&'static str>> {
///     WithStatus(Json("bonjour"))
/// }
/// ```
///
/// A status that is not a success is a compile error; refuse with a [`Problem`] instead:
///
/// ```compile_fail
/// let wrong = fnurl::Respond::respond(fnurl::WithStatus::<404, _>("not here"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithStatus<const STATUS: u16, R>(pub R);

impl<const STATUS: u16, R: Respond> WithStatus<STATUS, R> {
    const VALID: () = assert!(
        STATUS >= 200 && STATUS < 300,
        "the status of a success is 2xx"
    );
}

impl<const STATUS: u16, R: Respond> Respond for WithStatus<STATUS, R> {
    fn respond(self) -> Result<Response, Problem> {
        let () = Self::VALID;
        let mut response = self.0.respond()?;
        let status = StatusCode::from_u16(STATUS).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        *response.status_mut() = status;
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.with_status(STATUS, R::describe);
    }
}
