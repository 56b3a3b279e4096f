//! Items: create, read, replace, patch, delete; one round trip, unless a patch or a new owner.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure as OnFailure};

use super::Store;
use super::attempts::Attempts;
use super::changing::{Change, Changed, Joint};
use super::condition::Condition;
use super::error::StoreError;
use super::keys::*;
use super::rows::{WriteToken, item_row, price_value, tags_value};
use super::transaction::Action;
use super::update::Update;
use crate::{Expected, IdempotencyRecord, Item, ItemId, NewItem, Timestamp, UserId, Written};

impl Store {
    /// Keeps a new item, as [`Item::new`] makes it, and along with it the record of the request,
    /// if there is one: unless the request had its effect before.
    ///
    /// Costs two write units up to 1 KB: the row, and its entry in the list of all items. With an
    /// owner, who must exist, it is a transaction of six units; the record is two more units for
    /// each KB, and makes it one too.
    ///
    /// # Errors
    /// [`StoreError::NoSuchOwner`], [`StoreError::TooLarge`], [`StoreError::Throttled`],
    /// [`StoreError::Unavailable`], [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn create_item(
        &self,
        item: &Item,
        record: Option<&IdempotencyRecord>,
    ) -> Result<Written, StoreError> {
        let attempts = Attempts::default();
        let work = self.keep_item(item, record, &attempts);
        self.bounded(Some(&attempts), work).await
    }

    /// The item as it is now.
    ///
    /// The read is strongly consistent: whoever has created or replaced an item must not be told
    /// of the time before. That costs one read unit up to 4 KB instead of a half.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Throttled`], [`StoreError::Unavailable`],
    /// [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn read_item(&self, id: ItemId) -> Result<Item, StoreError> {
        self.bounded(None, self.read_row(id)).await
    }

    /// Replaces an item as a whole, if it is in a version that is expected, and returns it with
    /// the next version.
    ///
    /// Costs two write units up to 1 KB, and three if the item has an owner. A new owner must
    /// exist, which takes a second round trip with a transaction: six units. A write that is
    /// refused costs its unit as well.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Changed`], [`StoreError::TooManyVersions`],
    /// [`StoreError::NoSuchOwner`], [`StoreError::TooLarge`], [`StoreError::Throttled`],
    /// [`StoreError::Unavailable`], [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn replace_item(
        &self,
        id: ItemId,
        new: NewItem,
        expected: &Expected,
    ) -> Result<Item, StoreError> {
        let attempts = Attempts::default();
        let work = self.update_item(id, new, expected, &attempts);
        self.bounded(Some(&attempts), work).await
    }

    /// Patches an item that is in a version that is expected, and returns it as it is then.
    ///
    /// `patch` gets the item as a client would describe it and returns how it shall be; an error
    /// of its ends the call. It is asked again, up to three times, when somebody else has changed
    /// the item meanwhile and the new version is expected too; after that the store is
    /// [`Throttled`](StoreError::Throttled). What comes out as it was is not written: version and
    /// `updatedAt` stay.
    ///
    /// Costs a read as of [`Store::read_item`] and a write as of [`Store::replace_item`].
    ///
    /// # Errors
    /// What `patch` returns, or what [`Store::replace_item`] does.
    pub async fn patch_item<E: From<StoreError>>(
        &self,
        id: ItemId,
        expected: &Expected,
        patch: impl Fn(NewItem) -> Result<NewItem, E>,
    ) -> Result<Item, E> {
        self.patch(id, expected, patch).await
    }

    /// Deletes an item, if it is in a version that is expected. Costs two write units
    /// up to 1 KB, and three if it has an owner.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none, [`StoreError::Changed`],
    /// [`StoreError::TooManyVersions`], [`StoreError::Throttled`], [`StoreError::Unavailable`],
    /// [`StoreError::Refused`].
    pub async fn delete_item(&self, id: ItemId, expected: &Expected) -> Result<(), StoreError> {
        let attempts = Attempts::default();
        let condition = Condition::present().expecting(expected)?;
        let work = self.delete_row::<Item>(id, condition, &attempts);
        self.bounded(Some(&attempts), work).await
    }

    async fn keep_item(
        &self,
        item: &Item,
        record: Option<&IdempotencyRecord>,
        attempts: &Attempts,
    ) -> Result<Written, StoreError> {
        if item.owner_id.is_none() && record.is_none() {
            return self.put_item(item, attempts).await;
        }
        let token = WriteToken::new();
        let row = item_row(item, self.list_shards(), token);
        let mut actions = vec![(Action::put(self, row, Condition::absent())?, id_taken())];
        if let Some(owner) = item.owner_id {
            actions.push((self.owner_exists(owner)?, StoreError::NoSuchOwner(owner)));
        }
        self.create_once(actions, record, token, attempts).await
    }

    fn owner_exists(&self, owner: UserId) -> Result<Action, StoreError> {
        Action::check(self, Key::of_user(owner), Condition::present())
    }

    async fn put_item(&self, item: &Item, attempts: &Attempts) -> Result<Written, StoreError> {
        let (token, condition) = (WriteToken::new(), Condition::absent());
        let request = self
            .client()
            .put_item()
            .table_name(self.table_name())
            .set_item(Some(item_row(item, self.list_shards(), token)))
            .condition_expression(condition.expression())
            .set_expression_attribute_names(Some(condition.names))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let Err(error) = request
            .customize()
            .interceptor(attempts.clone())
            .send()
            .await
        else {
            return Ok(Written::Now);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                // The row is there: our own, by an attempt whose answer was lost.
                let is_ours = failed.item().is_some_and(|row| token.wrote(row));
                is_ours.then_some(Written::Now).ok_or_else(id_taken)
            }
            _ => Err(StoreError::of_write(
                error,
                attempts.leave_outcome_unknown(),
            )),
        }
    }

    pub(super) async fn update_item(
        &self,
        id: ItemId,
        new: NewItem,
        expected: &Expected,
        attempts: &Attempts,
    ) -> Result<Item, StoreError> {
        let token = WriteToken::new();
        let change = Change {
            update: replacement(&new, token, Timestamp::now()),
            token,
            expected,
            kept: new.owner_id.map(|owner| (OWNER_ID, owner_value(owner))),
        };
        match self.change_row::<Item>(id, change, attempts).await? {
            Changed::Made(item) => Ok(item),
            Changed::NotKept(stored) => {
                let joint = |stored: &Item| self.change_of_owner(stored, &new);
                self.change_jointly(stored, expected, joint, attempts).await
            }
        }
    }

    /// Replaces the item provided that its new owner exists.
    fn change_of_owner(&self, stored: &Item, new: &NewItem) -> Result<Joint<Item>, StoreError> {
        let (token, now) = (WriteToken::new(), Timestamp::now());
        let check = |owner| Ok((self.owner_exists(owner)?, StoreError::NoSuchOwner(owner)));
        let others = new.owner_id.into_iter().map(check);
        Ok(Joint {
            update: replacement(new, token, now),
            token,
            after: Item {
                id: stored.id,
                version: stored.version + 1,
                created_at: stored.created_at,
                updated_at: now,
                ..Item::new(new.clone())
            },
            others: others.collect::<Result<_, _>>()?,
        })
    }
}

/// What replacing does to the row: all of the content, and none of the keys but the owner.
fn replacement(new: &NewItem, token: WriteToken, now: Timestamp) -> Update {
    let description = new.description.clone();
    Update::default()
        .set_or_remove(OWNER_ID, new.owner_id.map(owner_value))
        .set(NAME, AttributeValue::S(new.name.clone()))
        .set_or_remove(DESCRIPTION, description.map(AttributeValue::S))
        .set_or_remove(PRICE, new.price.as_ref().map(price_value))
        .set(TAGS, tags_value(&new.tags))
        .increment(VERSION)
        .set(UPDATED_AT, AttributeValue::S(now.to_string()))
        .set(WRITE_TOKEN, token.value())
}

fn owner_value(owner: UserId) -> AttributeValue {
    AttributeValue::S(owner.to_string())
}

/// Two random ids were equal, which nobody will see; the next attempt has another id.
pub(super) fn id_taken() -> StoreError {
    StoreError::Unavailable {
        outcome_unknown: false,
        source: "the new id is taken".into(),
    }
}
