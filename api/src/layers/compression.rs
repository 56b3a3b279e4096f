//! `Compression`: compressed responses, for clients that accept them.

use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, ETAG};
use http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use super::{Around, wrap};
use crate::contract::Operation;
use crate::message::{Invocation, Request, Response};
use crate::problem::Problem;
use crate::router::{Route, RouteLayer};

/// For shorter bodies, base64 costs more than compression saves.
const MIN_BYTES: u64 = 1024;

/// Compresses responses with Brotli or gzip, as `accept-encoding` allows, and adds `vary`.
///
/// Text, JSON, XML and scripts of 1 KiB and more are compressed. These are not:
/// - responses of a function URL that streams: the front door would undo it;
/// - responses with a strong `etag`, which identifies these exact bytes (RFC 9110 §8.8.1) and
///   which clients send back in `if-match`.
///
/// Do not put a secret and text from the caller into one compressed response: its length can
/// reveal the secret (the BREACH attack).
///
/// ```
/// use fnurl::layers::Compression;
/// use fnurl::{Api, get, testing::TestApi};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn long() -> String { "long ".repeat(1_000) }
///
/// let api = Api::builder(()).at("/", get(long)).layer(Compression::new()).build()?;
/// let response = TestApi::new(api).get("/").header("accept-encoding", "gzip, br").await;
/// assert_eq!(response.header("content-encoding"), Some("br"));
/// assert_eq!(response.header("vary"), Some("accept-encoding"));
/// assert!(response.body().len() < 500);
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// A compressed body is base64 in the function's result, which costs a third of its size again.
/// Long text still becomes much smaller, so that more of it fits into the 6 MB of a result.
///
/// Sources: RFC 9110 §8.4 (codings) and §12.5.3 (`Accept-Encoding`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compression(());

impl Compression {
    /// Compression with Brotli and gzip.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

/// `tower-http` does the work, between two small layers:
///
/// ```text
/// WhenBuffered  removes accept-encoding where the URL streams; puts the status back
///   CompressionLayer
///     KeepStatus  remembers the handler's status
///       the route
/// ```
impl RouteLayer for Compression {
    fn wrap(&self, inner: Route) -> Route {
        let when = SizeAbove::new(MIN_BYTES).and(is_worth_it);
        let compressing = CompressionLayer::new().gzip(true).br(true);
        let compressing = compressing.compress_when(when);
        wrap(WhenBuffered, compressing.wrap(wrap(KeepStatus, inner)))
    }

    fn describe(&self, operation: &mut Operation) {
        operation.response_header_of_all::<String>("content-encoding");
        operation.response_header_of_all::<String>("vary");
    }
}

/// Removes `accept-encoding` if the function URL streams, and restores the handler's status.
#[derive(Clone, Copy)]
struct WhenBuffered;

impl Around for WhenBuffered {
    async fn respond(&self, mut request: Request, inner: &Route) -> Result<Response, Problem> {
        let invocation = Invocation::of(&request);
        if invocation.is_some_and(Invocation::is_streamed) {
            request.headers_mut().remove(ACCEPT_ENCODING);
        }
        let mut response = inner.call_now(request).await;
        if let Some(Status(status)) = response.extensions_mut().remove() {
            *response.status_mut() = status;
        }
        Ok(response)
    }
}

/// Keeps the status of the response, which `tower-http` replaces with 406 for a client that
/// refuses every encoding. By then the handler has done its work, and the client must learn the
/// outcome; a server may ignore the header (RFC 9110 §12.5.3).
#[derive(Clone, Copy)]
struct KeepStatus;

#[derive(Clone, Copy)]
struct Status(StatusCode);

impl Around for KeepStatus {
    async fn respond(&self, request: Request, inner: &Route) -> Result<Response, Problem> {
        let mut response = inner.call_now(request).await;
        let status = Status(response.status());
        response.extensions_mut().insert(status);
        Ok(response)
    }
}

fn is_worth_it(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let is_strong = |tag: &[u8]| !tag.starts_with(b"W/");
    if headers
        .get(ETAG)
        .is_some_and(|tag| is_strong(tag.as_bytes()))
    {
        return false;
    }
    let media_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    media_type.is_some_and(shrinks)
}

/// Checks whether compression helps for data of this media type. Images and archives are already
/// compressed.
fn shrinks(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    let suffix = subtype.rsplit('+').next().unwrap_or_default();
    let texts = ["json", "xml", "yaml", "javascript", "x-ndjson", "wasm"];
    kind == "text" || texts.contains(&suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_shrinks_and_what_is_compressed_does_not() {
        for text in [
            "text/html; charset=utf-8",
            "application/json",
            "Application/Problem+JSON",
            "image/svg+xml",
            "application/x-ndjson",
        ] {
            assert!(shrinks(text), "{text}");
        }
        for other in [
            "image/png",
            "application/zip",
            "application/octet-stream",
            "x",
        ] {
            assert!(!shrinks(other), "{other}");
        }
    }
}
