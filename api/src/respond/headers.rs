//! Headers beside an answer.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Respond;
use crate::body::Response;
use crate::contract::Operation;
use crate::problem::Problem;

/// Headers that are set on the answer; cookies are `set-cookie` headers.
impl<R: Respond> Respond for (HeaderMap, R) {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.1.respond()?;
        response.headers_mut().extend(self.0);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
    }
}

/// Headers that are set on the answer.
impl<R: Respond, const N: usize> Respond for ([(HeaderName, HeaderValue); N], R) {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.1.respond()?;
        response.headers_mut().extend(self.0);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
    }
}
