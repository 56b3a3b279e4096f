//! Headers: all of them, or one with a typed value.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};
use schemars::JsonSchema;

use super::Extract;
use super::optional::MaybeExtract;
use crate::contract::Operation;
use crate::message::Request;
use crate::problem::{MALFORMED_HEADER, Problem};

/// All headers. A function URL has joined repeated ones with `,` already.
impl<S: Sync> Extract<S> for HeaderMap {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        Ok(request.headers().clone())
    }

    fn describe(_operation: &mut Operation) {}
}

/// A header with a name and a typed value.
///
/// ```
/// use fnurl::{Header, HeaderField};
/// use http::{HeaderName, HeaderValue};
///
/// struct Tenant(String);
///
/// impl HeaderField for Tenant {
///     type Schema = String;
///     const NAME: HeaderName = HeaderName::from_static("x-tenant");
///
///     fn parse(value: &HeaderValue) -> Result<Self, String> {
///         let text = value.to_str().map_err(|_| "must be ASCII")?;
///         Ok(Self(text.to_owned()))
///     }
/// }
///
/// async fn list(Header(tenant): Header<Tenant>) -> String {
///     tenant.0
/// }
/// ```
pub trait HeaderField: Sized + Send {
    /// The type whose schema describes the value in the contract.
    type Schema: JsonSchema;
    /// The header's name.
    const NAME: HeaderName;

    /// Reads the value; repeated headers are joined with `, ` first (RFC 9110 §5.3).
    ///
    /// # Errors
    /// The mistake, as a text that follows the header's name: `must be a date`.
    fn parse(value: &HeaderValue) -> Result<Self, String>;
}

/// A typed header that the request must have; `Option<Header<T>>` when it may be absent.
///
/// ```
/// use fnurl::{Api, Header, HeaderField, get, testing::TestApi};
/// use http::{HeaderName, HeaderValue};
///
/// struct Depth(u8);
///
/// impl HeaderField for Depth {
///     type Schema = u8;
///     const NAME: HeaderName = HeaderName::from_static("depth");
///
///     fn parse(value: &HeaderValue) -> Result<Self, String> {
///         let number = value.to_str().ok().and_then(|it| it.parse().ok());
///         number.map(Self).ok_or_else(|| "must be a whole number".to_owned())
///     }
/// }
///
/// async fn tree(depth: Option<Header<Depth>>) -> String {
///     depth.map_or(1, |Header(depth)| depth.0).to_string()
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/", get(tree)).build()?);
/// api.get("/").await.assert_text(200, "1");
/// api.get("/").header("depth", "3").await.assert_text(200, "3");
/// let problem = api.get("/").header("depth", "deep").await.problem(400);
/// assert_eq!(problem["detail"], "the header `depth` must be a whole number");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// # Problems
/// 400 when the header is missing or cannot be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<T>(pub T);

impl<S: Sync, T: HeaderField> Extract<S> for Header<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let value = joined(request.headers(), &T::NAME).ok_or_else(|| {
            MALFORMED_HEADER.because(format_args!("the header `{}` is missing", T::NAME))
        })?;
        T::parse(&value).map(Self).map_err(|reason| {
            MALFORMED_HEADER.because(format_args!("the header `{}` {reason}", T::NAME))
        })
    }

    fn describe(operation: &mut Operation) {
        operation
            .header::<T::Schema>(T::NAME.as_str(), true)
            .refuses(MALFORMED_HEADER);
    }
}

impl<S: Sync, T: HeaderField> MaybeExtract<S> for Header<T> {
    fn is_present(request: &Request) -> bool {
        request.headers().contains_key(T::NAME)
    }
}

/// All values of a header, joined by `, ` (RFC 9110 §5.3).
pub(crate) fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    let mut bytes = first.as_bytes().to_vec();
    for value in values {
        bytes.extend_from_slice(b", ");
        bytes.extend_from_slice(value.as_bytes());
    }
    HeaderValue::from_bytes(&bytes).ok()
}
