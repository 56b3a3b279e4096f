//! The context of a request: its invocation, and the settings of its API.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::{Body, Invocation, Request, Response};
use crate::idempotency::IdempotencyScope;
use crate::problem::Problem;

/// The invocation of a request, and the settings of its API.
///
/// An [`Api`](crate::Api) puts it into each request before any layer runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    invocation: Option<Invocation>,
    settings: Arc<Settings>,
}

/// The settings of an API for all its routes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) error_format: Option<Arc<ErrorFormat>>,
    /// Every request to a handler with [`Preconditions`](crate::Preconditions) must have one.
    pub(crate) requires_preconditions: bool,
    /// Merge patches may also be sent as `application/json`.
    pub(crate) patch_reads_json: bool,
    pub(crate) idempotency_scope: IdempotencyScope,
}

impl Context {
    /// The context of a request that enters an API with these settings.
    pub(crate) fn entering(request: &Request, settings: &Arc<Settings>) -> Self {
        Self {
            invocation: Invocation::of(request).cloned(),
            settings: Arc::clone(settings),
        }
    }

    /// The context of a request that an API serves.
    pub(crate) fn of(request: &Request) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_default()
    }

    /// The API's settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The id under which the request is logged.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.invocation.as_ref().map(Invocation::request_id)
    }

    /// The error response for `problem`; a 5xx is logged with its cause.
    pub(crate) fn render(&self, problem: Problem) -> Response {
        let request_id = self.request_id();
        match &self.settings.error_format {
            None => problem.render(request_id),
            Some(format) => {
                problem.log_failure(request_id);
                let mut response = format.render(problem, request_id);
                response.extensions_mut().insert(Rendered);
                response
            }
        }
    }
}

/// Marks a response that is in the API's own error format already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rendered;

/// Makes the body of a problem, for the request with this id.
type MakeBody = dyn Fn(&Problem, Option<&str>) -> Body + Send + Sync;

/// An API's own format of error responses, instead of RFC 9457.
///
/// Set it with [`ApiBuilder::error_format`](crate::ApiBuilder::error_format). It is used for every
/// problem from every source: handlers, extractors, layers, the router and the runtime. The
/// contract describes it, and `TestResponse::problem` expects it.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use fnurl::{Api, ErrorFormat, Place, Problem, Path, get, testing::TestApi};
/// use schemars::JsonSchema;
/// use serde::Serialize;
///
/// #[derive(Serialize, JsonSchema)]
/// struct Errors {
///     errors: BTreeMap<String, Vec<String>>,
/// }
///
/// impl From<&Problem> for Errors {
///     fn from(problem: &Problem) -> Self {
///         let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
///         for violation in problem.violations() {
///             let field = violation.place.name().to_owned();
///             errors.entry(field).or_default().push(violation.message.to_string());
///         }
///         if errors.is_empty() {
///             errors.insert("body".to_owned(), vec![problem.to_string()]);
///         }
///         Self { errors }
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn read(Path(id): Path<u32>) -> String { id.to_string() }
///
/// let api = Api::builder(())
///     .at("/articles/{id}", get(read))
///     .error_format(ErrorFormat::json::<Errors>());
/// let api = TestApi::new(api.build()?);
/// let errors = api.get("/articles/x").await.problem(422);
/// assert_eq!(errors["errors"]["id"][0], "must be a whole number from 0 to 4294967295");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
pub struct ErrorFormat {
    media_type: HeaderValue,
    body: Box<MakeBody>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

impl ErrorFormat {
    /// A JSON body made from the problem, sent as `application/json`.
    ///
    /// `E` is made from the problem, which has all that a client may read: kind, detail, violations
    /// and extension members. See the [example](Self) of the type.
    #[must_use]
    pub fn json<E>() -> Self
    where
        E: for<'a> From<&'a Problem> + Serialize + JsonSchema,
    {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        Self::new::<E, _>(JSON, |problem, _| {
            let body = serde_json::to_vec(&E::from(problem)).unwrap_or_default();
            Bytes::from(body).into()
        })
    }

    /// A body of any media type, made from the problem and the request id (the one in the log).
    /// The contract describes the body as an `E`.
    ///
    /// Status and headers (`Retry-After`, `WWW-Authenticate`, …) are those of the problem.
    ///
    /// ```
    /// use fnurl::{Api, Body, ErrorFormat, get, testing::TestApi};
    /// use http::HeaderValue;
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// const XML: HeaderValue = HeaderValue::from_static("application/xml");
    /// let xml = ErrorFormat::new::<String, _>(XML, |problem, _request_id| {
    ///     Body::from(format!("<error status='{}'/>", problem.status()))
    /// });
    /// let api = Api::builder(()).at("/", get(async || "Hello!")).error_format(xml);
    /// let response = TestApi::new(api.build()?).get("/nowhere").await;
    /// response.assert_text(404, "<error status='404'/>");
    /// assert_eq!(response.header("content-type"), Some("application/xml"));
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn new<E, F>(media_type: HeaderValue, body: F) -> Self
    where
        E: JsonSchema,
        F: Fn(&Problem, Option<&str>) -> Body + Send + Sync + 'static,
    {
        Self {
            media_type,
            body: Box::new(body),
            // Without the feature, nothing refers to it, so the program does not contain it.
            schema: match cfg!(feature = "contract") {
                true => SchemaGenerator::subschema_for::<E>,
                false => |_| Schema::default(),
            },
        }
    }

    fn render(&self, problem: Problem, request_id: Option<&str>) -> Response {
        let mut response = Response::new((self.body)(&problem, request_id));
        *response.status_mut() = problem.kind().status_code();
        *response.headers_mut() = problem.into_headers();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, self.media_type.clone());
        response
    }

    /// The media type of every error response.
    pub(crate) fn media_type(&self) -> &str {
        self.media_type
            .to_str()
            .unwrap_or("application/octet-stream")
    }

    pub(crate) fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        (self.schema)(generator)
    }
}

impl fmt::Debug for ErrorFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ErrorFormat")
            .field(&self.media_type)
            .finish()
    }
}

/// A problem that replaces the handler's response. The runtime found it before or after it called
/// the API. The request passes through all layers and ends here.
///
/// The layers must run even then: a browser shows a page the 504 only if it has the headers of
/// CORS. It lies behind a mutex because request extensions must be `Clone`, and a problem is not.
#[derive(Debug, Clone)]
pub(crate) struct Instead(Arc<std::sync::Mutex<Option<Problem>>>);

impl Instead {
    pub(crate) fn new(problem: Problem) -> Self {
        Self(Arc::new(std::sync::Mutex::new(Some(problem))))
    }

    /// The problem of a request that has one.
    pub(crate) fn take(request: &mut Request) -> Option<Problem> {
        let Self(problem) = request.extensions_mut().remove()?;
        let mut problem = problem
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        problem.take()
    }

    /// Checks whether a request has one.
    pub(crate) fn is_in(request: &Request) -> bool {
        request.extensions().get::<Self>().is_some()
    }
}
