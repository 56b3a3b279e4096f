//! `Redirect`: sends the client to another URL.

use http::StatusCode;
use http::header::LOCATION;

use super::Respond;
use crate::contract::Operation;
use crate::message::{Body, Response};
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
///
/// | status | use it when | the method |
/// |---|---|---|
/// | 303 | a POST is done: show its result | becomes GET |
/// | 307 | it is elsewhere for now | stays |
/// | 308 | it has moved for good | stays |
/// | 301, 302 | only for old clients | a POST may become a GET |
///
/// A status that is not 3xx is a compile error:
///
/// ```compile_fail
/// let wrong = fnurl::Redirect::<200>::to("/items");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect<const STATUS: u16>(String);

impl<const STATUS: u16> Redirect<STATUS> {
    const VALID: () = assert!(STATUS >= 300 && STATUS < 400, "a redirect's status is 3xx");

    /// `location` is a URI reference; characters that a URI cannot hold are percent-encoded.
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
