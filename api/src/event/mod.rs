//! A function URL's JSON: events in, results out. No other module knows the format.

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
