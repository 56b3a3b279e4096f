//! Text and bytes.

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::Respond;
use crate::contract::Operation;
use crate::message::{Body, Response};
use crate::problem::Problem;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// 200 with this body and its media type. A function URL would call a body without one JSON.
fn response(body: Body, content_type: &'static str) -> Response {
    let mut response = Response::new(body);
    let value = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, value);
    response
}

macro_rules! plain {
    ($($type:ty => $content_type:ident)+) => {
        $(impl Respond for $type {
            fn respond(self) -> Result<Response, Problem> {
                Ok(response(self.into(), $content_type))
            }

            fn describe(operation: &mut Operation) {
                operation.responds_raw($content_type);
            }
        })+
    };
}

plain! {
    String => TEXT
    &'static str => TEXT
    Bytes => BYTES
    Vec<u8> => BYTES
}
