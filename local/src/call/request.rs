//! The request before it is signed: what was asked for, with what every client sends.

use super::{failure::Failure, options::Options, target::Target};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT},
};

const AGENT: &str = concat!("fnurl/", env!("CARGO_PKG_VERSION"));

#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) target: Target,
    /// With `Host`; those of the command line in its order.
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    /// # Errors
    /// What the command line says cannot be sent.
    pub(super) fn new(options: &Options) -> Result<Self, Failure> {
        let (method, target) = (options.method()?, options.target()?);
        let data = options.data.as_ref().map(|data| data.read()).transpose()?;
        let mut headers = HeaderMap::new();
        for header in &options.headers {
            if !options.no_sign && is_reserved(&header.name) {
                return Err(Failure::ReservedHeader(header.name.to_string()));
            }
            if let Some(value) = &header.value {
                headers.append(&header.name, value.clone());
            }
        }
        let host = HeaderValue::from_str(target.host()).ok();
        let content_type = data
            .is_some()
            .then(|| HeaderValue::from_static("application/json"));
        let defaults = [
            (HOST, host),
            (USER_AGENT, Some(HeaderValue::from_static(AGENT))),
            (ACCEPT, Some(HeaderValue::from_static("*/*"))),
            (CONTENT_TYPE, content_type),
        ];
        // Whoever uses a presigned URL sends headers of their own.
        let count = if options.presign.is_some() {
            1
        } else {
            defaults.len()
        };
        for (name, value) in defaults.into_iter().take(count) {
            // `-H NAME:` leaves it out, but for the host, which HTTP/1.1 and the signature need.
            let is_named = options.headers.iter().any(|header| header.name == name);
            let is_wanted = !is_named || (name == HOST && !headers.contains_key(HOST));
            if let Some(value) = value.filter(|_| is_wanted) {
                headers.insert(name, value);
            }
        }
        Ok(Self {
            method,
            target,
            headers,
            body: data.unwrap_or_default(),
        })
    }
}

/// What the signature itself sets.
fn is_reserved(name: &HeaderName) -> bool {
    *name == AUTHORIZATION || ["x-amz-date", "x-amz-security-token"].contains(&name.as_str())
}
