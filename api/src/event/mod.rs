//! A function URL's JSON: events in, results out. No other module knows the format.
//!
//! ```text
//! {"rawPath": "/items/7", "headers": {…}, "requestContext": {"http": {"method": "GET", …}}, …}
//!   view: borrows the members that a request needs
//!   request: http::Request + Invocation, or a problem
//!     … the API …
//!   response: {"statusCode": 200, "headers": {…}, "cookies": […], "body": "…", …}
//!   streamed: the prelude {"statusCode", "headers", "cookies"}, then the bytes of the body
//! ```
//!
//! Source: AWS Lambda Developer Guide, “Invoking Lambda function URLs”, payload format 2.0.

mod known_headers;
mod request;
mod response;
mod result;
mod streamed;
mod view;

pub(crate) use request::{Read, read, read_again};
pub(crate) use response::BufferedResult;
pub(crate) use result::FunctionResult;
pub(crate) use streamed::Chunks;
