//! REST APIs behind an AWS Lambda **function URL**: typed, validated handlers, one program.
//!
//! A function URL hands every request to the function as one JSON event. `fnurl` turns it into an
//! [`http`] request, finds the route, extracts and validates the handler's arguments, and turns
//! the handler's return value into the function's result:
//!
//! ```text
//! event (JSON) → http::Request → layers (tower) → router (matchit) → extractors → handler
//! result (JSON) ← http::Response ← layers       ← response, or a problem (RFC 9457)
//! ```
//!
//! The handler's signature is its contract. A request that is not valid never reaches the handler;
//! the response is problem details that list every broken rule:
//!
//! ```
//! use fnurl::{Api, Created, Json, Path, State, get, post, testing::TestApi};
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//! use validator::Validate;
//!
//! #[derive(Deserialize, Serialize, Validate, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct Note {
//!     #[validate(length(min = 1, max = 280))]
//!     text: String,
//! }
//!
//! async fn create(Json(note): Json<Note>) -> Created<Json<Note>> {
//!     Created::at("/notes/1", Json(note))
//! }
//!
//! async fn greet(State(greeting): State<&'static str>, Path(name): Path<String>) -> String {
//!     format!("{greeting}, {name}!")
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let api = Api::builder("Hello")
//!     .at("/notes", post(create))
//!     .at("/greetings/{name}", get(greet))
//!     .build()?;
//!
//! let api = TestApi::new(api);
//! api.get("/greetings/Ada").await.assert_text(200, "Hello, Ada!");
//! let problem = api.post("/notes").json(&serde_json::json!({"text": ""})).await.problem(422);
//! assert_eq!(problem["errors"][0]["pointer"], "/text");
//! # Ok::<(), fnurl::BuildError>(()) }).unwrap();
//! ```
//!
//! | to | see |
//! |---|---|
//! | put routes together | [`Routes`], [`Api`], [`get`], [`post`], … |
//! | read a request | [`Path`], [`Query`], [`Json`], [`Form`], [`Header`], [`Cookies`], [`State`], [`Caller`], [`SourceIp`], [`Invocation`], [`Preconditions`], [`Patch`], [`Idempotency`], [`Prefer`] |
//! | respond | [`Json`], [`Created`], [`NoContent`], [`WithETag`], [`WithLinks`], [`CacheControl`], [`Redirect`], [`Streamed`], [`Ndjson`], [`Sse`], [`Respond`] |
//! | refuse | [`Problem`], [`ProblemType`], [`IntoProblem`] |
//! | wrap routes | [`layers`], and the layers of `tower-http` |
//! | test | [`testing::TestApi`] |
//! | run in Lambda | [`run`] |
//!
//! Short programs are in [`examples`]: [`hello`](examples::hello),
//! [`validated_json`](examples::validated_json), [`layer`](examples::layer),
//! [`stream`](examples::stream) and [`axum_router`](examples::axum_router).
//!
//! # What happens to a request
//!
//! 1. The event becomes an [`http::Request`]. One that cannot be read is refused with 400, 414 or
//!    431.
//! 2. The path is put into one form (RFC 3986 §6.2.2.2), and the route is looked up. `%2F` stays
//!    inside its segment.
//! 3. The layers of the API run, the outermost first; also for a path that has no route (404).
//! 4. The method is looked up (405, OPTIONS), the size of the body is checked (413), and the path
//!    parameters are decoded (400).
//! 5. The layers of the group and of the route run.
//! 6. The handler's arguments are extracted from left to right. The first problem ends the request,
//!    but all broken rules of all arguments are put together in one 422.
//! 7. The handler runs. Shortly before the function's timeout its future is dropped: 504.
//! 8. A read with `If-None-Match` or `If-Match` may become 304 or 412.
//! 9. The response becomes the function's result. One that is too large is replaced by a 500.
//!
//! A problem leaves through the same layers, in the same format, wherever it comes from. The cause
//! of a 5xx is only in the log, under the request id that the client reads in `instance`.
//!
//! # Cargo features
//!
//! | feature | | adds |
//! |---|---|---|
//! | `contract` | on by default | the description of the handlers, and OpenAPI documents |
//! | `macros` | on by default | the attribute `operation` |
//! | `docs` | | `ApiBuilder::docs`: the document and a page to read and try it |
//! | `cookies` | | `cookies::WithCookies`: responses that set cookies |
//! | `compression` | | `layers::Compression` |
//! | `cors` | | `layers::Cors` |
//! | `contract-testing` | for tests | `TestApi::assert_contract`, `TestApi::disagreements` |
//!
//! # Environment variables
//!
//! | variable | value |
//! |---|---|
//! | `FNURL_INVOKE_MODE` | `buffered` (the default) or `stream`: as the function URL does |
//! | `AWS_LAMBDA_LOG_FORMAT` | `JSON` or `Text`; Lambda sets it from the function's configuration |
//! | `AWS_LAMBDA_LOG_LEVEL` | `TRACE`, `DEBUG`, `INFO` (the default), `WARN`, `ERROR` or `FATAL` |
//! | `AWS_LAMBDA_RUNTIME_API` | set by Lambda and by `fnurl dev`; [`run`] fails without it |
//!
//! # Limits
//!
//! | limit | value | see |
//! |---|---|---|
//! | size of a request body | 1 MiB unless set | [`ApiBuilder::body_limit`] |
//! | path and query | 65,534 bytes | [`problem::URI_TOO_LONG`] |
//! | depth of JSON | 127 levels | [`Json`] |
//! | mistakes in one response | 100, and the number of the others | [`Problem::more_violations`] |
//! | arguments of a handler | 12 | [`Handler`] |
//! | buffered response | 6 MiB as JSON | [`problem::RESPONSE_TOO_LARGE`] |
//! | time that is kept back for a 504 | 100 ms | [`DEADLINE_MARGIN`] |
//! | idempotency key | 255 characters, kept for a day | [`Idempotency`] |

#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(
    not(feature = "contract"),
    expect(
        dead_code,
        reason = "the code that reads descriptions exists, but nothing calls it"
    )
)]

mod conditional;
pub mod contract;
#[cfg(feature = "docs")]
pub mod docs;
mod event;
#[cfg(doc)]
pub mod examples {
    //! Short programs from the folder `examples`. Run one with `make example NAME=hello`.

    /// The smallest API: one route.
    #[doc = concat!("```ignore\n", include_str!("../examples/hello.rs"), "```")]
    pub mod hello {}

    /// A JSON body that is validated before the handler runs, and an application error.
    #[doc = concat!("```ignore\n", include_str!("../examples/validated_json.rs"), "```")]
    pub mod validated_json {}

    /// Layers of `tower-http`: CORS around the whole API, a header on one group.
    #[doc = concat!("```ignore\n", include_str!("../examples/layer.rs"), "```")]
    pub mod layer {}

    /// An existing axum `Router`, mounted under a prefix next to new routes.
    #[doc = concat!("```ignore\n", include_str!("../examples/axum_router.rs"), "```")]
    pub mod axum_router {}

    /// Streamed responses: lines of JSON, and server-sent events.
    #[doc = concat!("```ignore\n", include_str!("../examples/stream.rs"), "```")]
    pub mod stream {}
}
mod extract;
mod handler;
mod idempotency;
pub mod layers;
mod message;
pub mod problem;
mod respond;
mod router;
mod runtime;
pub mod sse {
    //! Server-sent events: [`Sse`] is the response, [`Event`] one event in it.
    //!
    //! A browser that loses the connection opens it again, and sends the id of the last event:
    //!
    //! ```
    //! use fnurl::sse::{Event, Sse};
    //! use futures_util::stream;
    //! use http::HeaderMap;
    //!
    //! async fn numbers(headers: HeaderMap) -> Sse {
    //!     let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    //!     let first: u32 = last.and_then(|id| id.parse().ok()).map_or(1, |last: u32| last + 1);
    //!     let events = (first..=10).map(|number| {
    //!         let id = number.to_string();
    //!         Ok::<_, std::io::Error>(Event::text("tick").named("number").id(&id))
    //!     });
    //!     Sse::new(stream::iter(events))
    //! }
    //! # let _ = fnurl::get::<(), _>(numbers);
    //! ```
    //!
    //! Source: WHATWG HTML §9.2.

    pub use crate::respond::{Event, Sse};
}
/// The programs of the guide, compiled and run by the tests of this crate.
#[cfg(doctest)]
#[doc = include_str!("../../docs/contract.md")]
mod guide {}
mod syntax;
pub mod testing;
mod validation;

pub use conditional::{ETags, Preconditions, WithETag};
pub use extract::{
    Change, Cookies, Extract, Form, FromState, Header, HeaderField, Json, MaybeExtract, Patch,
    Path, PathInput, PathReads, Query, QueryReads, Reads, SourceIp, State,
};
/// Adds a handler's doc comment to the contract. If the function cannot be a handler, the compiler
/// names the argument and the missing trait. Optional: everything also works without it.
///
/// The first paragraph of the comment is the operation's summary, the rest its description.
/// Settings: `id = "…"` instead of the one made from the function's path, `tag = "…"`,
/// `deprecated`, and `state = App` if your own extractors need the API's state.
///
/// ```
/// use fnurl::{Api, Json, Unvalidated, get, operation, testing::TestApi};
///
/// /// Lists lamps.
/// ///
/// /// Newest first.
/// #[operation(tag = "lamps")]
/// async fn list() -> Json<Unvalidated<Vec<String>>> {
///     Json(Unvalidated(Vec::new()))
/// }
///
/// let api = Api::builder(()).at("/lamps", get(list)).build()?;
/// let operation = &api.contract().operations[0];
/// assert_eq!(operation.summary, "Lists lamps");
/// assert_eq!(operation.description, "Newest first.");
/// # Ok::<(), fnurl::BuildError>(())
/// ```
#[cfg(feature = "macros")]
pub use fnurl_macros::operation;
pub use handler::Handler;
#[doc(hidden)]
pub use handler::checks as __private;
pub use idempotency::{
    Idempotency, IdempotencyRecord, IdempotencyScope, IdempotentWrite, Replayable, WriteOutcome,
};
pub use layers::Produces;
pub use message::{
    Body, BoxError, Caller, DEADLINE_MARGIN, ErrorFormat, Invocation, Request, Response,
};
pub use problem::{IntoProblem, Place, Problem, ProblemType, Violation};
#[cfg(feature = "cookies")]
pub use respond::cookies;
pub use respond::{
    Accepted, CacheControl, Created, Ndjson, NoContent, Prefer, Redirect, Respond, Sse, Streamed,
    WithLinks, WithPreferenceApplied, WithStatus,
};
pub use router::{
    Api, ApiBuilder, BuildError, DEFAULT_BODY_LIMIT, HttpService, MatchedRoute, MethodRoutes,
    Route, RouteError, RouteLayer, Routes, TrailingSlash, delete, get, head, on, options, patch,
    post, put, query,
};
pub use runtime::run;
pub use validation::{Input, Unvalidated};
