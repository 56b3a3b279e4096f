//! Deleting a user along with their items: in bounded steps that are safe to repeat.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::StreamExt;
use futures_util::stream;

use super::Store;
use super::attempts::Attempts;
use super::condition::Condition;
use super::error::StoreError;
use super::keys::{BY_OWNER, OWNER_ID};
use super::listing::Lane;
use crate::{Expected, Item, ItemId, Limit, User, UserId};

/// Items that are deleted at the same time.
const AT_ONCE: usize = 20;

/// How far a user was deleted along with their items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swept {
    /// The user and all items are gone.
    All,
    /// So many items are gone; the user and other items are not: the same call goes on with them.
    Some(usize),
}

impl Store {
    /// Deletes the items of a user, 100 in one call, and then the user, if the user is in a
    /// version that is expected.
    ///
    /// It may be broken off at any point and called again: while items are left the user is there,
    /// unchanged. An item that was given to somebody else meanwhile is left alone. As with
    /// [`Store::delete_user`], an item created in the same instant may stay behind.
    ///
    /// Costs two or three write units for each item, and what deleting the user costs.
    ///
    /// # Errors
    /// Those of [`Store::delete_user`] but [`StoreError::HasItems`].
    pub async fn delete_user_with_items(
        &self,
        id: UserId,
        expected: &Expected,
    ) -> Result<Swept, StoreError> {
        let attempts = Attempts::default();
        let work = self.sweep(id, expected, &attempts);
        self.bounded(Some(&attempts), work).await
    }

    async fn sweep(
        &self,
        id: UserId,
        expected: &Expected,
        attempts: &Attempts,
    ) -> Result<Swept, StoreError> {
        // A precondition that does not hold must not cost any item.
        let user: User = self.read_row(id).await?;
        let version = user.version;
        if !expected.allows(version, user.updated_at) {
            return Err(StoreError::Changed { version });
        }
        let most = usize::from(Limit::MAX);
        let lane = vec![Lane::<Item>::new(BY_OWNER, id.to_string(), None, most + 1)];
        let mut items = self.newest(lane, most + 1).await?;
        let has_more = items.len() > most;
        items.truncate(most);
        let count = items.len();
        let deletions = items.into_iter();
        let deletions = deletions.map(|item| self.delete_item_of(id, item.id, attempts));
        let mut deletions = stream::iter(deletions).buffer_unordered(AT_ONCE);
        while let Some(deleted) = deletions.next().await {
            deleted?;
        }
        if has_more {
            return Ok(Swept::Some(count));
        }
        // The index may still show what was just deleted: it is not asked again.
        self.remove_user(id, expected, false, attempts).await?;
        Ok(Swept::All)
    }

    /// Deletes an item if it still belongs to this user.
    async fn delete_item_of(
        &self,
        owner: UserId,
        id: ItemId,
        attempts: &Attempts,
    ) -> Result<(), StoreError> {
        let owner = AttributeValue::S(owner.to_string());
        let condition = Condition::present().equal(OWNER_ID, owner);
        match self.delete_row::<Item>(id, condition, attempts).await {
            Err(StoreError::Missing(_) | StoreError::Changed { .. }) => Ok(()),
            outcome => outcome,
        }
    }
}
