//! `Created`: 201 with the location of the new resource.

use http::StatusCode;
use http::header::{CONTENT_LOCATION, LOCATION};

use super::Respond;
use crate::contract::Operation;
use crate::message::Response;
use crate::problem::Problem;
use crate::syntax::references;

/// 201 with `Location`, and a representation of the new resource.
///
/// ```
/// use fnurl::{Created, NoContent};
///
/// async fn create() -> Created<NoContent> {
///     Created::at("/items/7", NoContent)
/// }
/// ```
///
/// `Content-Location` says that the body is the representation at that location, so that a client
/// may keep it without another request.
///
/// Source: RFC 9110 §15.3.2 and §8.7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<R> {
    location: String,
    representation: R,
}

impl<R> Created<R> {
    /// `location` is a URI reference; a path such as `/items/7` is enough, without the host.
    /// Characters that a URI cannot hold (`é`, a space) are percent-encoded; escapes stay.
    ///
    /// ```
    /// use fnurl::{Api, Created, Json, post, testing::TestApi};
    ///
    /// async fn create() -> Created<Json<&'static str>> {
    ///     Created::at("/drinks/café", Json("café"))
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/drinks", post(create)).build()?);
    /// let response = api.post("/drinks").await;
    /// response.assert_status(201);
    /// assert_eq!(response.header("location"), Some("/drinks/caf%C3%A9"));
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn at(location: impl Into<String>, representation: R) -> Self {
        Self {
            location: location.into(),
            representation,
        }
    }
}

impl<R: Respond> Respond for Created<R> {
    fn respond(self) -> Result<Response, Problem> {
        let location = references::header_value(&self.location);
        let mut response = self.representation.respond()?;
        *response.status_mut() = StatusCode::CREATED;
        let is_empty = response
            .body()
            .as_full()
            .is_some_and(|body| body.is_empty());
        if !is_empty {
            let place = location.clone();
            response.headers_mut().insert(CONTENT_LOCATION, place);
        }
        response.headers_mut().insert(LOCATION, location);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.with_status(201, |operation| {
            R::describe(operation);
            operation
                .response_header::<String>("location")
                .response_header::<String>("content-location");
        });
    }
}
