//! `Produces`: 406 where nothing that a route answers with is acceptable (RFC 9110 §12.5.1).

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::HeaderMap;
use http::header::ACCEPT;
use tower::{Layer, Service};

use crate::body::{Request, Response};
use crate::invocation::Invocation;
use crate::problem::NOT_ACCEPTABLE;
use crate::router::{Answering, Route};

/// A layer that says which media types its routes answer with, and refuses requests whose
/// `Accept` has none of them. Problems are sent whatever is acceptable.
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
#[derive(Debug, Clone, Copy)]
pub struct Produces(
    /// Media types without parameters.
    pub &'static [&'static str],
);

impl Layer<Route> for Produces {
    type Service = Producing;

    fn layer(&self, route: Route) -> Producing {
        let produces = *self;
        Producing { produces, route }
    }
}

/// A route behind [`Produces`].
#[derive(Debug, Clone)]
pub struct Producing {
    produces: Produces,
    route: Route,
}

impl Service<Request> for Producing {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Answering, Ready<Result<Response, Infallible>>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if self.produces.is_acceptable(request.headers()) {
            return Either::Left(self.route.call(request));
        }
        let invocation = request.extensions().get::<Invocation>();
        let types = self.produces.0.join(", ");
        let problem = NOT_ACCEPTABLE.because(format_args!("the answer would be {types}"));
        let response = problem.render(invocation.map(Invocation::request_id));
        Either::Right(ready(Ok(response)))
    }
}

impl Produces {
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
            // The range that says most about a type decides.
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

    /// How much the range says about a type; nothing if it does not match.
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
