//! Passes a request to the route of its method, or responds for the router itself.

use std::future::ready;
use std::sync::Arc;

use http::header::{ALLOW, LOCATION};
use http::{HeaderValue, StatusCode};

use super::api::TrailingSlash;
use super::route::{BoxFuture, Endpoint};
use super::table::{Found, Table};
use super::template::MatchedRoute;
use crate::message::{Body, Context, Instead, Request, Response};
use crate::problem::{METHOD_NOT_ALLOWED, NOT_FOUND, Problem};

/// Hands a request to its route, inside the layers of the API.
pub(super) struct Dispatch {
    pub(super) table: Arc<Table>,
    pub(super) trailing_slash: TrailingSlash,
    pub(super) body_limit: usize,
}

impl Endpoint for Dispatch {
    fn call(self: Arc<Self>, request: Request) -> BoxFuture<Response> {
        let context = Context::of(&request);
        match self.dispatch(request) {
            Ok(response) => response,
            Err(problem) => Box::pin(ready(context.render(problem))),
        }
    }
}

impl Dispatch {
    /// Finds the route of the request's method, and prepares the request for it.
    ///
    /// 1. No path matched: 404, or another try with the slash at the end changed.
    /// 2. The runtime has a problem for the client: it is sent through the layers of the route.
    /// 3. A route of the framework: its parameters are decoded only now. A mounted service gets the
    ///    path as it was sent, and decodes it itself.
    /// 4. Every route: the body is limited before any layer of the route can read it.
    /// 5. No route of this method: the list of methods for OPTIONS, else 405 with `Allow`.
    fn dispatch(&self, mut request: Request) -> Result<BoxFuture<Response>, Problem> {
        let Some(mut matched) = request.extensions_mut().remove::<MatchedRoute>() else {
            return match Instead::take(&mut request) {
                Some(problem) => Err(problem),
                None => self.unmatched(&request),
            };
        };
        let path = Arc::clone(&matched.path);
        match path.find_method(request.method()) {
            Found::Route(route) if Instead::is_in(&request) => {
                match path
                    .is_mounted()
                    .then(|| Instead::take(&mut request))
                    .flatten()
                {
                    Some(problem) => Err(problem),
                    None => Ok(route.call_now(request)),
                }
            }
            Found::Route(route) => {
                if !path.is_mounted() {
                    matched.decode()?;
                }
                request.extensions_mut().insert(matched);
                let (parts, body) = request.into_parts();
                let body = body.limited(self.body_limit)?;
                Ok(route.call_now(Request::from_parts(parts, body)))
            }
            Found::Options => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                let headers = response.headers_mut();
                headers.extend(path.allow().map(|it| (ALLOW, it)));
                headers.extend(path.accepted());
                Ok(Box::pin(ready(response)))
            }
            Found::NotAllowed => {
                let problem = METHOD_NOT_ALLOWED.because(format_args!(
                    "`{}` has no method {}",
                    path.template,
                    request.method()
                ));
                Err(match path.allow() {
                    Some(allow) => problem.header(ALLOW, allow),
                    None => problem,
                })
            }
        }
    }

    /// Responds to a request whose path has no route, as [`TrailingSlash`] says.
    fn unmatched(&self, request: &Request) -> Result<BoxFuture<Response>, Problem> {
        let path = request.uri().path();
        if self.trailing_slash == TrailingSlash::Redirect {
            let other = with_other_slash(path);
            if self.table.find(&other).is_some() {
                let response = redirect(&other, request.uri().query())?;
                return Ok(Box::pin(ready(response)));
            }
        }
        Err(NOT_FOUND.because(format_args!("no route matches `{path}`")))
    }
}

/// The path without the slash at its end, or with one.
pub(super) fn with_other_slash(path: &str) -> String {
    match path.strip_suffix('/') {
        Some(shorter) => shorter.to_owned(),
        None => format!("{path}/"),
    }
}

fn redirect(path: &str, query: Option<&str>) -> Result<Response, Problem> {
    let target = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    // `//host` would be another authority (RFC 3986 §4.2).
    let target = HeaderValue::try_from(target)
        .ok()
        .filter(|_| !path.starts_with("//"))
        .ok_or_else(|| NOT_FOUND.problem())?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, target);
    Ok(response)
}
