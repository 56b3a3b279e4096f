//! A real store for tests: the embedded DynamoDB engine, in memory, on a free port.
//!
//! Only with the feature `testing`, which no program turns on.

mod meter;
mod proxy;

pub use meter::{Bill, Meter};
pub use proxy::{Fault, Proxy};

use std::sync::OnceLock;
use std::sync::mpsc::{self, Sender};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use dynoxide::Database;

use crate::ItemId;
use crate::store::{ClientSettings, Store, TableSettings, client};

/// An empty store of its own, in a new table of the embedded engine.
pub async fn embedded_store() -> Store {
    store_at(embedded_endpoint()).await
}

/// An empty store of its own: at `DYNAMODB_LOCAL_URL` where that is set, else embedded.
pub async fn store_at_hand() -> Store {
    match std::env::var("DYNAMODB_LOCAL_URL") {
        Ok(url) => store_at(&url).await,
        Err(_) => embedded_store().await,
    }
}

/// An empty store of its own, in a new table of the engine at this endpoint.
///
/// # Panics
/// The engine does not answer.
pub async fn store_at(endpoint: &str) -> Store {
    let store = Store::new(client_at(endpoint), unique_table());
    let created = store.create_table().await;
    created.unwrap_or_else(|error| panic!("no table at {endpoint}: {error:?}"));
    store
}

/// A client, as the application makes it, of an engine that checks no signatures.
///
/// # Panics
/// The endpoint is no URL.
#[must_use]
pub fn client_at(endpoint: &str) -> Client {
    let settings = ClientSettings {
        region: "eu-central-1".to_owned(),
        endpoint_url: Some(endpoint.to_owned()),
        ca_bundle: None,
        access_key_id: "testing".to_owned(),
        secret_access_key: "testing".to_owned(),
        session_token: None,
    };
    let client = client(&settings).unwrap_or_else(|error| panic!("{error}"));
    // Clients of one region and process share what may be spent on retries: the failures of one
    // test would keep another one from trying again.
    let retries = RetryPartition::new(ItemId::new().to_string());
    let config = client.config().to_builder().retry_partition(retries);
    Client::from_conf(config.build())
}

/// A table that no other test uses, in this run or another one at the same time.
#[must_use]
pub fn unique_table() -> TableSettings {
    TableSettings::new(format!("test-{}", ItemId::new()))
}

/// The URL of the embedded engine of this process, which is started when first asked for and
/// ends with the process.
pub fn embedded_endpoint() -> &'static str {
    static ENDPOINT: OnceLock<String> = OnceLock::new();
    ENDPOINT.get_or_init(|| {
        let (announce, endpoint) = mpsc::channel();
        // The engine works on the thread that serves it: it gets one of its own, with its own
        // runtime, so that it outlives the runtime of the test that came first.
        std::thread::spawn(move || serve(&announce));
        endpoint
            .recv()
            .expect("the engine's thread announces its port or panics, as a test may")
    })
}

fn serve(announce: &Sender<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a test can have a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a test can have a port");
        let address = listener.local_addr().expect("a listener has an address");
        let database = Database::memory().expect("a database in memory opens");
        announce
            .send(format!("http://{address}"))
            .expect("somebody waits for the port");
        let served =
            dynoxide::server::serve_with_shutdown(listener, database, std::future::pending());
        served
            .await
            .expect("the engine serves until the process ends");
    });
}
