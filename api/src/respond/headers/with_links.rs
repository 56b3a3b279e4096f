//! `WithLinks`: a representation with links to others (RFC 8288).

use http::HeaderValue;
use http::header::LINK;

use crate::contract::Operation;
use crate::message::Response;
use crate::problem::{INTERNAL_ERROR, Problem};
use crate::respond::Respond;
use crate::syntax::references;

/// A representation with a `Link` header.
///
/// ```
/// use fnurl::WithLinks;
///
/// async fn list() -> WithLinks<&'static str> {
///     WithLinks::new("one page").link("next", "/items?cursor=abc").link("first", "/items")
/// }
/// ```
///
/// # Problems
/// 500 when a relation has a character that no header can hold.
///
/// Source: RFC 8288 §3; the names of relations are registered with IANA (`next`, `prev`, `first`,
/// `describedby`, …).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithLinks<R> {
    links: Vec<String>,
    representation: R,
}

impl<R> WithLinks<R> {
    /// Wraps a representation; add links with [`link`](Self::link).
    pub const fn new(representation: R) -> Self {
        Self {
            links: Vec::new(),
            representation,
        }
    }

    /// Adds a link. `target` is a URI reference; characters that a URI cannot hold are
    /// percent-encoded.
    ///
    /// ```
    /// use fnurl::{Json, WithLinks};
    ///
    /// /// The link to the next page is there unless this is the last one.
    /// fn page(items: Vec<u32>, cursor: Option<&str>) -> WithLinks<Json<Vec<u32>>> {
    ///     let page = WithLinks::new(Json(items)).link("first", "/items");
    ///     match cursor {
    ///         Some(cursor) => page.link("next", &format!("/items?cursor={cursor}")),
    ///         None => page,
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn link(mut self, relation: &str, target: &str) -> Self {
        let target = references::escaped(target);
        // In a quoted string, these two are escaped (RFC 9110 §5.6.4).
        let relation = relation.replace('\\', r"\\").replace('"', r#"\""#);
        self.links.push(format!("<{target}>; rel=\"{relation}\""));
        self
    }
}

impl<R: Respond> Respond for WithLinks<R> {
    fn respond(self) -> Result<Response, Problem> {
        let mut response = self.representation.respond()?;
        if !self.links.is_empty() {
            let links = HeaderValue::try_from(self.links.join(", "));
            let links = links.map_err(|err| INTERNAL_ERROR.hiding(err))?;
            response.headers_mut().insert(LINK, links);
        }
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.wrapping(R::describe, |operation| {
            operation.response_header::<String>("link");
        });
    }
}
