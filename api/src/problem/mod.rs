//! Problem details (RFC 9457): the format of every error response.

pub(crate) mod plain_text;
mod types;
mod violation;

pub use types::*;
pub use violation::{Place, Violation};

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::message::{BoxError, Response};

/// The media type of problem details, `application/problem+json` (RFC 9457 §6.1).
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A kind of failure: its status, its name in URLs, and its title.
///
/// Define each kind once, as a constant. The contract publishes the constants that
/// [`IntoProblem::TYPES`] and [`Operation::refuses`](crate::contract::Operation::refuses) name.
///
/// ```
/// use fnurl::ProblemType;
///
/// const ITEM_CHANGED: ProblemType = ProblemType::new(412, "item-changed", "The item has changed");
/// let problem = ITEM_CHANGED.because("the item is at version 3 now").with("version", 3);
/// assert_eq!(problem.status(), 412);
/// ```
///
/// A status that is a success is a compile error:
///
/// ```compile_fail
/// const OK: fnurl::ProblemType = fnurl::ProblemType::new(200, "fine", "Fine");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemType {
    status: u16,
    slug: &'static str,
    title: &'static str,
}

impl ProblemType {
    /// A kind of failure with a `status` of 400–599, a `slug` for its `type` URI and a short `title`.
    ///
    /// # Panics
    /// When `status` is not 400–599; in a constant that is a compile error.
    #[must_use]
    pub const fn new(status: u16, slug: &'static str, title: &'static str) -> Self {
        assert!(
            status >= 400 && status <= 599,
            "a problem's status is 400 to 599"
        );
        Self {
            status,
            slug,
            title,
        }
    }

    /// The HTTP status, 400–599.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.status
    }

    /// The last segment of the `type` URI.
    ///
    /// Clients compare it, so it must not change; the title may.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        self.slug
    }

    /// The title, the same for every occurrence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.title
    }

    /// A problem of this kind with its title only.
    ///
    /// ```
    /// use fnurl::problem::NOT_FOUND;
    ///
    /// assert_eq!(NOT_FOUND.problem().to_string(), "Not found");
    /// ```
    #[must_use]
    pub fn problem(self) -> Problem {
        Problem(Box::new(Details {
            kind: self,
            detail: None,
            violations: Vec::new(),
            more: 0,
            extensions: Vec::new(),
            headers: HeaderMap::new(),
            cause: None,
        }))
    }

    /// A problem whose `detail` is `reason`, which the client reads.
    ///
    /// Say what is wrong with this request, in lower case and without a full stop. Never put the
    /// text of an error of the store there: it may name tables and hosts.
    ///
    /// ```
    /// use fnurl::problem::NOT_FOUND;
    ///
    /// let problem = NOT_FOUND.because(format_args!("there is no item {}", 7));
    /// assert_eq!(problem.detail(), Some("there is no item 7"));
    /// ```
    #[must_use]
    pub fn because(self, reason: impl fmt::Display) -> Problem {
        let mut problem = self.problem();
        problem.0.detail = Some(Cow::Owned(reason.to_string()));
        problem
    }

    /// A problem whose cause goes to the log under the request id, and never to the client.
    ///
    /// ```
    /// use fnurl::{Problem, problem::INTERNAL_ERROR};
    ///
    /// async fn read() -> Result<String, Problem> {
    ///     std::fs::read_to_string("/etc/shop.conf").map_err(|err| INTERNAL_ERROR.hiding(err))
    /// }
    /// # let _ = fnurl::get::<(), _>(read);
    /// ```
    ///
    /// Only a 5xx is logged: a 4xx is the client's mistake, and its `detail` says which.
    #[must_use]
    pub fn hiding(self, cause: impl Into<BoxError>) -> Problem {
        let mut problem = self.problem();
        problem.0.cause = Some(cause.into());
        problem
    }
}

/// An error response: what went wrong with a request, as the client reads it.
///
/// Rendered as `application/problem+json` with `type`, `title`, `status`, `detail`, `instance`
/// (the request id), `errors` for validation, and any extension members.
///
/// ```
/// use fnurl::problem::NOT_FOUND;
/// use fnurl::testing::{REQUEST_ID, TestApi};
/// use fnurl::{Api, Path, Problem, get};
///
/// async fn read(Path(id): Path<u32>) -> Result<String, Problem> {
///     Err(NOT_FOUND.because(format_args!("there is no item {id}")).with("item", id))
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/items/{id}", get(read)).build()?);
/// let body = api.get("/items/7").await.problem(404);
/// assert_eq!(body, serde_json::json!({
///     "type": "/problems/not-found", "title": "Not found", "status": 404,
///     "detail": "there is no item 7", "instance": REQUEST_ID, "item": 7,
/// }));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
///
/// A handler that returns `Problem` itself publishes no kinds of problems. Return an error type
/// that implements [`IntoProblem`], so that the contract lists them.
///
/// Source: RFC 9457 §3.
#[derive(Debug)]
pub struct Problem(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: ProblemType,
    detail: Option<Cow<'static, str>>,
    violations: Vec<Violation>,
    /// The number of violations beyond those.
    more: usize,
    extensions: Vec<(&'static str, Value)>,
    headers: HeaderMap,
    cause: Option<BoxError>,
}

impl Problem {
    /// A 422 problem that lists every broken rule.
    ///
    /// For rules that need more than one value or a look into the store, in the form of all others:
    ///
    /// ```
    /// use fnurl::{Place, Problem, Violation};
    ///
    /// fn check(from: u32, to: u32) -> Result<(), Problem> {
    ///     if from <= to {
    ///         return Ok(());
    ///     }
    ///     let place = Place::Pointer("/to".to_owned());
    ///     let violation = Violation::new(place, "order", "must not be before `from`");
    ///     Err(Problem::invalid(vec![violation]))
    /// }
    ///
    /// let problem = check(7, 3).unwrap_err();
    /// assert_eq!((problem.status(), problem.violations().len()), (422, 1));
    /// ```
    ///
    /// As the problem of an extractor, it is put together with those of the other arguments.
    #[must_use]
    pub fn invalid(violations: Vec<Violation>) -> Self {
        Self::invalid_and_more(violations, 0)
    }

    /// A 422 problem that lists `violations`, and says how many `more` there are.
    pub(crate) fn invalid_and_more(violations: Vec<Violation>, more: usize) -> Self {
        let listed = violations.len();
        let all = listed + more;
        let mut problem = INVALID_REQUEST.because(match (all, more) {
            (1, _) => "the request breaks 1 rule, see `errors`".to_owned(),
            (_, 0) => format!("the request breaks {all} rules, see `errors`"),
            _ => format!("the request breaks {all} rules, the first {listed} are in `errors`"),
        });
        problem.0.violations = violations;
        problem.0.more = more;
        problem
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> ProblemType {
        self.0.kind
    }

    /// The HTTP status, 400–599.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.kind.status
    }

    /// The `detail` that the client reads, if there is one.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The broken rules of a validation problem; empty for any other.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// The number of broken rules beyond [`violations`](Self::violations), which lists at most 100.
    #[must_use]
    pub fn more_violations(&self) -> usize {
        self.0.more
    }

    /// The extension members (RFC 9457 §3.2), in the order in which they were added.
    pub fn extensions(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.extensions.iter().map(|(name, value)| (*name, value))
    }

    /// The headers of the response, without its content type.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    pub(crate) fn into_headers(self) -> HeaderMap {
        self.0.headers
    }

    /// Adds an extension member (RFC 9457 §3.2).
    ///
    /// ```
    /// use fnurl::ProblemType;
    ///
    /// const SOLD_OUT: ProblemType = ProblemType::new(409, "sold-out", "There are too few lamps");
    /// let problem = SOLD_OUT.problem().with("left", 3);
    /// assert_eq!(problem.extensions().next(), Some(("left", &3.into())));
    /// ```
    ///
    /// A value that JSON cannot hold (a map with keys that are not strings) becomes `null`.
    ///
    /// # Panics
    /// In debug builds, if the name is one of the standard members, such as `type` or `errors`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        debug_assert!(
            !STANDARD_MEMBERS.contains(&name),
            "`{name}` is a standard member"
        );
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.0.extensions.push((name, value));
        self
    }

    /// Adds a header to the response, such as `Retry-After`.
    ///
    /// ```
    /// use fnurl::{Problem, ProblemType};
    /// use http::{HeaderValue, header::RETRY_AFTER};
    ///
    /// const BUSY: ProblemType = ProblemType::new(503, "busy", "The store is busy");
    ///
    /// fn busy() -> Problem {
    ///     BUSY.problem().header(RETRY_AFTER, HeaderValue::from_static("1"))
    /// }
    /// ```
    ///
    /// Declare it with [`Operation::problem_header`](crate::contract::Operation::problem_header).
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// Keeps the cause for the log; the client never reads it.
    ///
    /// With [`because`](ProblemType::because), client and log each read their own text:
    ///
    /// ```
    /// use fnurl::{Problem, problem::INTERNAL_ERROR};
    ///
    /// fn failed(cause: std::io::Error) -> Problem {
    ///     INTERNAL_ERROR.because("the report could not be made, try again later").caused_by(cause)
    /// }
    /// ```
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<BoxError>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Takes out the broken rules and the number of further ones, or returns the problem if it is
    /// of another kind.
    pub(crate) fn into_violations(mut self) -> Result<(Vec<Violation>, usize), Self> {
        if self.0.kind == INVALID_REQUEST {
            Ok((std::mem::take(&mut self.0.violations), self.0.more))
        } else {
            Err(self)
        }
    }

    /// The response for the client; a 5xx is logged with its cause under `request_id`.
    pub(crate) fn render(self, request_id: Option<&str>) -> Response {
        self.log_failure(request_id);
        let body = serde_json::to_vec(&Document {
            details: &self.0,
            instance: request_id,
        })
        .unwrap_or_default();
        let mut response = Response::new(Bytes::from(body).into());
        *response.status_mut() = self.0.kind.status_code();
        *response.headers_mut() = self.0.headers;
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        response
    }

    /// Logs a 5xx with its cause under the request id.
    pub(crate) fn log_failure(&self, request_id: Option<&str>) {
        if self.status() < 500 {
            return;
        }
        let cause = self
            .0
            .cause
            .as_deref()
            .map(|cause| Chain(cause).to_string());
        tracing::error!(
            request_id,
            status = self.0.kind.status,
            problem = self.0.kind.slug,
            cause = cause.as_deref().or(self.detail()),
            "the request failed"
        );
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail().unwrap_or(self.0.kind.title))
    }
}

impl StdError for Problem {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

/// Turns an error into a problem. The contract lists the problems in [`TYPES`](Self::TYPES).
///
/// ```
/// use fnurl::{IntoProblem, Problem, ProblemType};
///
/// #[derive(Debug)]
/// enum ItemError {
///     Missing,
///     Changed { stored: u64 },
/// }
///
/// const NO_SUCH_ITEM: ProblemType = ProblemType::new(404, "no-such-item", "There is no such item");
/// const ITEM_CHANGED: ProblemType = ProblemType::new(412, "item-changed", "The item has changed");
///
/// impl IntoProblem for ItemError {
///     const TYPES: &'static [ProblemType] = &[NO_SUCH_ITEM, ITEM_CHANGED];
///     fn into_problem(self) -> Problem {
///         match self {
///             Self::Missing => NO_SUCH_ITEM.problem(),
///             Self::Changed { stored } => ITEM_CHANGED.problem().with("version", stored),
///         }
///     }
/// }
/// ```
///
/// With `From`, `?` turns the errors of other layers of the program into it. Write the conversion
/// as a `match` without `_`, so that a new error of the store must be given a status:
///
/// ```
/// # enum StoreError { Missing, Unavailable(std::io::Error) }
/// # enum ItemError { Missing, Unavailable(std::io::Error) }
/// impl From<StoreError> for ItemError {
///     fn from(error: StoreError) -> Self {
///         match error {
///             StoreError::Missing => Self::Missing,
///             StoreError::Unavailable(cause) => Self::Unavailable(cause),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be turned into a problem",
    note = "implement `IntoProblem` for it, or return `Problem`"
)]
pub trait IntoProblem {
    /// Every problem type that [`into_problem`](Self::into_problem) can return.
    ///
    /// A type that is missing here is not in the contract; `TestApi::assert_contract` then fails
    /// the test that meets it.
    const TYPES: &'static [ProblemType];

    /// The problem that the client reads.
    fn into_problem(self) -> Problem;
}

impl IntoProblem for Problem {
    const TYPES: &'static [ProblemType] = &[];

    fn into_problem(self) -> Problem {
        self
    }
}

impl IntoProblem for std::convert::Infallible {
    const TYPES: &'static [ProblemType] = &[];

    fn into_problem(self) -> Problem {
        match self {}
    }
}

impl ProblemType {
    pub(crate) fn status_code(self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A problem with no more information than its status (RFC 9457 §4.2.1).
    pub(crate) fn about_blank(status: u16, title: &'static str) -> Self {
        Self::new(status, "", title)
    }

    /// The `type` URI reference: `/problems/` and the slug, relative to the API's own origin.
    ///
    /// ```
    /// use fnurl::problem::NOT_FOUND;
    ///
    /// assert_eq!(NOT_FOUND.uri(), "/problems/not-found");
    /// ```
    ///
    /// Source: RFC 9457 §3.1.1, which recommends that a relative reference begins with `/`.
    #[must_use]
    pub fn uri(self) -> String {
        match self.slug {
            "" => "about:blank".to_owned(),
            slug => format!("/problems/{slug}"),
        }
    }
}

/// The members that every problem can have; extension members have other names.
const STANDARD_MEMBERS: [&str; 7] = [
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "errors",
    "moreErrors",
];

struct Document<'a> {
    details: &'a Details,
    instance: Option<&'a str>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let details = self.details;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &details.kind.uri())?;
        map.serialize_entry("title", details.kind.title)?;
        map.serialize_entry("status", &details.kind.status)?;
        if let Some(detail) = &details.detail {
            map.serialize_entry("detail", detail)?;
        }
        if let Some(instance) = self.instance {
            map.serialize_entry("instance", instance)?;
        }
        if !details.violations.is_empty() {
            map.serialize_entry("errors", &details.violations)?;
        }
        if details.more > 0 {
            map.serialize_entry("moreErrors", &details.more)?;
        }
        for (name, value) in &details.extensions {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// An error and what caused it, on one line.
struct Chain<'a>(&'a (dyn StdError + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(problem: Problem, request_id: Option<&str>) -> Value {
        let response = problem.render(request_id);
        serde_json::from_slice(response.body().as_full().unwrap()).unwrap()
    }

    #[test]
    fn a_problem_is_rendered_with_its_extension_members_and_the_request_id() {
        let problem = NOT_FOUND.because("no item 7").with("item", 7);
        assert_eq!(
            document(problem, Some("r-1")),
            serde_json::json!({
                "type": "/problems/not-found", "title": "Not found", "status": 404,
                "detail": "no item 7", "instance": "r-1", "item": 7
            })
        );
    }

    #[test]
    fn a_hidden_cause_never_reaches_the_client() {
        let problem = INTERNAL_ERROR.hiding("password=hunter2");
        assert!(!document(problem, None).to_string().contains("hunter2"));
    }

    #[test]
    fn a_cause_chain_reads_on_one_line() {
        let inner = std::io::Error::other("connection reset");
        let outer = INTERNAL_ERROR.because("no table").caused_by(inner);
        assert_eq!(Chain(&outer).to_string(), "no table: connection reset");
    }
}
