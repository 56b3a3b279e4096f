//! The contract: a description of every operation, made from the types of its handler.
//!
//! Every extractor, response and error describes its part to an [`Operation`]; a walk over the
//! routes of an [`Api`](crate::Api) collects them. Nothing here runs while requests are served.
//!
//! An extractor or response of your own describes itself with the methods of [`Operation`].
//! Everything else needs no code: types are described by their `JsonSchema`, errors by
//! [`IntoProblem::TYPES`](crate::IntoProblem::TYPES), texts by doc comments.

mod ids;
#[cfg(feature = "contract")]
pub mod openapi;
mod operation;
mod schemas;
mod security;
mod words;

pub use operation::{Content, In, Operation, Parameter, ResponseSpec};
pub use security::SecurityScheme;
pub use words::{Described, Words};

use std::sync::Arc;

use crate::message::Settings;
use crate::router::RouteLayer;
use schemas::Schemas;

/// Every operation of an API, and the schemas that they share.
///
/// ```
/// use fnurl::{Api, Json, Path, get};
/// # use schemars::JsonSchema;
/// # use serde::Serialize;
///
/// #[derive(Serialize, JsonSchema)]
/// struct Lamp { watts: u32 }
///
/// async fn read(Path(_id): Path<u64>) -> Json<Lamp> { Json(Lamp { watts: 7 }) }
///
/// let contract = Api::builder(()).at("/lamps/{lampId}", get(read)).build()?.contract();
/// let operation = &contract.operations[0];
/// assert_eq!(operation.parameters[0].name, "lampId");
/// assert!(operation.responses.contains_key(&200));
/// assert_eq!(contract.schemas["Lamp"]["properties"]["watts"]["type"], "integer");
/// # Ok::<(), fnurl::BuildError>(())
/// ```
#[derive(Debug)]
pub struct Contract {
    /// The operations, in the order of their routes.
    pub operations: Vec<Operation>,
    /// The shared schemas by name, as JSON Schema 2020-12. A type that is read and written
    /// differently has two: `Item` and `ItemInput`.
    pub schemas: serde_json::Map<String, serde_json::Value>,
    /// The body of every problem, if the API has its own error format instead of RFC 9457.
    pub error: Option<Content>,
}

/// Describes one operation.
pub(crate) type Describe = fn(&mut Operation);

/// A route, as the contract describes it.
pub(crate) struct DescribedRoute<'a> {
    pub(crate) method: &'a http::Method,
    pub(crate) template: &'a str,
    pub(crate) describe: Describe,
    /// The layers around it, the outermost first.
    pub(crate) layers: &'a [Arc<dyn RouteLayer>],
}

/// Collects the descriptions of all routes into a contract.
///
/// 1. The routes are sorted, so that the names of schemas do not depend on their order: the second
///    `Page` to come gets another name than the first.
/// 2. Each operation is described by its handler and then by its layers, the innermost first: a
///    layer adds to what is there. The schemas travel from one operation to the next.
/// 3. The operations go back to the order of the routes, and get their ids.
/// 4. The schemas for reading and for writing are put together.
pub(crate) fn walk<'a>(
    routes: impl Iterator<Item = DescribedRoute<'a>>,
    api_layers: &[Arc<dyn RouteLayer>],
    settings: &Settings,
) -> Contract {
    let mut schemas = Schemas::default();
    let mut routes: Vec<(usize, DescribedRoute<'a>)> = routes.enumerate().collect();
    // Names of schemas must not depend on the order of the routes.
    routes.sort_by_key(|(_, route)| (route.template, route.method.as_str()));
    let mut operations = Vec::new();
    for (place, route) in routes {
        let method = route.method.clone();
        let mut operation = Operation::new(method, route.template, schemas, settings.clone());
        (route.describe)(&mut operation);
        operation.add_conditional_responses();
        for layer in api_layers.iter().chain(route.layers).rev() {
            layer.describe(&mut operation);
        }
        schemas = operation.take_schemas();
        if operation.summary.is_empty() {
            operation.summary = ids::summary(&operation);
        }
        operations.push((place, operation));
    }
    operations.sort_by_key(|(place, _)| *place);
    let mut operations: Vec<Operation> = operations.into_iter().map(|(_, it)| it).collect();
    ids::assign(&mut operations);
    let error = settings.error_format.as_ref().map(|format| Content {
        media_type: format.media_type().to_owned(),
        schema: Some(format.schema(schemas.writer())),
        item: None,
    });
    let schemas = schemas.finish(&mut operations);
    Contract {
        operations,
        schemas,
        error,
    }
}
