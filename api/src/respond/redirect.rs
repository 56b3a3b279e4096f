//! `Redirect`: sends the client to another URL.

use http::StatusCode;
use http::header::LOCATION;

use super::Respond;
use crate::body::{Body, Response};
use crate::contract::Operation;
use crate::problem::{INTERNAL_ERROR, Problem};
use crate::syntax::references;

/// A redirect with status `STATUS`.
///
/// ```
/// use fnurl::Redirect;
///
/// async fn moved() -> Redirect<308> {
///     Redirect::to("/items")
/// }
/// ```
///
/// Source: RFC 9110 §15.4; 303 after a POST, 307 and 308 keep the method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect<const STATUS: u16>(String);

impl<const STATUS: u16> Redirect<STATUS> {
    const VALID: () = assert!(STATUS >= 300 && STATUS < 400, "a redirect's status is 3xx");

    /// `location` is a URI reference; what a URI cannot hold is percent-encoded.
    pub fn to(location: impl Into<String>) -> Self {
        let () = Self::VALID;
        Self(location.into())
    }
}

impl<const STATUS: u16> Respond for Redirect<STATUS> {
    fn respond(self) -> Result<Response, Problem> {
        let location = references::header_value(&self.0);
        let mut response = Response::new(Body::empty());
        *response.status_mut() =
            StatusCode::from_u16(STATUS).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        response.headers_mut().insert(LOCATION, location);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.with_status(STATUS, |operation| {
            operation
                .responds_empty()
                .response_header::<String>("location");
        });
    }
}
