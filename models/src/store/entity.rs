//! What the store must know of a thing that it keeps as one row with a version.

use super::error::StoreError;
use super::keys::{Key, Row};
use super::rows::item_of;
use crate::id::{Id, ItemKind, Kind};
use crate::{Item, ItemId};

/// A thing with an id and a version that is kept as one row.
pub(super) trait Entity: Sized + Send {
    /// The kind of its ids.
    type Kind: Kind;

    fn key(id: Id<Self::Kind>) -> Key;
    fn of_row(row: Row) -> Result<Self, StoreError>;
    fn version(&self) -> u64;
    fn missing(id: Id<Self::Kind>) -> StoreError;
}

impl Entity for Item {
    type Kind = ItemKind;

    fn key(id: ItemId) -> Key {
        Key::of_item(id)
    }

    fn of_row(row: Row) -> Result<Self, StoreError> {
        item_of(row)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn missing(id: ItemId) -> StoreError {
        StoreError::Missing(id)
    }
}
