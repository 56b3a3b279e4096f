//! Programs of one screen each, as they are in the folder `examples` and run by
//! `make example NAME=hello`.

/// The smallest API: one route.
#[doc = concat!("```ignore\n", include_str!("../examples/hello.rs"), "```")]
pub mod hello {}

/// A JSON body that cannot reach the handler unvalidated, and an error of its own.
#[doc = concat!("```ignore\n", include_str!("../examples/validated_json.rs"), "```")]
pub mod validated_json {}

/// Layers of `tower-http`: CORS around the whole API, a header on one group.
#[doc = concat!("```ignore\n", include_str!("../examples/layer.rs"), "```")]
pub mod layer {}

/// An axum `Router` that exists already, mounted under a prefix beside new routes.
#[doc = concat!("```ignore\n", include_str!("../examples/axum_router.rs"), "```")]
pub mod axum_router {}

/// Answers that are written while they are sent: lines of JSON, and events.
#[doc = concat!("```ignore\n", include_str!("../examples/stream.rs"), "```")]
pub mod stream {}
