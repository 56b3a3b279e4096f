//! `Cookies`: the cookies that the client sent.

use http::header::COOKIE;

use super::Extract;
use crate::body::Request;
use crate::contract::Operation;
use crate::problem::Problem;

/// The request's cookies, in the order they were sent.
///
/// ```
/// use fnurl::Cookies;
///
/// async fn theme(cookies: Cookies) -> String {
///     cookies.get("theme").unwrap_or("light").to_owned()
/// }
/// ```
///
/// Source: RFC 6265 §4.2.1. Values are as sent: cookies have no escapes of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// The value of the first cookie called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut named = self.iter().filter(|(known, _)| *known == name);
        named.next().map(|(_, value)| value)
    }

    /// All cookies as pairs of name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<S: Sync> Extract<S> for Cookies {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let lists = request.headers().get_all(COOKIE).iter();
        let pairs = lists
            .filter_map(|list| std::str::from_utf8(list.as_bytes()).ok())
            .flat_map(|list| list.split(';'))
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        Ok(Self(pairs.collect()))
    }

    fn describe(_operation: &mut Operation) {}
}
