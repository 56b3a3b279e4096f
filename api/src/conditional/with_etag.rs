//! `WithETag`: a representation with its entity tag.

use std::fmt::Display;
use std::time::SystemTime;

use http::HeaderValue;
use http::header::{ETAG, LAST_MODIFIED};

use crate::contract::Operation;
use crate::message::Response;
use crate::problem::{INTERNAL_ERROR, Problem};
use crate::respond::Respond;
use crate::syntax::entity_tags::EntityTag;

/// A representation with a strong `ETag`.
///
/// ```
/// use fnurl::WithETag;
///
/// async fn read() -> WithETag<&'static str> {
///     WithETag::new(3, "the third version") // ETag: "3"
/// }
/// ```
///
/// Source: RFC 9110 §8.8.3.
///
/// A GET, HEAD or QUERY with this response is conditional, without more code: 304 when
/// `If-None-Match` has the tag, 412 when `If-Match` does not. For writes, take
/// [`Preconditions`](crate::Preconditions).
///
/// ```
/// use fnurl::{Api, WithETag, get, testing::TestApi};
///
/// async fn read() -> WithETag<&'static str> {
///     WithETag::new(3, "the third version")
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/", get(read)).build()?);
/// api.get("/").if_none_match("\"3\"").await.assert_text(304, "");
/// api.get("/").if_match("\"2\"").await.assert_status(412);
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// # Problems
/// 500 when the version has a character that an entity tag cannot hold, such as `"` or a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithETag<R> {
    tag: String,
    modified: Option<SystemTime>,
    representation: R,
}

impl<R> WithETag<R> {
    /// `version` distinguishes this representation from all others of the same resource.
    ///
    /// A number that each write increases is enough; so is a digest of the content. It must not
    /// have double quotes or spaces. Do not use a time in seconds: two changes in one second have
    /// the same.
    pub fn new(version: impl Display, representation: R) -> Self {
        Self {
            tag: format!("\"{version}\""),
            modified: None,
            representation,
        }
    }

    /// Adds `Last-Modified`, for clients without entity tags (RFC 9110 §8.8.2).
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use fnurl::WithETag;
    ///
    /// async fn read() -> WithETag<&'static str> {
    ///     let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    ///     WithETag::new(3, "the third version").modified(changed)
    ///     // Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT
    /// }
    /// # let _ = fnurl::get::<(), _>(read);
    /// ```
    #[must_use]
    pub fn modified(self, at: SystemTime) -> Self {
        let modified = Some(at);
        Self { modified, ..self }
    }
}

impl<R: Respond> Respond for WithETag<R> {
    fn respond(self) -> Result<Response, Problem> {
        let tag = match EntityTag::of(&self.tag) {
            Some(_) => HeaderValue::try_from(self.tag).map_err(|err| INTERNAL_ERROR.hiding(err))?,
            None => {
                let cause = format!("{} is not an entity tag (RFC 9110 §8.8.3)", self.tag);
                return Err(INTERNAL_ERROR.hiding(cause));
            }
        };
        let mut response = self.representation.respond()?;
        response.headers_mut().insert(ETAG, tag);
        if let Some(at) = self.modified {
            let at = HeaderValue::try_from(httpdate::fmt_http_date(at));
            let at = at.map_err(|err| INTERNAL_ERROR.hiding(err))?;
            response.headers_mut().insert(LAST_MODIFIED, at);
        }
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.wrapping(R::describe, |operation| {
            operation
                .response_header::<String>("etag")
                .response_header::<String>("last-modified");
        });
    }
}
