//! The contract: what the types of handlers say about their operations.
//!
//! Every extractor, response and error describes its part to an [`Operation`]; a walk over the
//! routes of an [`Api`](crate::Api) collects them. Nothing here runs while requests are served.

#[cfg(feature = "contract")]
pub mod openapi;
mod operation;

pub use operation::{Content, In, Operation, Parameter, ResponseSpec};

use crate::context::Settings;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;

/// Every operation of an API, and the schemas that they share.
#[derive(Debug)]
pub struct Contract {
    /// The operations, in the order of their routes.
    pub operations: Vec<Operation>,
    /// The shared schemas by name, as JSON Schema 2020-12.
    pub schemas: serde_json::Map<String, serde_json::Value>,
    /// The body of every problem, where it is not that of RFC 9457.
    pub error: Option<Content>,
}

/// Describes one operation.
pub(crate) type Describe = fn(&mut Operation);

pub(crate) fn walk<'a>(
    routes: impl Iterator<Item = (&'a http::Method, &'a str, Describe)>,
    settings: &Settings,
) -> Contract {
    let generated = SchemaSettings::draft2020_12().with(|it| {
        it.definitions_path = "/components/schemas".into();
        it.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(generated);
    let mut operations = Vec::new();
    for (method, template, describe) in routes {
        let mut operation = Operation::new(method.clone(), template, generator, settings.clone());
        describe(&mut operation);
        operation.add_conditional_answers();
        generator = operation.take_generator();
        operations.push(operation);
    }
    let error = settings.error_format.as_ref().map(|format| Content {
        media_type: format.media_type().to_owned(),
        schema: Some(format.schema(&mut generator)),
    });
    Contract {
        operations,
        error,
        schemas: generator.take_definitions(true),
    }
}
