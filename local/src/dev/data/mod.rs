//! The data folder: tables, the id of the URL, and files that only their owner may read.

pub(super) mod dynamodb;
mod lock;
pub(super) mod private_file;
pub(super) mod secret;
pub(super) mod url_id;

pub(super) use lock::DataLock;
