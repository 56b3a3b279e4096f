//! `Cookies`: the cookies that the client sent.

use http::header::COOKIE;

use super::Extract;
use crate::contract::Operation;
use crate::message::Request;
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
/// Source: RFC 6265 §4.2.1. Values are not decoded, because cookies have no standard escapes.
///
/// A request is never refused because of its cookies: pairs without `=` and headers that are not
/// UTF-8 are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// The value of the first cookie called `name`.
    ///
    /// Names are compared with upper and lower case. Check the value like any other input: a cookie
    /// that is not signed can be made up.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut named = self.iter().filter(|(known, _)| *known == name);
        named.next().map(|(_, value)| value)
    }

    /// All cookies as pairs of name and value.
    ///
    /// A name can be there twice, with the paths of two cookies; the more specific path comes first
    /// (RFC 6265 §5.4).
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
