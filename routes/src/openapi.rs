//! The contract that this program was built with.

use fnurl::docs::{Gzipped, Published};

/// `openapi.yaml`, in both its forms. The build script has compressed it.
pub const CONTRACT: Published = Published {
    json: Gzipped::new(include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz"))),
    yaml: Gzipped::new(include_bytes!(concat!(env!("OUT_DIR"), "/openapi.yaml.gz"))),
};
