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
//! | put around routes | [`layers`], and any of `tower-http` |
//! | test | [`testing::TestApi`] |
//! | run in Lambda | [`run`] |
//!
//! Short programs are in [`examples`]: [`hello`](examples::hello),
//! [`validated_json`](examples::validated_json), [`layer`](examples::layer),
//! [`stream`](examples::stream) and [`axum_router`](examples::axum_router).

#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(
    not(feature = "contract"),
    expect(
        dead_code,
        reason = "the code that reads descriptions exists, but nothing calls it"
    )
)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod body;
mod conditional;
mod context;
pub mod contract;
#[cfg(feature = "docs")]
pub mod docs;
mod event;
#[cfg(doc)]
pub mod examples;
mod extract;
mod handler;
mod idempotency;
mod invocation;
pub mod layers;
pub mod problem;
mod respond;
mod router;
mod runtime;
pub mod sse {
    //! Server-sent events: [`Sse`] is the response, [`Event`] one event in it.

    pub use crate::respond::{Event, Sse};
}
mod syntax;
pub mod testing;
mod validation;

pub use body::{Body, BoxError, Request, Response};
pub use conditional::{Preconditions, Tags, WithETag};
pub use context::ErrorFormat;
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
pub use idempotency::{Idempotency, IdempotencyScope, Once, OnceRecord, Replayable, WriteOnce};
pub use invocation::{Caller, Invocation, MARGIN};
pub use layers::Produces;
pub use problem::{IntoProblem, Place, Problem, ProblemType, Violation};
#[cfg(feature = "cookies")]
pub use respond::cookies;
pub use respond::{
    Accepted, CacheControl, Created, Ndjson, NoContent, Prefer, Preferred, Redirect, Respond, Sse,
    Streamed, WithLinks, WithStatus,
};
pub use router::{
    Api, ApiBuilder, BuildError, DEFAULT_BODY_LIMIT, HttpService, MatchedRoute, MethodRoutes,
    Mistake, Route, RouteLayer, Routes, TrailingSlash, delete, get, head, on, options, patch, post,
    put, query,
};
pub use runtime::run;
pub use validation::{Input, Unvalidated};
