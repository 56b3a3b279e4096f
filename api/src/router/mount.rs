//! Any `tower` service under a prefix.

use http::Uri;
use http::uri::PathAndQuery;
use tower::ServiceExt;
use tower::util::MapRequest;

use super::layered::{HttpService, of_service};
use super::route::Route;
use crate::message::Request;

/// A route that hands every request to `service`, with `prefix` removed from its path.
pub(super) fn route<V>(prefix: &str, service: V) -> Route
where
    V: HttpService,
{
    let length = prefix.len();
    let stripped: MapRequest<V, _> = service.map_request(move |mut request: Request| {
        if let Some(uri) = strip(request.uri(), length) {
            *request.uri_mut() = uri;
        }
        request
    });
    of_service(stripped)
}

/// The URI without the first `length` bytes of its path, which always begins with `/`.
fn strip(uri: &Uri, length: usize) -> Option<Uri> {
    let text = uri.path_and_query()?.as_str().get(length..)?;
    let rooted = match text.as_bytes().first() {
        Some(b'/') => PathAndQuery::try_from(text),
        _ => PathAndQuery::try_from(format!("/{text}")),
    };
    rooted.ok().map(Uri::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_taken_off_and_a_path_remains() {
        let cases = [
            ("/old", "/"),
            ("/old/", "/"),
            ("/old/a%2Fb?x=1", "/a%2Fb?x=1"),
            ("/old?x=1", "/?x=1"),
        ];
        for (uri, expected) in cases {
            let stripped = strip(&uri.parse().unwrap(), "/old".len());
            assert_eq!(stripped.unwrap().to_string(), expected, "{uri}");
        }
    }
}
