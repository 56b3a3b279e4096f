//! `Created`: 201 with the place of what was made.

use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

use super::Respond;
use crate::body::Response;
use crate::contract::Operation;
use crate::problem::{INTERNAL_ERROR, Problem};

/// 201 with `Location`, and a representation of what was created.
///
/// ```
/// use fnurl::{Created, NoContent};
///
/// async fn create() -> Created<NoContent> {
///     Created::at("/items/7", NoContent)
/// }
/// ```
///
/// Source: RFC 9110 §15.3.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<R> {
    location: String,
    representation: R,
}

impl<R> Created<R> {
    /// `location` is a URI reference; a path from the root needs no knowledge of the host.
    pub fn at(location: impl Into<String>, representation: R) -> Self {
        Self {
            location: location.into(),
            representation,
        }
    }
}

impl<R: Respond> Respond for Created<R> {
    fn respond(self) -> Result<Response, Problem> {
        let location =
            HeaderValue::try_from(self.location).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        let mut response = self.representation.respond()?;
        *response.status_mut() = StatusCode::CREATED;
        response.headers_mut().insert(LOCATION, location);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.with_status(201, |operation| {
            R::describe(operation);
            operation.response_header::<String>("location");
        });
    }
}
