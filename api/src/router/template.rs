//! The route that a request matched, as layers, logs and extractors see it.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::table::Path;
use crate::contract::Operation;
use crate::extract::Extract;
use crate::message::Request;
use crate::problem::{MALFORMED_PATH, Problem};
use crate::syntax::escapes::well_escaped;

/// The route template that a request matched, and its path parameters.
///
/// It is in the request's extensions before any layer runs. A handler can take it as an argument.
///
/// ```
/// use fnurl::MatchedRoute;
///
/// async fn read(route: MatchedRoute) -> String {
///     route.template().to_owned() // "/items/{itemId}"
/// }
/// ```
///
/// In a layer, use the template to count or log requests: it has few values, a path has many.
///
/// ```
/// use fnurl::layers::Next;
/// use fnurl::{MatchedRoute, Problem, Request, Response};
///
/// async fn count(request: Request, next: Next) -> Result<Response, Problem> {
///     let route = request.extensions().get::<MatchedRoute>();
///     let template = route.map_or("none", MatchedRoute::template);
///     println!("{} {template}", request.method());
///     Ok(next.run(request).await)
/// }
/// # let _ = fnurl::layers::from_fn(count);
/// ```
#[derive(Debug, Clone)]
pub struct MatchedRoute {
    pub(super) path: Arc<Path>,
    pub(super) values: Vec<Box<str>>,
}

impl MatchedRoute {
    /// The value for a request that did not come through an [`Api`](crate::Api).
    pub(crate) fn none() -> Self {
        Self {
            path: Arc::new(Path::default()),
            values: Vec::new(),
        }
    }

    /// The template, such as `/items/{itemId}`.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.path.template
    }

    /// The path parameters by name, in the order of the template, decoded.
    ///
    /// A layer around the whole API sees them still percent-encoded: they are decoded once the
    /// route is certain.
    ///
    /// ```
    /// use fnurl::{Api, MatchedRoute, Path, get, testing::TestApi};
    ///
    /// async fn show(route: MatchedRoute, _: Path<(String, u8)>) -> String {
    ///     let pairs = route.parameters().map(|(name, value)| format!("{name}={value}"));
    ///     pairs.collect::<Vec<_>>().join(" ")
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = Api::builder(()).at("/orders/{order}/lines/{line}", get(show)).build()?;
    /// TestApi::new(api).get("/orders/a%20b/lines/2").await.assert_text(200, "order=a b line=2");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.path.parameters.iter().map(|name| &**name);
        names.zip(self.values.iter().map(|value| &**value))
    }

    pub(crate) fn parameter(&self, index: usize) -> Option<(&str, &str)> {
        self.parameters().nth(index)
    }

    /// Decodes the parameters after the route is known, so an escaped slash stays in its segment.
    pub(super) fn decode(&mut self) -> Result<(), Problem> {
        for (name, value) in self.path.parameters.iter().zip(&mut self.values) {
            if value.contains('%') {
                *value = decoded(value).ok_or_else(|| malformed(name, value))?;
            }
        }
        Ok(())
    }
}

fn decoded(value: &str) -> Option<Box<str>> {
    if !well_escaped(value.as_bytes()) {
        return None;
    }
    let text = percent_decode_str(value).decode_utf8().ok()?;
    Some(text.into())
}

fn malformed(name: &str, value: &str) -> Problem {
    MALFORMED_PATH.because(format_args!(
        "the path parameter `{name}` is `{value}`, which is not percent-encoded UTF-8"
    ))
}

impl<S: Sync> Extract<S> for MatchedRoute {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let route = request.extensions().get::<Self>();
        Ok(route.cloned().unwrap_or_else(Self::none))
    }

    fn describe(_operation: &mut Operation) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_escapes_of_utf8_are_decoded() {
        let cases = [
            ("a%2Fb", Some("a/b")),
            ("caf%C3%A9", Some("café")),
            ("a+b", Some("a+b")),
            ("%", None),
            ("%2", None),
            ("%zz", None),
            ("%ff", None),
        ];
        for (value, expected) in cases {
            assert_eq!(decoded(value).as_deref(), expected, "{value:?}");
        }
    }
}
