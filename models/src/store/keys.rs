//! The names of attributes, and how keys are built from ids.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hasher;
use std::num::NonZeroU8;

use aws_sdk_dynamodb::types::AttributeValue;
use fnv::FnvHasher;

use crate::id::{Id, Kind};
use crate::{ItemId, UserId};

/// A row, or a part of one: what the client calls an item.
pub(super) type Row = HashMap<String, AttributeValue>;

// Every row.
pub(super) const PK: &str = "pk";
pub(super) const SK: &str = "sk";
pub(super) const KIND: &str = "kind";
/// When the row ends to be, in seconds since 1970: the attribute that DynamoDB's TTL reads.
pub(super) const EXPIRES_AT: &str = "expiresAt";
/// The last write of the row, so that a write that is sent twice knows itself again.
pub(super) const WRITE_TOKEN: &str = "writeToken";

// The keys of the indexes.
pub(super) const ID: &str = "id";
pub(super) const OWNER_ID: &str = "ownerId";
pub(super) const LIST_SHARD: &str = "listShard";

// The content of items and users.
pub(super) const NAME: &str = "name";
pub(super) const DESCRIPTION: &str = "description";
pub(super) const PRICE: &str = "price";
pub(super) const AMOUNT: &str = "amount";
pub(super) const CURRENCY: &str = "currency";
pub(super) const TAGS: &str = "tags";
pub(super) const VERSION: &str = "version";
pub(super) const CREATED_AT: &str = "createdAt";
pub(super) const UPDATED_AT: &str = "updatedAt";
pub(super) const EMAIL: &str = "email";
/// The e-mail address as it is compared.
pub(super) const SAME_EMAIL: &str = "sameEmail";
// The content of an idempotency record.
pub(super) const REQUEST: &str = "request";
pub(super) const FINGERPRINT: &str = "fingerprint";
pub(super) const STATUS: &str = "status";
pub(super) const HEADERS: &str = "headers";
pub(super) const BODY: &str = "body";

/// The user that an e-mail address is taken by. Not [`OWNER_ID`]: the row belongs to no index.
pub(super) const USER_ID: &str = "userId";

/// An index: its name, and its partition key; the sort key of all is [`ID`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) name: &'static str,
    pub(super) partition_key: &'static str,
}

/// One user's items, newest first.
pub(super) const BY_OWNER: Index = Index {
    name: "byOwner",
    partition_key: OWNER_ID,
};

/// All rows of a kind, newest first within a shard.
pub(super) const BY_CREATION: Index = Index {
    name: "byCreation",
    partition_key: LIST_SHARD,
};

/// The kind of the rows that hold items.
pub(super) const ITEM: &str = "item";
/// The kind of the rows that hold users.
pub(super) const USER: &str = "user";
/// The kind of the rows that say which e-mail addresses are taken.
pub(super) const TAKEN_EMAIL: &str = "email";
/// The kind of the rows that say which requests had their effect.
pub(super) const IDEMPOTENCY: &str = "idempotency";

/// The key of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pk: String,
    sk: &'static str,
}

impl Key {
    /// A key that no row has.
    pub(super) fn of_nothing() -> Self {
        Self {
            pk: "NOTHING".to_owned(),
            sk: "NOTHING",
        }
    }

    pub(super) fn of_item(id: ItemId) -> Self {
        Self {
            pk: format!("ITEM#{id}"),
            sk: "ITEM",
        }
    }

    pub(super) fn of_user(id: UserId) -> Self {
        Self {
            pk: format!("USER#{id}"),
            sk: "USER",
        }
    }

    /// The key of the row that says who has this e-mail address, as it is compared.
    pub(super) fn of_email(same_email: &str) -> Self {
        Self {
            pk: format!("EMAIL#{same_email}"),
            sk: "EMAIL",
        }
    }

    /// The key of the record of a request.
    pub(super) fn of_idempotency(id: &str) -> Self {
        Self {
            pk: format!("IDEMPOTENCY#{id}"),
            sk: "IDEMPOTENCY",
        }
    }

    pub(super) fn attributes(self) -> Row {
        HashMap::from([text(PK, self.pk), text(SK, self.sk)])
    }
}

/// The attribute of this name with this text.
pub(super) fn text(name: &str, value: impl Display) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::S(value.to_string()))
}

/// The attribute of this name with this number.
pub(super) fn number(name: &str, value: impl Display) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::N(value.to_string()))
}

/// The partition of [`BY_CREATION`] where a new row of this kind goes.
pub(super) fn list_shard<K: Kind>(kind: &str, id: Id<K>, shards: NonZeroU8) -> String {
    let mut hash = FnvHasher::default();
    hash.write(id.as_bytes());
    shard_name(kind, hash.finish() % u64::from(shards.get()))
}

/// All partitions of [`BY_CREATION`] that hold rows of this kind.
pub(super) fn list_shards(kind: &'static str, shards: NonZeroU8) -> impl Iterator<Item = String> {
    (0..u64::from(shards.get())).map(move |shard| shard_name(kind, shard))
}

fn shard_name(kind: &str, shard: u64) -> String {
    format!("{kind}s#{shard}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn items_are_spread_evenly_over_the_shards_that_lists_ask() {
        for shards in [1, 2, 3, 4, 8, 16] {
            let shards = NonZeroU8::new(shards).unwrap();
            let mut counts: BTreeMap<_, u32> =
                list_shards(ITEM, shards).map(|name| (name, 0)).collect();
            assert_eq!(counts.len(), usize::from(shards.get()));
            for _ in 0..4_000 {
                *counts
                    .get_mut(&list_shard(ITEM, ItemId::new(), shards))
                    .unwrap() += 1;
            }
            let fair = 4_000 / u32::from(shards.get());
            assert!(counts.values().all(|&count| count > fair / 2), "{counts:?}");
        }
    }

    #[test]
    fn the_shard_of_an_id_is_the_same_in_every_build() {
        let id: ItemId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let shards = NonZeroU8::new(4).unwrap();
        assert_eq!(list_shard(ITEM, id, shards), "items#3");
        assert_eq!(list_shard(USER, id, shards), "users#3");
    }
}
