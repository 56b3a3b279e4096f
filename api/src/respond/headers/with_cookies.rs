//! `WithCookies`: a response that sets cookies.

use cookie::Cookie;
use http::HeaderValue;
use http::header::SET_COOKIE;

use crate::contract::Operation;
use crate::message::Response;
use crate::problem::{INTERNAL_ERROR, Problem};
use crate::respond::Respond;

/// Cookies are built with the crate [`cookie`](https://docs.rs/cookie).
pub use cookie;

/// A response that sets or removes cookies: the header `Set-Cookie`, once for each.
///
/// ```
/// use fnurl::cookies::cookie::{Cookie, SameSite};
/// use fnurl::{NoContent, cookies::WithCookies};
///
/// async fn sign_in() -> WithCookies<NoContent> {
///     let session = Cookie::build(("sid", "31d4d96e"))
///         .path("/")
///         .secure(true)
///         .http_only(true)
///         .same_site(SameSite::Lax);
///     WithCookies::new(NoContent).set(session)
/// }
///
/// async fn sign_out() -> WithCookies<NoContent> {
///     WithCookies::new(NoContent).remove(Cookie::build("sid").path("/"))
/// }
/// ```
///
/// Source: RFC 6265 §4.1.
///
/// Names and values are percent-encoded. A function URL sends each cookie as a header of its own.
///
/// # Problems
/// 500 when a cookie is not a valid header value.
#[derive(Debug, Clone)]
pub struct WithCookies<R> {
    cookies: Vec<Cookie<'static>>,
    response: R,
}

impl<R> WithCookies<R> {
    /// Wraps a response; add cookies with [`set`](Self::set).
    pub const fn new(response: R) -> Self {
        Self {
            cookies: Vec::new(),
            response,
        }
    }

    /// Sets a cookie.
    #[must_use]
    pub fn set(mut self, cookie: impl Into<Cookie<'static>>) -> Self {
        self.cookies.push(cookie.into());
        self
    }

    /// Removes a cookie from the client. Path and domain must be the same as when it was set.
    #[must_use]
    pub fn remove(mut self, cookie: impl Into<Cookie<'static>>) -> Self {
        let mut cookie = cookie.into();
        cookie.make_removal();
        self.cookies.push(cookie);
        self
    }
}

impl<R: Respond> Respond for WithCookies<R> {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.response.respond()?;
        for cookie in self.cookies {
            let value = HeaderValue::try_from(cookie.encoded().to_string());
            let value = value.map_err(|err| INTERNAL_ERROR.hiding(err))?;
            response.headers_mut().append(SET_COOKIE, value);
        }
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.wrapping(R::describe, |operation| {
            operation.response_header::<String>("set-cookie");
        });
    }
}
