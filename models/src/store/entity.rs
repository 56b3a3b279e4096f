//! What the store must know of a thing that it keeps as one row with a version.

use super::Store;
use super::attempts::Attempts;
use super::error::StoreError;
use super::keys::{Key, Row};
use super::rows::item_of;
use super::user_rows::user_of;
use crate::id::{Id, ItemKind, Kind, UserKind};
use crate::{Expected, Item, ItemId, NewItem, NewUser, Timestamp, User, UserId};

/// A thing with an id and a version that is kept as one row.
pub(super) trait Entity: Sized + Send {
    /// The kind of its ids.
    type Kind: Kind;
    /// The thing as a client describes it.
    type New: Clone + PartialEq + Send;

    fn key(id: Id<Self::Kind>) -> Key;
    fn of_row(row: Row) -> Result<Self, StoreError>;
    fn id(&self) -> Id<Self::Kind>;
    fn version(&self) -> u64;
    fn updated_at(&self) -> Timestamp;
    fn missing(id: Id<Self::Kind>) -> StoreError;

    /// How a client would describe it as it is.
    fn described(&self) -> Self::New;

    /// Replaces the whole of it, if it is in a version that is expected.
    fn replace(
        store: &Store,
        id: Id<Self::Kind>,
        new: Self::New,
        expected: &Expected,
        attempts: &Attempts,
    ) -> impl Future<Output = Result<Self, StoreError>> + Send;
}

impl Entity for Item {
    type Kind = ItemKind;
    type New = NewItem;

    fn key(id: ItemId) -> Key {
        Key::of_item(id)
    }

    fn of_row(row: Row) -> Result<Self, StoreError> {
        item_of(row)
    }

    fn id(&self) -> ItemId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    fn missing(id: ItemId) -> StoreError {
        StoreError::Missing(id)
    }

    fn described(&self) -> NewItem {
        NewItem::from(self)
    }

    async fn replace(
        store: &Store,
        id: ItemId,
        new: NewItem,
        expected: &Expected,
        attempts: &Attempts,
    ) -> Result<Self, StoreError> {
        store.update_item(id, new, expected, attempts).await
    }
}

impl Entity for User {
    type Kind = UserKind;
    type New = NewUser;

    fn key(id: UserId) -> Key {
        Key::of_user(id)
    }

    fn of_row(row: Row) -> Result<Self, StoreError> {
        user_of(row)
    }

    fn id(&self) -> UserId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    fn missing(id: UserId) -> StoreError {
        StoreError::NoSuchUser(id)
    }

    fn described(&self) -> NewUser {
        NewUser::from(self)
    }

    async fn replace(
        store: &Store,
        id: UserId,
        new: NewUser,
        expected: &Expected,
        attempts: &Attempts,
    ) -> Result<Self, StoreError> {
        store.update_user(id, new, expected, attempts).await
    }
}
