//! `Produces`: 406 if the client accepts none of a route's media types (RFC 9110 §12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;

use super::Around;
use crate::contract::Operation;
use crate::message::{Request, Response};
use crate::problem::{NOT_ACCEPTABLE, Problem};
use crate::router::Route;

/// Declares the media types of its routes' responses, and refuses requests whose `Accept` has none
/// of them. Problems are sent without this check.
///
/// Weights only matter if they are 0; it does not choose between several types. A request without
/// `Accept` accepts everything.
///
/// ```
/// use fnurl::{Json, Produces, Routes, get};
///
/// async fn list() -> Json<Vec<u32>> {
///     Json(vec![1])
/// }
///
/// let routes = Routes::<()>::new().at("/numbers", get(list)).layer(Produces(&["application/json"]));
/// ```
///
/// # Problems
/// 406. Source: RFC 9110 §12.5.1 and §15.5.7. Without this layer, a route sends what it has, which
///      the RFC also allows.
#[derive(Debug, Clone, Copy)]
pub struct Produces(
    /// Media types without parameters.
    pub &'static [&'static str],
);

impl Around for Produces {
    async fn respond(&self, request: Request, inner: &Route) -> Result<Response, Problem> {
        if self.is_acceptable(request.headers()) {
            return Ok(inner.call_now(request).await);
        }
        let types = self.0.join(", ");
        Err(NOT_ACCEPTABLE.because(format_args!("the response would be {types}")))
    }

    fn describe(&self, operation: &mut Operation) {
        operation.refuses(NOT_ACCEPTABLE);
    }
}

impl Produces {
    /// Checks `Accept` against each media type.
    ///
    /// Example: `application/json;q=0, */*` accepts everything but JSON. Both ranges match JSON,
    /// the first is more precise, and it has the weight 0.
    fn is_acceptable(self, headers: &HeaderMap) -> bool {
        if !headers.contains_key(ACCEPT) {
            return true;
        }
        let values = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|it| it.to_str().ok());
        let ranges: Vec<Range<'_>> = values
            .flat_map(|it| it.split(','))
            .filter_map(Range::parse)
            .collect();
        self.0.iter().any(|media_type| {
            // The most specific range that matches a type decides.
            let matching = ranges
                .iter()
                .filter_map(|range| Some((range.precision(media_type)?, range)));
            let best = matching.max_by_key(|(precision, _)| *precision);
            best.is_some_and(|(_, range)| range.is_wanted)
        }) || ranges.is_empty()
    }
}

/// One element of `Accept`.
#[derive(Debug)]
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    is_wanted: bool,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut weights = parts.filter_map(|it| it.strip_prefix("q=").or(it.strip_prefix("Q=")));
        let weight = weights.next().and_then(|it| it.parse::<f32>().ok());
        Some(Self {
            kind,
            subtype,
            is_wanted: weight.is_none_or(|weight| weight > 0.0),
        })
    }

    /// The precision of the range for a media type; `None` if it does not match.
    fn precision(&self, media_type: &str) -> Option<u8> {
        let (kind, subtype) = media_type.split_once('/')?;
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (of, "*") if of.eq_ignore_ascii_case(kind) => Some(1),
            (of, exact) if of.eq_ignore_ascii_case(kind) && exact.eq_ignore_ascii_case(subtype) => {
                Some(2)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_most_precise_range_decides() {
        let json = Produces(&["application/json"]);
        let is_acceptable = |accept: &'static str| {
            json.is_acceptable(&HeaderMap::from_iter([(
                ACCEPT,
                HeaderValue::from_static(accept),
            )]))
        };
        for accept in [
            "*/*",
            "application/*",
            "Application/JSON",
            "text/html, */*;q=0.1",
            "application/json;q=0.5",
            "text/html, application/json;v=1",
            "",
        ] {
            assert!(is_acceptable(accept), "{accept}");
        }
        for accept in [
            "text/html",
            "application/xml, text/*",
            "application/json;q=0, */*",
            "*/*;q=0",
        ] {
            assert!(!is_acceptable(accept), "{accept}");
        }
        assert!(json.is_acceptable(&HeaderMap::new()));
    }
}
