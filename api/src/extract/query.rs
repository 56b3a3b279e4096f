//! `Query`: the query string as a typed, validated struct.

use std::borrow::Cow;

use super::optional::MaybeExtract;
use super::{Extract, KnownQuery, QueryReads, Reads};
use crate::contract::Operation;
use crate::message::Request;
use crate::problem::{INVALID_REQUEST, MALFORMED_QUERY, Problem};
use crate::syntax::escapes::well_escaped;
use crate::validation::{Input, Shape, fields_of, objects_in_flattened, read_parameters, shape_of};

/// The query parameters as a `T`; a repeated key becomes a `Vec` member.
///
/// Read from `rawQueryString`: `+` and `%20` are a space, repeated keys keep their order. The
/// signature parameters of a presigned URL are left out.
///
/// ```
/// use fnurl::Query;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use validator::Validate;
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// struct Search {
///     #[validate(length(max = 100))]
///     q: String,
///     #[serde(default)]
///     #[validate(length(max = 10))]
///     tag: Vec<String>,
/// }
///
/// async fn search(Query(search): Query<Search>) -> String {
///     format!("{} in {:?}", search.q, search.tag)
/// }
/// ```
///
/// # Problems
/// 400 when the query has a malformed escape; 422 that names the parameter when a value has the
/// wrong type, is missing, or breaks a rule.
///
/// # Several in one handler
/// Each reads its own members. A parameter that none of them knows is refused if one of the types
/// has `deny_unknown_fields`.
///
/// ```
/// use fnurl::{Api, Query, get, testing::TestApi};
/// # use schemars::JsonSchema;
/// # use serde::Deserialize;
/// # use validator::Validate;
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Page { limit: Option<u32> }
///
/// #[derive(Deserialize, Validate, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Filter { colour: Option<String> }
///
/// async fn list(Query(page): Query<Page>, Query(filter): Query<Filter>) -> String {
///     format!("{:?} {:?}", page.limit, filter.colour)
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/", get(list)).build()?);
/// api.get("/?colour=red&limit=5").await.assert_text(200, "Some(5) Some(\"red\")");
/// let _ = api.get("/?size=5").await.problem(422);
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// Source: WHATWG URL §5, whose form of names and values HTML forms and most clients send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<S: Sync, T: Input> Extract<S> for Query<T> {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let query = request.uri().query().unwrap_or_default();
        if !well_escaped(query.as_bytes()) {
            return Err(MALFORMED_QUERY.because(
                "the query string has a `%` that is not followed by two hexadecimal digits, or bytes that are not UTF-8",
            ));
        }
        let query = without_signature(query);
        let pairs = pairs(query.as_bytes());
        match request.extensions().get::<KnownQuery>() {
            None => read_parameters(pairs).map(Self),
            Some(known) => {
                // A parameter of another extractor is not a mistake; this extractor skips it.
                let own = fields_of::<T>();
                let is_own =
                    |name: &str| own.is_none_or(|own| own.contains(&name)) || !known.has(name);
                read_parameters(pairs.filter(|(name, _)| is_own(name))).map(Self)
            }
        }
    }

    fn describe(operation: &mut Operation) {
        operation
            .query_parameters::<T>()
            .refuses(MALFORMED_QUERY)
            .refuses(INVALID_REQUEST);
    }

    fn reads(reads: &mut Reads) {
        check_members::<T>("Query", reads);
        reads.query(fields_of::<T>().map_or(QueryReads::Everything, QueryReads::Named));
    }
}

/// The names and values of a query or form, decoded.
pub(super) fn pairs(bytes: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(bytes)
}

/// Checks that each member of `T` can be read from texts.
pub(super) fn check_members<T: Input>(extractor: &str, reads: &mut Reads) {
    let name = std::any::type_name::<T>();
    let mut cannot_read = |member: &str| {
        reads.mistake(format!(
            "`{extractor}<{name}>` cannot read `{member}`: a parameter holds a text, a number, a boolean, an enum of names, or a list of these"
        ));
    };
    match shape_of::<T>() {
        Shape::Struct(members) => {
            let others = members.iter().filter(|(_, kind)| !kind.is_of_parameters());
            others.for_each(|(member, _)| cannot_read(member));
        }
        Shape::Flattened => {
            let objects = objects_in_flattened::<T>();
            objects.iter().for_each(|member| cannot_read(member));
        }
        Shape::Other => {
            reads.mistake(format!(
                "`{extractor}<{name}>` needs a struct, a map or an enum: parameters have names"
            ));
        }
        Shape::Map | Shape::Any => {}
    }
}

/// A request without a query string has no query parameters to read.
impl<S: Sync, T: Input> MaybeExtract<S> for Query<T> {
    fn is_present(request: &Request) -> bool {
        let query = request.uri().query();
        query.is_some_and(|query| !without_signature(query).is_empty())
    }
}

/// The parameters that carry the signature of a presigned URL. They stay in the event.
///
/// Source: IAM User Guide, “Create a signed AWS API request”.
const SIGNATURE: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// The query without the parameters of a signature. A type that refuses unknown parameters could
/// otherwise never be called by a presigned URL.
fn without_signature(query: &str) -> Cow<'_, str> {
    if !query.contains("X-Amz-") {
        return Cow::Borrowed(query);
    }
    let is_its = |pair: &&str| SIGNATURE.contains(&pair.split('=').next().unwrap_or_default());
    let others: Vec<_> = query.split('&').filter(|pair| !is_its(pair)).collect();
    Cow::Owned(others.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_parameters_of_a_signature_are_left_out() {
        for (query, expected) in [
            ("a=1&b", "a=1&b"),
            ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00", ""),
            (
                "a=1&X-Amz-Date=0&b=X-Amz-Date&&x-amz-date=1",
                "a=1&b=X-Amz-Date&&x-amz-date=1",
            ),
            ("X-Amz-Other=1", "X-Amz-Other=1"),
        ] {
            assert_eq!(without_signature(query), expected);
        }
    }
}
