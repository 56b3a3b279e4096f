//! The store: rows in one DynamoDB table, reached through one client.
//!
//! | file | what it knows |
//! |---|---|
//! | `client` | credentials, certificates, timeouts and retries |
//! | `table` | the table and its indexes, and how to create them |
//! | `keys` | the names of attributes and how keys are built |
//! | `rows` | an [`Item`](crate::Item) as a row, and back |
//! | `entity` | what the store must know of a thing that is kept as one row |
//! | `items` | create, read, replace, patch, delete |
//! | `users`, `user_rows` | the same for users, whose e-mail addresses are unique |
//! | `idempotency` | creating a thing along with the record that the request was answered |
//! | `sweeping` | deleting a user along with their items, in steps |
//! | `transaction` | several rows written together or not at all |
//! | `listing` | lists: several partitions asked at once and merged |
//! | `changing` | updating and deleting a row under a precondition: one round trip each |
//! | `condition` | the condition of a write |
//! | `patching` | read, patch, write on the version that was read |
//! | `pause` | waiting before another try |
//! | `export` | everything there is, in constant memory |
//! | `update` | one update expression |
//! | `attempts` | whether a write may have happened although no answer came |
//! | `error` | what can go wrong, in the words of the application |
//!
//! Rules that hold for all of it: every attribute is aliased in expressions, because `name` and
//! others are reserved words; what grows with its input is bounded by the limits of 300 operators and
//! 100 operands of `IN`; no query projects attributes, because both indexes
//! hold all of them; a page ends where there is no `LastEvaluatedKey`, never where it is short.

mod attempts;
mod changing;
mod client;
mod condition;
mod entity;
mod error;
mod export;
mod idempotency;
mod items;
mod keys;
mod listing;
mod patching;
mod pause;
mod rows;
mod sweeping;
mod table;
mod transaction;
mod update;
mod user_rows;
mod users;

use std::fmt::Debug;
use std::num::NonZeroU8;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;

pub use self::client::{ClientError, ClientSettings, client};
pub use self::error::{RowError, StoreError};
pub use self::sweeping::Swept;

use self::attempts::Attempts;
use self::error::late;
use self::keys::Key;

/// The longest that one call of the store may take, retries included.
pub const LONGEST_CALL: Duration = Duration::from_millis(2_500);

/// Which table, and how its lists are spread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSettings {
    /// The table's name.
    pub name: String,

    /// Over how many partitions of an index the list of everything is spread.
    ///
    /// DynamoDB takes 1,000 writes a second on a partition, and each list asks all of them. The
    /// number may grow at any time, since old rows stay where they are; it must never shrink.
    pub list_shards: NonZeroU8,
}

impl TableSettings {
    /// The table of this name, with lists spread over 4 partitions.
    pub fn new(name: impl Into<String>) -> Self {
        const LIST_SHARDS: NonZeroU8 = NonZeroU8::new(4).expect("4 is not 0");
        Self {
            name: name.into(),
            list_shards: LIST_SHARDS,
        }
    }
}

/// Everything the application keeps, in one DynamoDB table. Cheap to clone.
///
/// Each call ends within [`LONGEST_CALL`], or within the time that [`Store::within`] gave.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
    bound: Duration,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    table: TableSettings,
}

impl Store {
    /// The store in this table; nothing is asked of the database yet.
    #[must_use]
    pub fn new(client: Client, settings: TableSettings) -> Self {
        Self {
            shared: Arc::new(Shared {
                client,
                table: settings,
            }),
            bound: LONGEST_CALL,
        }
    }

    /// The same store, whose calls end within this time, or within [`LONGEST_CALL`] if that is
    /// shorter: for the time left of an invocation, less what answering takes.
    ///
    /// It bounds a call as a whole, with its retries and all the queries of a list. A call of no
    /// time at all sends nothing.
    #[must_use]
    pub fn within(&self, bound: Duration) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            bound: bound.min(LONGEST_CALL),
        }
    }

    /// Whether the table answers: reads a row that does not exist. Costs half a read unit, and
    /// needs no permission but that to read.
    ///
    /// # Errors
    /// Whatever keeps the store from reading.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let request = self.client().get_item().table_name(self.table_name());
        let request = request.set_key(Some(Key::of_nothing().attributes()));
        let answer = async { request.send().await.map_err(StoreError::of_read) };
        self.bounded(None, answer).await.map(drop)
    }

    /// Makes one call, so that name lookup, connection and TLS handshake are paid now and not by
    /// the first request. Its failure is only logged: the next call may well succeed.
    pub async fn warm(&self) {
        if let Err(error) = self.ping().await {
            let cause = std::error::Error::source(&error).map(tracing::field::display);
            tracing::warn!(%error, cause, "the store could not be warmed");
        }
    }

    fn client(&self) -> &Client {
        &self.shared.client
    }

    fn table_name(&self) -> &str {
        &self.shared.table.name
    }

    fn list_shards(&self) -> NonZeroU8 {
        self.shared.table.list_shards
    }

    /// The outcome of `work`, if there is one in time. `attempts` watches the work, if it writes.
    ///
    /// The futures of the SDK are large, and each future that they are part of would move them:
    /// what is boxed here is moved once.
    fn bounded<T>(
        &self,
        attempts: Option<&Attempts>,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> impl Future<Output = Result<T, StoreError>> {
        let bound = self.bound;
        let work = Box::pin(work);
        async move {
            // A timer polls the work before it looks at the clock, and that alone can send a write.
            if bound.is_zero() {
                return Err(late(bound, false));
            }
            let outcome = tokio::time::timeout(bound, work).await;
            outcome.unwrap_or_else(|_| {
                let outcome_unknown = attempts.is_some_and(Attempts::leave_outcome_unknown);
                Err(late(bound, outcome_unknown))
            })
        }
    }
}
