//! The engines that the suite runs on, and an empty store on each.

use std::io::Write;
use std::num::NonZeroU8;
use std::sync::Once;

use aws_sdk_dynamodb::Client;
use models::store::{Store, TableSettings};
use models::testing::{client_at, embedded_endpoint, unique_table};
use models::{Item, NewItem, NewUser, StoreError, User, UserId, Written};

use crate::deployed_table::create_deployed_table;

/// A store with an empty table of its own, and what is needed to look behind it.
pub(crate) struct Subject {
    pub(crate) store: Store,
    pub(crate) client: Client,
    pub(crate) table: TableSettings,
    pub(crate) endpoint: String,
}

impl Subject {
    async fn at(endpoint: String) -> Self {
        let client = client_at(&endpoint);
        let table = unique_table();
        let store = Store::new(client.clone(), table.clone());
        create_deployed_table(&client, &table.name).await;
        // Refuses a table that is there with other keys or indexes.
        store.create_table().await.unwrap();
        Self {
            store,
            client,
            table,
            endpoint,
        }
    }

    /// A store on the same table that is reached another way.
    pub(crate) fn through(&self, client: Client) -> Store {
        Store::new(client, self.table.clone())
    }

    /// The same, with all items in one list shard.
    pub(crate) fn with_one_shard(self) -> Self {
        let store = self.with_shards(1);
        let list_shards = NonZeroU8::MIN;
        let table = TableSettings {
            list_shards,
            ..self.table
        };
        Self {
            store,
            table,
            ..self
        }
    }

    /// A store on the same table with another number of list shards.
    pub(crate) fn with_shards(&self, shards: u8) -> Store {
        let list_shards = NonZeroU8::new(shards).unwrap();
        let table = TableSettings {
            list_shards,
            ..self.table.clone()
        };
        Store::new(self.client.clone(), table)
    }
}

/// Runs a test on an empty store of each engine.
pub(crate) async fn on_each_engine(test: impl AsyncFn(Subject)) {
    println!("on the embedded engine");
    test(Subject::at(embedded_endpoint().to_owned()).await).await;
    match std::env::var("DYNAMODB_LOCAL_URL") {
        Ok(url) => {
            println!("on DynamoDB Local at {url}");
            test(Subject::at(url).await).await;
        }
        Err(_) => say_once_that_half_is_skipped(),
    }
}

/// Straight to the terminal: the test harness would swallow it while the tests pass.
fn say_once_that_half_is_skipped() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let words = "\nSKIPPED: the store was not tested on DynamoDB Local. Start it and set \
                     DYNAMODB_LOCAL_URL, such as http://127.0.0.1:8000, to test on both.\n\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
    });
}

/// Creating what is described, in one step and without an idempotency record.
pub(crate) trait Create {
    async fn create(&self, new: NewItem) -> Result<Item, StoreError>;
    async fn sign_up(&self, new: NewUser) -> Result<User, StoreError>;
}

impl Create for Store {
    async fn create(&self, new: NewItem) -> Result<Item, StoreError> {
        let item = Item::new(new);
        let written = self.create_item(&item, None).await?;
        assert_eq!(written, Written::Now);
        Ok(item)
    }

    async fn sign_up(&self, new: NewUser) -> Result<User, StoreError> {
        let user = User::new(new);
        let written = self.create_user(&user, None).await?;
        assert_eq!(written, Written::Now);
        Ok(user)
    }
}

/// Creates so many items, and returns them oldest first.
pub(crate) async fn create_items(store: &Store, count: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for number in 0..count {
        items.push(
            store
                .create(NewItem::named(format!("item {number}")))
                .await
                .unwrap(),
        );
    }
    items
}

/// Creates a user whom items can belong to.
pub(crate) async fn new_user(store: &Store) -> UserId {
    let new = NewUser {
        email: format!("{}@example.org", UserId::new()),
        name: "Ada".to_owned(),
    };
    store.sign_up(new).await.unwrap().id
}
