//! The application: items and users on DynamoDB, over HTTP.
//!
//! | file | what is in it |
//! |---|---|
//! | `health` | is the process up, is the table there |
//! | `items`, `users` | their routes and handlers |
//! | `store_problems` | the problem for each failure of the store |
//! | `pages`, `creation` | lists in pages; creations that a repeated request does not repeat |
//! | `timed_store` | the store, bounded by the time that the invocation has left |
//! | `openapi`, `words` | the contract as it is served, and the words in it |
//! | `config` | environment → [`Config`], every complaint at once |

#![warn(missing_docs)]

mod config;
mod creation;
mod health;
mod items;
mod openapi;
mod pages;
mod store_problems;
mod timed_store;
mod users;
#[cfg(feature = "contract")]
mod words;

pub use config::{Config, ConfigError};
pub use openapi::CONTRACT;
#[cfg(feature = "contract")]
pub use words::openapi;

use fnurl::{Api, BuildError};
use models::store::{ClientError, client};
use models::{Store, StoreError};

/// The most bytes that a request's body can have. The largest item, with every character
/// escaped, has about 30 KB.
const BODY_LIMIT: usize = 64 * 1024;

/// The whole API.
///
/// # Errors
/// A mistake in the routes.
pub fn api(store: Store) -> Result<Api, BuildError> {
    Api::builder(store)
        .body_limit(BODY_LIMIT)
        .routes([
            health::routes(),
            items::routes(),
            items::export_routes(),
            users::routes(),
        ])
        .published_docs("/docs", CONTRACT)
        .build()
}

/// Opens the store and makes the API, during the init phase of an instance.
///
/// # Errors
/// What kept the program from starting, in words for whoever configured it.
pub async fn start(config: Config) -> Result<Api, StartError> {
    let store = Store::new(client(&config.client)?, config.table);
    if config.create_table {
        store.create_table().await.map_err(StartError::Table)?;
    } else {
        store.warm().await;
    }
    Ok(api(store)?)
}

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment is incomplete or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The DynamoDB client cannot be made from the settings.
    #[error("the DynamoDB client cannot be made: {0}")]
    Client(#[from] ClientError),
    /// The table was to be created and could not be.
    #[error("the table could not be created: {0:?}")]
    Table(#[source] StoreError),
    /// The routes contradict each other.
    #[error(transparent)]
    Routes(#[from] BuildError),
}
