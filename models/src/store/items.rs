//! Items: create, read, replace, delete, each in one round trip.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure as OnFailure};

use super::Store;
use super::attempts::Attempts;
use super::changing::{Change, Changed};
use super::condition::Condition;
use super::error::StoreError;
use super::keys::*;
use super::rows::{WriteToken, item_row, price_value, tags_value};
use super::update::Update;
use crate::{Expected, Item, ItemId, NewItem, Timestamp};

impl Store {
    /// Keeps a new item, under a new id and as version 1.
    ///
    /// Costs three write units up to 1 KB: the row, and its entry in each index.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], [`StoreError::Throttled`], [`StoreError::Unavailable`],
    /// [`StoreError::Refused`].
    pub async fn create_item(&self, new: NewItem) -> Result<Item, StoreError> {
        let attempts = Attempts::default();
        let item = new_item(new);
        self.bounded(Some(&attempts), self.put_item(item, &attempts))
            .await
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
    /// Costs what [`Store::create_item`] costs, and more when the owner changes. A write that is
    /// refused costs one write unit as well.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Changed`], [`StoreError::TooManyVersions`],
    /// [`StoreError::TooLarge`], [`StoreError::Throttled`],
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

    /// Deletes an item, if it is in a version that is expected. Costs what [`Store::create_item`] costs.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none, [`StoreError::Changed`],
    /// [`StoreError::TooManyVersions`], [`StoreError::Throttled`], [`StoreError::Unavailable`],
    /// [`StoreError::Refused`].
    pub async fn delete_item(&self, id: ItemId, expected: &Expected) -> Result<(), StoreError> {
        let attempts = Attempts::default();
        let work = self.delete_row::<Item>(id, expected, &attempts);
        self.bounded(Some(&attempts), work).await
    }

    async fn put_item(&self, item: Item, attempts: &Attempts) -> Result<Item, StoreError> {
        let (token, condition) = (WriteToken::new(), Condition::absent());
        let request = self
            .client()
            .put_item()
            .table_name(self.table_name())
            .set_item(Some(item_row(&item, self.list_shards(), token)))
            .condition_expression(condition.expression())
            .set_expression_attribute_names(Some(condition.names))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let Err(error) = request
            .customize()
            .interceptor(attempts.clone())
            .send()
            .await
        else {
            return Ok(item);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                // The row is there: our own, by an attempt whose answer was lost.
                let is_ours = failed.item().is_some_and(|row| token.wrote(row));
                is_ours.then_some(item).ok_or_else(id_taken)
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
            update: replacement(new, token),
            token,
            expected,
            kept: None,
        };
        match self.change_row(id, change, attempts).await? {
            Changed::Made(item) | Changed::NotKept(item) => Ok(item),
        }
    }
}

fn new_item(new: NewItem) -> Item {
    let now = Timestamp::now();
    Item {
        id: ItemId::new(),
        owner_id: new.owner_id,
        name: new.name,
        description: new.description,
        price: new.price,
        tags: new.tags,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// What replacing does to the row: all of the content, and none of the keys but the owner.
fn replacement(new: NewItem, token: WriteToken) -> Update {
    let owner = new
        .owner_id
        .map(|owner| AttributeValue::S(owner.to_string()));
    Update::default()
        .set_or_remove(OWNER_ID, owner)
        .set(NAME, AttributeValue::S(new.name))
        .set_or_remove(DESCRIPTION, new.description.map(AttributeValue::S))
        .set_or_remove(PRICE, new.price.as_ref().map(price_value))
        .set(TAGS, tags_value(&new.tags))
        .increment(VERSION)
        .set(UPDATED_AT, AttributeValue::S(Timestamp::now().to_string()))
        .set(WRITE_TOKEN, token.value())
}

/// Two random ids were equal, which nobody will see; the next attempt has another id.
fn id_taken() -> StoreError {
    StoreError::Unavailable {
        outcome_unknown: false,
        source: "the new id is taken".into(),
    }
}
