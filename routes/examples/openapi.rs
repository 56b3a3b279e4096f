//! Prints the OpenAPI document of the application. It needs no AWS and no environment.

use std::error::Error;

use models::testing::client_at;
use models::{Store, store::TableSettings};

fn main() -> Result<(), Box<dyn Error>> {
    // Nothing is ever sent there: the document comes from the types.
    let store = Store::new(client_at("http://127.0.0.1:1"), TableSettings::new("none"));
    let document = routes::openapi(store)?;
    print!(
        "# Made from the routes by `make openapi`: change those instead.\n{}",
        serde_yaml_ng::to_string(&document)?
    );
    Ok(())
}
