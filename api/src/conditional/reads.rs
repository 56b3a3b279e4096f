//! Conditional reads, for every handler whose response has an `ETag` or a `Last-Modified`
//! (RFC 9110 §13.2.2): 304 when the client already has the representation, 412 when it asked for
//! a different version.

use http::header::{
    CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE,
    LAST_MODIFIED,
};
use http::{Method, StatusCode};
use std::time::SystemTime;

use crate::extract::joined;
use crate::message::{Body, Request, Response};
use crate::problem::{MALFORMED_HEADER, PRECONDITION_FAILED, Problem};
use crate::syntax::entity_tags::{EntityTag, EntityTags};

const CONDITIONS: [HeaderName; 4] = [
    IF_NONE_MATCH,
    IF_MODIFIED_SINCE,
    IF_MATCH,
    IF_UNMODIFIED_SINCE,
];

/// Headers that describe the content; a 304 response does not have them (RFC 9110 §15.4.5).
const ABOUT_CONTENT: [HeaderName; 5] = [
    CONTENT_TYPE,
    CONTENT_LENGTH,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_RANGE,
];

/// The conditions of a request that reads.
#[derive(Debug)]
pub(crate) struct Conditions(HeaderMap);

impl Conditions {
    /// `None` for a request without conditions, at almost no cost.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let (method, headers) = (request.method(), request.headers());
        let is_read = method.is_safe() && *method != Method::OPTIONS || method.as_str() == "QUERY";
        let is_conditional = is_read && CONDITIONS.iter().any(|name| headers.contains_key(name));
        is_conditional.then(|| Self(headers.clone()))
    }

    /// Applies the conditions to a response. Only a success can be conditional.
    ///
    /// The handler has done all its work by then: a 304 saves the transfer, not the read of the
    /// store. `If-Match` comes before `If-None-Match`, as RFC 9110 §13.2.2 says, so that 412 wins
    /// over 304.
    pub(crate) fn apply(&self, response: Response) -> Result<Response, Problem> {
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        if !self.is_wanted(response.headers())? {
            return Err(PRECONDITION_FAILED.because("the representation has changed"));
        }
        if self.is_news(response.headers())? {
            return Ok(response);
        }
        let (mut parts, _) = response.into_parts();
        parts.status = StatusCode::NOT_MODIFIED;
        for name in ABOUT_CONTENT {
            parts.headers.remove(name);
        }
        Ok(Response::from_parts(parts, Body::empty()))
    }

    /// `If-Match`, or else `If-Unmodified-Since`.
    fn is_wanted(&self, response: &HeaderMap) -> Result<bool, Problem> {
        Ok(
            match self.matches(&IF_MATCH, response, |a, b| a.is_strongly(b))? {
                Some(is_match) => is_match,
                None => self.is_unmodified_since(IF_UNMODIFIED_SINCE, response) != Some(false),
            },
        )
    }

    /// `If-None-Match`, or else `If-Modified-Since`.
    fn is_news(&self, response: &HeaderMap) -> Result<bool, Problem> {
        Ok(
            match self.matches(&IF_NONE_MATCH, response, |a, b| a.is_weakly(b))? {
                Some(is_match) => !is_match,
                None => self.is_unmodified_since(IF_MODIFIED_SINCE, response) != Some(true),
            },
        )
    }

    /// `None` without the header.
    fn matches(
        &self,
        name: &HeaderName,
        response: &HeaderMap,
        is_same: fn(EntityTag<'_>, EntityTag<'_>) -> bool,
    ) -> Result<Option<bool>, Problem> {
        let Some(values) = joined(&self.0, name) else {
            return Ok(None);
        };
        let tags = values.to_str().ok().and_then(EntityTags::parse);
        let tags = tags.ok_or_else(|| {
            MALFORMED_HEADER.because(format_args!(
                "the header `{name}` must be `*` or a list of entity tags such as \"1\""
            ))
        })?;
        Ok(Some(match tags {
            EntityTags::Any => true,
            EntityTags::List(tags) => {
                let tag = response.get(ETAG);
                let tag = tag.and_then(|tag| EntityTag::of(tag.to_str().ok()?));
                tag.is_some_and(|tag| tags.iter().any(|given| is_same(*given, tag)))
            }
        }))
    }

    /// `None` if either side has no date.
    fn is_unmodified_since(&self, name: HeaderName, response: &HeaderMap) -> Option<bool> {
        let date = |headers: &HeaderMap, name: HeaderName| -> Option<SystemTime> {
            httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
        };
        Some(date(response, LAST_MODIFIED)? <= date(&self.0, name)?)
    }
}
