//! `SecurityHeaders`: headers that make browsers handle responses safely.

use http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::Around;
use crate::contract::Operation;
use crate::message::{Request, Response};
use crate::problem::Problem;
use crate::router::Route;

/// Adds security headers to every response, because a browser might show it.
///
/// | header | value |
/// |---|---|
/// | `content-security-policy` | `default-src 'none'; frame-ancestors 'none'` |
/// | `referrer-policy` | `no-referrer` |
/// | `strict-transport-security` | `max-age=63072000` |
/// | `x-content-type-options` | `nosniff` |
/// | `x-frame-options` | `DENY` |
///
/// They forbid a browser to run or load anything from a response, to show it inside another page,
/// to guess another media type, to tell other sites its URL, and to call the host without TLS for
/// two years.
///
/// A header that a handler has set is kept: a documentation page, for example, has its own policy.
///
/// ```
/// use fnurl::layers::SecurityHeaders;
/// use fnurl::{Api, get, testing::TestApi};
/// use http::{HeaderValue, header};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn hello() -> &'static str { "Hello!" }
///
/// let headers = SecurityHeaders::new()
///     .without(header::X_FRAME_OPTIONS)
///     .with(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
/// let api = Api::builder(()).at("/", get(hello)).layer(headers).build()?;
/// let response = TestApi::new(api).get("/").await;
/// assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
/// assert_eq!(response.header("x-frame-options"), None);
/// assert_eq!(response.header("cache-control"), Some("no-store"));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// Source: OWASP REST Security Cheat Sheet, “Security Headers”.
#[derive(Debug, Clone)]
pub struct SecurityHeaders(HeaderMap);

impl SecurityHeaders {
    /// The headers of the table.
    #[must_use]
    pub fn new() -> Self {
        let headers = [
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            ),
            (REFERRER_POLICY, "no-referrer"),
            (STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (X_FRAME_OPTIONS, "DENY"),
        ];
        let value = HeaderValue::from_static;
        Self(
            headers
                .map(|(name, text)| (name, value(text)))
                .into_iter()
                .collect(),
        )
    }

    /// Adds a header, or changes its value.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.insert(name, value);
        self
    }

    /// Removes a header.
    #[must_use]
    pub fn without(mut self, name: HeaderName) -> Self {
        self.0.remove(name);
        self
    }
}

impl Default for SecurityHeaders {
    fn default() -> Self {
        Self::new()
    }
}

impl Around for SecurityHeaders {
    async fn respond(&self, request: Request, inner: &Route) -> Result<Response, Problem> {
        let mut response = inner.call_now(request).await;
        let headers = response.headers_mut();
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        Ok(response)
    }

    fn describe(&self, operation: &mut Operation) {
        for name in self.0.keys() {
            operation.response_header_of_all::<String>(name.as_str());
        }
    }
}
