//! Creating things once: the framework's record of a request is the store's.

use std::time::SystemTime;

use fnurl::{IdempotencyRecord, IdempotentWrite, Problem, WriteOutcome};
use models::{
    IdempotencyRecord as StoredRecord, Item, Store, StoreError, StoredAnswer, User, Written,
};

use crate::store_problems;

/// A thing that is created unless there is a record of the request.
pub(crate) enum Creation {
    Item(Item),
    User(User),
}

/// A creation in a store.
pub(crate) struct Create(pub(crate) Store, pub(crate) Creation);

impl IdempotentWrite for Create {
    type Error = Problem;

    async fn write(self, record: Option<IdempotencyRecord>) -> Result<WriteOutcome, Problem> {
        let Self(store, creation) = self;
        let record = record.map(kept);
        let written = match &creation {
            Creation::Item(item) => store.create_item(item, record.as_ref()).await,
            Creation::User(user) => store.create_user(user, record.as_ref()).await,
        };
        Ok(
            match written.map_err(|error: StoreError| store_problems::of_store(error))? {
                Written::Now => WriteOutcome::Written,
                Written::Earlier(record) => WriteOutcome::Earlier(known(record)),
            },
        )
    }
}

fn kept(record: IdempotencyRecord) -> StoredRecord {
    StoredRecord {
        id: record.id,
        fingerprint: record.fingerprint,
        answer: StoredAnswer {
            status: record.status,
            headers: record.headers,
            body: record.body,
        },
        expires_at: record.expires_at.into(),
    }
}

fn known(record: StoredRecord) -> IdempotencyRecord {
    IdempotencyRecord {
        id: record.id,
        fingerprint: record.fingerprint,
        status: record.answer.status,
        headers: record.answer.headers,
        body: record.answer.body,
        expires_at: SystemTime::from(record.expires_at),
    }
}
