//! Pairs of headers and a response.

use std::fmt::Display;

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::contract::Operation;
use crate::message::Response;
use crate::problem::{INTERNAL_ERROR, Problem};
use crate::respond::Respond;

/// A response with more headers. They replace the response's own headers with the same name;
/// `Set-Cookie` is added to the existing ones.
///
/// ```
/// use http::header::{CONTENT_LANGUAGE, HeaderMap, HeaderValue};
///
/// async fn greet() -> (HeaderMap, &'static str) {
///     let mut headers = HeaderMap::new();
///     headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static("fr"));
///     (headers, "Bonjour")
/// }
/// # let _ = fnurl::get::<(), _>(greet);
/// ```
///
/// The contract does not know these headers; a type that implements [`Respond`] can declare them.
impl<R: Respond> Respond for (HeaderMap, R) {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.1.respond()?;
        let mut name = None;
        // `HeaderMap` omits the name of a repeated header: use the name before it.
        let headers = self.0.into_iter().filter_map(|(next, value)| {
            name = next.or(name.take());
            Some((name.clone()?, value))
        });
        put_around(response.headers_mut(), headers);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
    }
}

/// A response with more headers, as pairs of name and value.
///
/// ```
/// use http::header::CONTENT_TYPE;
///
/// async fn page() -> ([(http::HeaderName, &'static str); 1], &'static str) {
///     ([(CONTENT_TYPE, "text/html; charset=utf-8")], "<h1>Hello</h1>")
/// }
/// ```
///
/// # Problems
/// 500 when a name or value is not valid in HTTP.
impl<R, K, V, const N: usize> Respond for ([(K, V); N], R)
where
    R: Respond,
    K: TryInto<HeaderName>,
    K::Error: Display,
    V: TryInto<HeaderValue>,
    V::Error: Display,
{
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.1.respond()?;
        let mut headers = Vec::with_capacity(N);
        for (name, value) in self.0 {
            let name = name.try_into();
            let name = name.map_err(|err| INTERNAL_ERROR.hiding(err.to_string()))?;
            let value = value.try_into();
            let value = value.map_err(|err| INTERNAL_ERROR.hiding(err.to_string()))?;
            headers.push((name, value));
        }
        put_around(response.headers_mut(), headers);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        R::describe(operation);
    }
}

/// Adds headers to a response. A name replaces the inner headers with that name, and may itself be
/// repeated. `Set-Cookie` is appended (RFC 6265 §3: each cookie has its own header).
fn put_around(inner: &mut HeaderMap, outer: impl IntoIterator<Item = (HeaderName, HeaderValue)>) {
    let mut replaced: Vec<HeaderName> = Vec::new();
    for (name, value) in outer {
        if name == SET_COOKIE || replaced.contains(&name) {
            inner.append(name, value);
        } else {
            replaced.push(name.clone());
            inner.insert(name, value);
        }
    }
}
