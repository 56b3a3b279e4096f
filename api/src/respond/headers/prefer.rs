//! `Prefer: return=minimal`: writes whose response has no representation (RFC 7240).

use http::header::{CONTENT_LOCATION, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};

use crate::contract::Operation;
use crate::extract::Extract;
use crate::message::{Body, Request, Response};
use crate::problem::Problem;
use crate::respond::Respond;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The client's preferences for the response. A preference is never refused: unknown ones are
/// ignored.
///
/// ```
/// use fnurl::{Json, Prefer, WithPreferenceApplied};
///
/// async fn replace(prefer: Prefer) -> WithPreferenceApplied<Json<u32>> {
///     prefer.apply(Json(7)) // 204 for `Prefer: return=minimal`
/// }
/// ```
///
/// Source: RFC 7240 §4.2. The first `return` preference counts (§2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prefer {
    /// `return=minimal`: no representation.
    pub minimal: bool,
}

impl Prefer {
    /// The response, without its representation if the client prefers that.
    ///
    /// Headers such as `ETag` and `Location` stay, and `Preference-Applied` says what was done.
    ///
    /// ```
    /// use fnurl::{Api, Json, Prefer, WithPreferenceApplied, WithETag, put, testing::TestApi};
    ///
    /// async fn replace(prefer: Prefer) -> WithPreferenceApplied<WithETag<Json<u32>>> {
    ///     prefer.apply(WithETag::new(2, Json(7)))
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/lamp", put(replace)).build()?);
    /// let response = api.put("/lamp").header("prefer", "return=minimal").await;
    /// response.assert_text(204, "");
    /// assert_eq!(response.header("etag"), Some("\"2\""));
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub const fn apply<R>(self, representation: R) -> WithPreferenceApplied<R> {
        WithPreferenceApplied {
            prefer: self,
            representation,
        }
    }
}

impl<S: Sync> Extract<S> for Prefer {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let values = request.headers().get_all(&PREFER).iter();
        let preferences = values
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(','));
        // If a preference is repeated, the first one counts.
        let mut returns = preferences.filter_map(|it| {
            let (name, value) = it.split(';').next()?.split_once('=')?;
            let is_return = name.trim().eq_ignore_ascii_case("return");
            is_return.then(|| value.trim().trim_matches('"').to_owned())
        });
        let minimal = returns.next().is_some_and(|value| value == "minimal");
        Ok(Self { minimal })
    }

    fn describe(operation: &mut Operation) {
        operation.header::<String>(PREFER.as_str(), false);
    }
}

/// A representation that is left out if the client prefers that: 200 becomes 204, other statuses
/// stay.
///
/// Made by [`Prefer::apply`]. A 201 stays 201, because its status says that something was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithPreferenceApplied<R> {
    prefer: Prefer,
    representation: R,
}

impl<R: Respond> Respond for WithPreferenceApplied<R> {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.representation.respond()?;
        if self.prefer.minimal {
            if response.status() == StatusCode::OK {
                *response.status_mut() = StatusCode::NO_CONTENT;
            }
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_LOCATION);
            let applied = HeaderValue::from_static("return=minimal");
            response.headers_mut().insert(APPLIED, applied);
        }
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
        operation.may_be_empty();
        operation.response_header_of_all::<String>(APPLIED.as_str());
    }
}
