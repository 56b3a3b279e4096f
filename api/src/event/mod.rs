//! A function URL's JSON, both ways. Nothing else in the crate knows the format.

mod known_headers;
mod request;
mod response;
mod streamed;
mod view;

pub(crate) use request::{Read, read, read_again};
pub(crate) use response::BufferedResult;
pub(crate) use streamed::{Chunks, StreamedResult};
