//! `Json` as a response.

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::Serialize;

use super::Respond;
use crate::contract::Operation;
use crate::extract::Json;
use crate::message::Response;
use crate::problem::{INTERNAL_ERROR, Problem};

/// # Problems
/// 500 when the value cannot be written as JSON, such as a map whose keys are not strings.
impl<T: Serialize + JsonSchema> Respond for Json<T> {
    fn respond(self) -> Result<Response, Problem> {
        let body = serde_json::to_vec(&self.0).map_err(|err| INTERNAL_ERROR.hiding(err))?;
        let mut response = Response::new(Bytes::from(body).into());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Ok(response)
    }

    fn describe(operation: &mut Operation) {
        operation.responds::<T>("application/json");
    }
}
