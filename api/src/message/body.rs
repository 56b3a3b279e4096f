//! The body of requests and responses: bytes in memory, or a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::{BODY_TOO_LARGE, MALFORMED_BODY, Problem};

/// Any error, boxed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// An HTTP request with fnurl's [`Body`]: what extractors and layers read.
///
/// Its path is in the canonical form. Its extensions hold the [`Invocation`](crate::Invocation)
/// and, if a route has its path, the [`MatchedRoute`](crate::MatchedRoute).
pub type Request = http::Request<Body>;
/// An HTTP response with fnurl's [`Body`]: what handlers and layers send.
///
/// ```
/// use fnurl::Response;
///
/// let response = Response::new("hello".into());
/// assert_eq!(response.status(), 200);
/// ```
pub type Response = http::Response<Body>;

/// The body of a request or response.
///
/// A function URL's event holds the whole body, so the body is usually in memory; layers and
/// mounted services may turn it into a stream.
///
/// ```
/// use fnurl::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.as_full().map(|bytes| bytes.len()), Some(5));
/// ```
pub struct Body(Kind);

enum Kind {
    Full(Bytes),
    Stream(UnsyncBoxBody<Bytes, BoxError>),
}

impl Body {
    /// An empty body.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Kind::Full(Bytes::new()))
    }

    /// Wraps any other body. A [`Body`] is returned unchanged.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use fnurl::Body;
    /// use http_body_util::Full;
    ///
    /// let body = Body::new(Full::new(Bytes::from("hello")));
    /// assert!(body.as_full().is_none()); // the body of another crate counts as a stream
    /// ```
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut body = Some(body);
        if let Some(same) = (&mut body as &mut dyn std::any::Any).downcast_mut::<Option<Self>>() {
            return same.take().unwrap_or_else(Self::empty);
        }
        match body {
            Some(body) => Self(Kind::Stream(body.map_err(Into::into).boxed_unsync())),
            None => Self::empty(),
        }
    }

    /// The bytes if the whole body is in memory; `None` for a stream.
    #[must_use]
    pub fn as_full(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes),
            Kind::Stream(_) => None,
        }
    }

    /// Reads all bytes into memory; the body can be read again afterwards.
    ///
    /// So a layer can look at the body and still pass the request on:
    ///
    /// ```
    /// use fnurl::layers::Next;
    /// use fnurl::{Problem, Request, Response, problem::MALFORMED_BODY};
    ///
    /// async fn log_size(mut request: Request, next: Next) -> Result<Response, Problem> {
    ///     let body = request.body_mut().collect().await;
    ///     let body = body.map_err(|err| MALFORMED_BODY.problem().caused_by(err))?;
    ///     println!("{} bytes", body.len());
    ///     Ok(next.run(request).await)
    /// }
    /// # let _ = fnurl::layers::from_fn(log_size);
    /// ```
    ///
    /// # Errors
    /// The error of the stream.
    pub async fn collect(&mut self) -> Result<Bytes, BoxError> {
        match &mut self.0 {
            Kind::Full(bytes) => Ok(bytes.clone()),
            Kind::Stream(stream) => {
                let bytes = stream.collect().await?.to_bytes();
                self.0 = Kind::Full(bytes.clone());
                Ok(bytes)
            }
        }
    }

    /// Reads all bytes of a request, or returns the problem that occurred.
    ///
    /// # Problems
    /// 413 when the body is longer than its limit, 400 when it breaks off.
    pub(crate) async fn read(&mut self) -> Result<Bytes, Problem> {
        self.collect().await.map_err(|err| {
            if err.is::<LengthLimitError>() {
                BODY_TOO_LARGE.because("the body is longer than this API accepts")
            } else {
                MALFORMED_BODY
                    .because("the body could not be read to its end")
                    .caused_by(err)
            }
        })
    }

    /// Limits the body: reading more than `limit` bytes fails.
    ///
    /// # Problems
    /// 413 at once when the body is in memory and longer. The length of a stream is not known
    /// before it is read, so that reading it fails later.
    pub(crate) fn limited(self, limit: usize) -> Result<Self, Problem> {
        match self.0 {
            Kind::Full(bytes) if bytes.len() > limit => Err(BODY_TOO_LARGE
                .because(format_args!(
                    "the body has {} bytes, but this API accepts at most {limit}",
                    bytes.len()
                ))
                .with("limit", limit)),
            Kind::Full(bytes) => Ok(Self(Kind::Full(bytes))),
            Kind::Stream(stream) => Ok(Self(Kind::Stream(
                Limited::new(stream, limit).boxed_unsync(),
            ))),
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Full(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Kind::Stream(_) => f.write_str("Body(stream)"),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(stream) => Pin::new(stream).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Full(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}
