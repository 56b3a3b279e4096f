//! Serves the contract as JSON, as YAML, and as a page where people can read it and try it.
//!
//! The document is made from the handlers on the first request for it, and then kept; nothing is
//! made during init. A program with [`Published`] docs contains the finished document instead, and
//! needs no descriptions of its types.
//!
//! | | `ApiBuilder::docs` | `ApiBuilder::published_docs` |
//! |---|---|---|
//! | made | on the first request | by a build script |
//! | features | `docs` and `contract` | `docs` alone |
//! | the program has | the descriptions of all types | two compressed files |
//! | choose it | to begin with | when cold starts matter |

use std::io::Read;
#[cfg(feature = "contract")]
use std::io::Write;
#[cfg(feature = "contract")]
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::read::GzDecoder;
#[cfg(feature = "contract")]
use flate2::{Compression, write::GzEncoder};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};
use sha2::{Digest, Sha256};

use crate::contract::Operation;
use crate::extract::Reads;
use crate::handler::Handler;
use crate::message::{Body, Request, Response};
use crate::problem::{INTERNAL_ERROR, Problem};
use crate::router::{Routes, get};

/// OpenAPI Explorer (<https://github.com/authress-engineering/openapi-explorer>), Apache-2.0,
/// downloaded from npm by `scripts/vendor-docs-ui.sh`.
const UI: Gzipped = Gzipped::new(include_bytes!("openapi-explorer.min.js.gz"));
const PAGE: &str = include_str!("page.html");
/// The page calls only the API that it was loaded from. Its styles are part of the script,
/// which sets them as attributes and elements.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
     style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// Clients may keep a file, but revalidate it before each use: a deployment changes it.
const REVALIDATED: HeaderValue = HeaderValue::from_static("public, no-cache");
const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");
const BY_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");

/// A file that was compressed with gzip (RFC 1952) when the program was built.
///
/// Clients that accept gzip get the bytes as they are, so that serving it needs next to no work.
///
/// ```
/// use fnurl::docs::Gzipped;
///
/// /// `{}`, as `gzip --no-name` compresses it. Usually `include_bytes!(…)` of a file.
/// const EMPTY: &[u8] = &[
///     31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 174, 5, 0, 67, 191, 166, 163, 2, 0, 0, 0,
/// ];
/// assert_eq!(Gzipped::new(EMPTY).inflated()?, b"{}");
/// assert!(Gzipped::new(b"plain text").inflated().is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Gzipped(&'static [u8]);

impl Gzipped {
    /// Wraps compressed bytes, usually from `include_bytes!`.
    #[must_use]
    pub const fn new(compressed: &'static [u8]) -> Self {
        Self(compressed)
    }

    /// The uncompressed file.
    ///
    /// # Errors
    /// The bytes are not valid gzip.
    pub fn inflated(self) -> std::io::Result<Vec<u8>> {
        inflated(self.0)
    }
}

fn inflated(compressed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut file = Vec::new();
    GzDecoder::new(compressed).read_to_end(&mut file)?;
    Ok(file)
}

/// The finished OpenAPI document of an API, in both its forms.
///
/// A build script makes it: it builds the API (with the feature `contract`), calls
/// [`Contract::openapi`](crate::contract::Contract), writes the result as JSON and as YAML, and
/// compresses both. Let a test compare the files with what the API says now.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// The file for `/openapi.json`.
    pub json: Gzipped,
    /// The file for `/openapi.yaml`.
    pub yaml: Gzipped,
}

/// The source of the document.
#[derive(Clone)]
pub(crate) enum Source {
    Published(Published),
    #[cfg(feature = "contract")]
    Live(Arc<LiveDocument>),
}

/// Makes the document as JSON.
#[cfg(feature = "contract")]
type MakeDocument = dyn Fn() -> Result<Vec<u8>, String> + Send + Sync;

/// The document of an API, made on the first request for it.
#[cfg(feature = "contract")]
#[derive(Default)]
pub(crate) struct LiveDocument {
    make: OnceLock<Box<MakeDocument>>,
    made: OnceLock<Result<Bytes, String>>,
}

#[cfg(feature = "contract")]
impl std::fmt::Debug for LiveDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LiveDocument")
    }
}

#[cfg(feature = "contract")]
impl LiveDocument {
    /// Sets the function that makes the document, once the API exists.
    pub(crate) fn made_by(
        &self,
        make: impl Fn() -> Result<Vec<u8>, String> + Send + Sync + 'static,
    ) {
        // An API is built once.
        let _ = self.make.set(Box::new(make));
    }

    /// The document as JSON, compressed.
    fn get(&self) -> Result<Bytes, Problem> {
        let made = self.made.get_or_init(|| {
            let make = self.make.get().ok_or("the API is not built yet")?;
            let json = make()?;
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            let compressed = encoder.write_all(&json).and_then(|()| encoder.finish());
            compressed.map(Bytes::from).map_err(|err| err.to_string())
        });
        made.clone().map_err(|err| INTERNAL_ERROR.hiding(err))
    }
}

impl Source {
    fn json(&self) -> Result<Bytes, Problem> {
        match self {
            Self::Published(published) => Ok(Bytes::from_static(published.json.0)),
            #[cfg(feature = "contract")]
            Self::Live(document) => document.get(),
        }
    }

    fn yaml(&self) -> Result<Bytes, Problem> {
        match self {
            Self::Published(published) => Ok(Bytes::from_static(published.yaml.0)),
            // Every JSON text is YAML, too (YAML 1.2 §1.2).
            #[cfg(feature = "contract")]
            Self::Live(document) => document.get(),
        }
    }
}

/// The routes of `/openapi.json`, `/openapi.yaml`, and of the page at `path`.
pub(crate) fn routes<S>(path: &str, source: Source) -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    Routes::new()
        .at("/openapi.json", get(File::<Json>::new(source.clone())))
        .at("/openapi.yaml", get(File::<Yaml>::new(source.clone())))
        .at(path, get(Page::at(path)))
        .at(
            &format!("{}/ui.js", path.trim_end_matches('/')),
            get(File::<Ui>::new(source)),
        )
}

/// A kind of file that is served: its contents and its media type.
trait Kind: Send + Sync + 'static {
    const OPERATION: &'static str;
    const MEDIA_TYPE: &'static str;

    /// The file, compressed.
    fn file(source: &Source) -> Result<Bytes, Problem>;
}

enum Json {}
enum Yaml {}
enum Ui {}

impl Kind for Json {
    const OPERATION: &'static str = "openapi::json";
    /// Source: <https://www.iana.org/assignments/media-types/application/vnd.oai.openapi+json>.
    const MEDIA_TYPE: &'static str = "application/json";

    fn file(source: &Source) -> Result<Bytes, Problem> {
        source.json()
    }
}

impl Kind for Yaml {
    const OPERATION: &'static str = "openapi::yaml";
    /// Source: RFC 9512.
    const MEDIA_TYPE: &'static str = "application/yaml";

    fn file(source: &Source) -> Result<Bytes, Problem> {
        source.yaml()
    }
}

impl Kind for Ui {
    const OPERATION: &'static str = "docs::ui";
    const MEDIA_TYPE: &'static str = "text/javascript; charset=utf-8";

    fn file(_: &Source) -> Result<Bytes, Problem> {
        Ok(Bytes::from_static(UI.0))
    }
}

/// Serves a file.
struct File<K> {
    source: Source,
    kind: std::marker::PhantomData<fn() -> K>,
}

impl<K> File<K> {
    fn new(source: Source) -> Self {
        let kind = std::marker::PhantomData;
        Self { source, kind }
    }
}

/// A marker for the arguments of these handlers, which have none.
struct OfAFile;

impl<S: Sync, K: Kind> Handler<S, OfAFile> for File<K> {
    async fn call(&self, request: Request, _state: &S) -> Result<Response, Problem> {
        let file = K::file(&self.source)?;
        let digest = hex_of(&Sha256::digest(&file));
        let mut response = match takes_gzip(request.headers()) {
            true => {
                let mut response = tagged_response(file, &format!("\"{digest}-gzip\""))?;
                response.headers_mut().insert(CONTENT_ENCODING, GZIP);
                response
            }
            false => {
                let inflated = inflated(&file);
                let inflated = inflated.map_err(|error| INTERNAL_ERROR.hiding(error))?;
                tagged_response(inflated, &format!("\"{digest}\""))?
            }
        };
        let media_type = HeaderValue::from_static(K::MEDIA_TYPE);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media_type);
        headers.insert(VARY, BY_ENCODING);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.handler = K::OPERATION;
        operation.hide();
        described(operation, K::MEDIA_TYPE);
        operation.response_header_of_all::<String>("vary");
        operation.response_header::<String>("content-encoding");
    }

    fn reads(_reads: &mut Reads) {}
}

/// Serves the page.
struct Page(String);

impl Page {
    /// The page refers to its files by relative URLs, so it also works behind a prefix, such as
    /// that of a CDN.
    fn at(path: &str) -> Self {
        let depth = path.matches('/').count().saturating_sub(1);
        let root = "../".repeat(depth);
        let ui = match path.rsplit('/').next().unwrap_or_default() {
            "" => "ui.js".to_owned(),
            name => format!("{name}/ui.js"),
        };
        Self(PAGE.replace("{ui}", &ui).replace("{root}", &root))
    }
}

impl<S: Sync> Handler<S, OfAFile> for Page {
    async fn call(&self, _request: Request, _state: &S) -> Result<Response, Problem> {
        let digest = hex_of(&Sha256::digest(&self.0));
        let mut response = tagged_response(self.0.clone(), &format!("\"{digest}\""))?;
        let headers = response.headers_mut();
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(CONTENT_TYPE, html);
        headers.insert(CONTENT_SECURITY_POLICY, POLICY);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.handler = "docs::page";
        operation.hide();
        described(operation, "text/html; charset=utf-8");
        operation.response_header::<String>("content-security-policy");
    }

    fn reads(_reads: &mut Reads) {}
}

fn described(operation: &mut Operation, media_type: &str) {
    operation
        .responds_raw(media_type)
        .response_header::<String>("etag")
        .response_header::<String>("x-content-type-options");
    operation.response_header_of_all::<String>("cache-control");
}

fn tagged_response(body: impl Into<Bytes>, tag: &str) -> Result<Response, Problem> {
    let tag = HeaderValue::try_from(tag).map_err(|error| INTERNAL_ERROR.hiding(error))?;
    let mut response = Response::new(Body::from(body.into()));
    let headers = response.headers_mut();
    headers.insert(ETAG, tag);
    headers.insert(CACHE_CONTROL, REVALIDATED);
    headers.insert(X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    Ok(response)
}

/// The first 16 digits, which are enough to tell one version from another.
fn hex_of(digest: &[u8]) -> String {
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Checks whether `Accept-Encoding` has `gzip` or `*` with a weight other than 0
/// (RFC 9110 §12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    let codings: Vec<&str> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let weight_of = |wanted: &str| {
        codings.iter().find_map(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts
                .next()
                .filter(|name| name.eq_ignore_ascii_case(wanted))?;
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            Some(weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|q| q > 0.0)))
        })
    };
    weight_of("gzip")
        .or_else(|| weight_of("*"))
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_only_to_clients_that_accept_it() {
        for (sent, expected) in [
            (None, false),
            (Some("gzip, deflate, br"), true),
            (Some("br;q=1.0, GZIP;q=0.5"), true),
            (Some("*"), true),
            (Some("gzip;q=0, *"), false),
            (Some("identity"), false),
            (Some("gzip;q=x"), false),
        ] {
            let value = sent.map(HeaderValue::from_static);
            let headers = value.map(|value| (ACCEPT_ENCODING, value));
            let headers = HeaderMap::from_iter(headers);
            assert_eq!(takes_gzip(&headers), expected, "{sent:?}");
        }
    }

    #[test]
    fn the_page_refers_to_its_files_by_relative_urls() {
        let page = Page::at("/docs").0;
        assert!(page.contains("src=\"docs/ui.js\"") && page.contains("\"openapi.json\""));
        let page = Page::at("/").0;
        assert!(page.contains("src=\"ui.js\"") && page.contains("\"openapi.json\""));
        let page = Page::at("/docs/").0;
        assert!(page.contains("src=\"ui.js\"") && page.contains("\"../openapi.json\""));
        let page = Page::at("/about/api").0;
        assert!(page.contains("src=\"api/ui.js\"") && page.contains("\"../openapi.json\""));
    }
}
