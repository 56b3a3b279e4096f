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
