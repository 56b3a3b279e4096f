//! `IfMatch`: which versions a request means to change (RFC 9110 §13.1.1).

use std::borrow::Cow;

use http::header::IF_MATCH;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::body::Request;
use crate::contract::Operation;
use crate::extract::{Extract, joined};
use crate::problem::{MALFORMED_HEADER, PRECONDITION_FAILED, PRECONDITION_REQUIRED, Problem};
use crate::syntax::entity_tags::EntityTags;

/// The precondition of a request that changes something: the versions that it may change.
///
/// Whoever stores things decides it, in the same step as the write: deciding it by a read before
/// would let two writers win. Answer [`PRECONDITION_FAILED`] when it does not hold. Tags are those
/// that [`Tagged`](crate::Tagged) sends, without quotes; weak tags never match here and are left
/// out.
///
/// Where [`ApiBuilder::require_preconditions`](crate::ApiBuilder::require_preconditions) is set, a
/// request without the header is refused; [`Required`](IfMatch::required) asks for it in one
/// handler.
///
/// ```
/// use fnurl::{IfMatch, NoContent, Problem, problem::PRECONDITION_FAILED};
///
/// async fn remove(if_match: IfMatch) -> Result<NoContent, Problem> {
///     let version = "7"; // read and deleted in one step of the store
///     if !if_match.allows(version) {
///         return Err(PRECONDITION_FAILED.because("the item is in version 7 by now"));
///     }
///     Ok(NoContent)
/// }
/// ```
///
/// # Problems
/// 400 when the header is neither `*` nor a list of entity tags, 428 when it is needed and absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// There is no such header: any version will do.
    Absent,
    /// `*`: the thing has to exist, in any version.
    Any,
    /// One of these versions.
    Tags(Vec<String>),
}

/// Put into a request where the API wants a precondition for everything that can have one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PreconditionsRequired;

impl IfMatch {
    /// Whether a thing in this version may be changed.
    #[must_use]
    pub fn allows(&self, version: &str) -> bool {
        match self {
            Self::Absent | Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|tag| tag == version),
        }
    }

    /// The same, for a handler that takes no request without a precondition.
    ///
    /// # Errors
    /// 428 when the header is absent.
    pub fn required(self) -> Result<Self, Problem> {
        match self {
            Self::Absent => Err(PRECONDITION_REQUIRED
                .because("this request needs the header `if-match` with the `etag` that was read")),
            given => Ok(given),
        }
    }
}

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
            "minLength": 1,
            "pattern": r#"^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$"#,
            "examples": ["\"1\""],
        })
    }
}

impl<S: Sync> Extract<S> for IfMatch {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let Some(value) = joined(request.headers(), &IF_MATCH) else {
            let is_needed = request
                .extensions()
                .get::<PreconditionsRequired>()
                .is_some();
            return if is_needed {
                Self::Absent.required()
            } else {
                Ok(Self::Absent)
            };
        };
        let tags = value.to_str().ok().and_then(EntityTags::parse);
        match tags {
            Some(EntityTags::Any) => Ok(Self::Any),
            Some(EntityTags::List(tags)) => {
                let strong = tags.iter().filter(|tag| !tag.is_weak);
                Ok(Self::Tags(
                    strong.map(|tag| tag.opaque.to_owned()).collect(),
                ))
            }
            None => Err(MALFORMED_HEADER.because(
                "the header `if-match` must be `*` or a list of entity tags such as \"1\"",
            )),
        }
    }

    fn describe(operation: &mut Operation) {
        operation
            .header::<EntityTagsSchema>("if-match", false)
            .refuses(MALFORMED_HEADER)
            .refuses(PRECONDITION_FAILED)
            .refuses(PRECONDITION_REQUIRED);
    }
}
