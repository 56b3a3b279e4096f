//! `Preconditions`: the conditions of a write, from the request's headers (RFC 9110 §13.1).

use std::borrow::Cow;
use std::time::SystemTime;

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::contract::Operation;
use crate::extract::{Extract, joined};
use crate::message::{Context, Request};
use crate::problem::{MALFORMED_HEADER, PRECONDITION_FAILED, PRECONDITION_REQUIRED, Problem};
use crate::syntax::entity_tags::EntityTags;

/// The preconditions of a request that changes something: `If-Match`, `If-None-Match` and
/// `If-Unmodified-Since`.
///
/// Check them in the write itself. If you read first and write later, two writers can both
/// succeed. Refuse with [`PRECONDITION_FAILED`] when they do not hold. ETags are those that
/// [`WithETag`](crate::WithETag) sends, without quotes.
///
/// With [`ApiBuilder::require_preconditions`](crate::ApiBuilder::require_preconditions), every
/// request without one is refused. [`required`](Self::required) does the same in a single handler.
///
/// ```
/// use fnurl::{NoContent, Preconditions, Problem};
///
/// async fn remove(preconditions: Preconditions) -> Result<NoContent, Problem> {
///     let version = "7"; // read and deleted in one step of the store
///     preconditions.check(version, None)?;
///     Ok(NoContent)
/// }
/// ```
///
/// # Problems
/// 400 when `If-Match` or `If-None-Match` is neither `*` nor a list of entity tags, 412 from
/// [`check`](Self::check), 428 when a required precondition is missing.
///
/// Source: RFC 9110 §13.2.2, whose order [`allows`](Self::allows) follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preconditions {
    if_match: ETags,
    if_none_match: ETags,
    unmodified_since: Option<SystemTime>,
}

/// The entity tags in a header.
///
/// ```
/// use fnurl::{Preconditions, ETags};
///
/// /// Checks `If-Match` for a store whose versions are numbers.
/// fn may_replace(preconditions: &Preconditions, stored: Option<u64>) -> bool {
///     match (preconditions.if_match(), stored) {
///         (ETags::Absent, _) => true,
///         (ETags::Any, stored) => stored.is_some(),
///         (ETags::List(tags), Some(stored)) => tags.contains(&stored.to_string()),
///         (ETags::List(_), None) => false,
///     }
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ETags {
    /// The request does not have the header.
    #[default]
    Absent,
    /// `*`: any existing version.
    Any,
    /// These versions, without quotes.
    List(Vec<String>),
}

impl Preconditions {
    /// `If-Match`: the versions that may be changed. Weak tags never match here and are left out.
    #[must_use]
    pub const fn if_match(&self) -> &ETags {
        &self.if_match
    }

    /// `If-None-Match`: the versions that may not be changed. [`ETags::Any`] means that nothing may
    /// exist yet: the request only creates.
    #[must_use]
    pub const fn if_none_match(&self) -> &ETags {
        &self.if_none_match
    }

    /// `If-Unmodified-Since`, to the second; `None` if `If-Match` is present, which replaces it.
    #[must_use]
    pub const fn unmodified_since(&self) -> Option<SystemTime> {
        self.unmodified_since
    }

    /// Checks whether the request has no precondition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks whether a resource with this version and modification time may be changed.
    ///
    /// `If-Match` decides first, or else `If-Unmodified-Since`; then `If-None-Match`.
    ///
    /// | request | version `7` |
    /// |---|---|
    /// | `If-Match: "7"` or `*` | may be changed |
    /// | `If-Match: "6"` | may not |
    /// | `If-Match: "7"`, `If-None-Match: "7"` | may not: both must hold |
    /// | `If-None-Match: *` | may not: the resource exists |
    /// | no precondition | may be changed |
    #[must_use]
    pub fn allows(&self, version: &str, modified: Option<SystemTime>) -> bool {
        let has = |tags: &[String]| tags.iter().any(|tag| tag == version);
        let is_wanted = match (&self.if_match, self.unmodified_since, modified) {
            (ETags::List(tags), _, _) => has(tags),
            (ETags::Any, _, _) => true,
            (ETags::Absent, Some(since), Some(modified)) => seconds(modified) <= seconds(since),
            (ETags::Absent, _, _) => true,
        };
        let is_excluded = match &self.if_none_match {
            ETags::Absent => false,
            ETags::Any => true,
            ETags::List(tags) => has(tags),
        };
        is_wanted && !is_excluded
    }

    /// Like [`allows`](Self::allows), but returns a problem.
    ///
    /// # Errors
    /// 412 when the resource may not be changed.
    pub fn check(&self, version: &str, modified: Option<SystemTime>) -> Result<(), Problem> {
        match self.allows(version, modified) {
            true => Ok(()),
            false => {
                Err(PRECONDITION_FAILED
                    .because(format_args!("the current version is \"{version}\"")))
            }
        }
    }

    /// Requires a precondition, for a handler that must not run without one.
    ///
    /// ```
    /// use fnurl::{Api, NoContent, Preconditions, Problem, delete, testing::TestApi};
    ///
    /// async fn remove(preconditions: Preconditions) -> Result<NoContent, Problem> {
    ///     preconditions.required()?.check("7", None)?;
    ///     Ok(NoContent)
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/item", delete(remove)).build()?);
    /// let _ = api.delete("/item").await.problem(428);
    /// let _ = api.delete("/item").if_match("\"6\"").await.problem(412);
    /// api.delete("/item").if_match("\"7\"").await.assert_status(204);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    ///
    /// Source: RFC 6585 §3.
    ///
    /// # Errors
    /// 428 when the request has no precondition.
    pub fn required(self) -> Result<Self, Problem> {
        match self.is_empty() {
            true => Err(PRECONDITION_REQUIRED
                .because("this request needs the header `if-match` with the `etag` that was read")),
            false => Ok(self),
        }
    }
}

/// HTTP dates have no fractions of a second.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The tags in a header; weak tags only if `with_weak` is set.
fn tags(headers: &HeaderMap, name: &HeaderName, with_weak: bool) -> Result<ETags, Problem> {
    let Some(value) = joined(headers, name) else {
        return Ok(ETags::Absent);
    };
    let tags = value.to_str().ok().and_then(EntityTags::parse);
    match tags {
        Some(EntityTags::Any) => Ok(ETags::Any),
        Some(EntityTags::List(tags)) => {
            let kept = tags.iter().filter(|tag| with_weak || !tag.is_weak);
            Ok(ETags::List(kept.map(|tag| tag.opaque.to_owned()).collect()))
        }
        None => Err(MALFORMED_HEADER.because(format_args!(
            "the header `{name}` must be `*` or a list of entity tags such as \"1\""
        ))),
    }
}

/// The grammar of [`EntityTags::parse`] as a pattern: empty elements and an empty list are valid
/// (RFC 9110 §5.6.1).
const ENTITY_TAGS: &str =
    r#"^[ \t]*(\*[ \t]*|((W/)?"[!#-~]*"[ \t]*)?(,[ \t]*((W/)?"[!#-~]*"[ \t]*)?)*)$"#;

/// `*`, or a list of entity tags.
struct EntityTagsSchema;

impl JsonSchema for EntityTagsSchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "EntityTags".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": ENTITY_TAGS,
            "examples": ["\"1\""],
        })
    }
}

/// A date in the format of HTTP (RFC 9110 §5.6.7).
struct HttpDateSchema;

impl JsonSchema for HttpDateSchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "HttpDate".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "examples": ["Tue, 15 Nov 1994 12:45:26 GMT"]})
    }
}

impl<S: Sync> Extract<S> for Preconditions {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let headers = request.headers();
        let if_match = tags(headers, &IF_MATCH, false)?;
        // An invalid date is ignored, and so is any date beside If-Match (RFC 9110 §13.1.4).
        let date = headers
            .get(IF_UNMODIFIED_SINCE)
            .and_then(|date| date.to_str().ok());
        let date = date.filter(|_| if_match == ETags::Absent);
        let preconditions = Self {
            if_none_match: tags(headers, &IF_NONE_MATCH, true)?,
            unmodified_since: date.and_then(|date| httpdate::parse_http_date(date).ok()),
            if_match,
        };
        match Context::of(request).settings().requires_preconditions {
            true => preconditions.required(),
            false => Ok(preconditions),
        }
    }

    fn describe(operation: &mut Operation) {
        operation
            .header::<EntityTagsSchema>("if-match", false)
            .header::<EntityTagsSchema>("if-none-match", false)
            .header::<HttpDateSchema>("if-unmodified-since", false)
            .refuses(MALFORMED_HEADER)
            .refuses(PRECONDITION_FAILED);
        if operation.settings().requires_preconditions {
            operation.refuses(PRECONDITION_REQUIRED);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_order_of_the_rfc_decides() {
        let list = |tags: &[&str]| ETags::List(tags.iter().map(|&tag| tag.to_owned()).collect());
        let cases = [
            (ETags::Absent, None, ETags::Absent, true),
            (ETags::Any, None, ETags::Absent, true),
            (list(&["7"]), None, ETags::Absent, true),
            (list(&["6"]), None, ETags::Absent, false),
            (list(&[]), None, ETags::Absent, false),
            (ETags::Absent, Some(at(10)), ETags::Absent, true),
            (ETags::Absent, Some(at(9)), ETags::Absent, false),
            (ETags::Absent, None, ETags::Any, false),
            (ETags::Absent, None, list(&["7"]), false),
            (ETags::Absent, None, list(&["6"]), true),
            (list(&["7"]), None, list(&["7"]), false),
        ];
        for (if_match, unmodified_since, if_none_match, allows) in cases {
            let preconditions = Preconditions {
                if_match,
                if_none_match,
                unmodified_since,
            };
            // Modified within the second that the header names.
            let modified = at(10) + Duration::from_millis(900);
            let allowed = preconditions.allows("7", Some(modified));
            assert_eq!(allowed, allows, "{preconditions:?}");
        }
    }

    #[cfg(feature = "contract-testing")]
    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]
        #[test]
        fn the_published_pattern_accepts_what_is_read(text in r#"([*W/"a, \t]|W/"|"1"|, ){0,8}"#) {
            let schema = EntityTagsSchema::json_schema(&mut SchemaGenerator::default());
            let published = jsonschema::is_valid(schema.as_value(), &text.as_str().into());
            assert_eq!(published, EntityTags::parse(&text).is_some(), "{text:?}");
        }
    }
}
