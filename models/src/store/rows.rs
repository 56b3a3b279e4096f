//! An item as a row, and back.
//!
//! By hand: an absent value is an absent attribute (an index key must not be blank), and an
//! amount is kept as the text that was sent.

use std::collections::HashMap;
use std::num::NonZeroU8;
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::error::{RowError, StoreError};
use super::keys::*;
use crate::{Item, Price, Tag};

/// Marks one write, so that it is known again when its answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WriteToken(Uuid);

impl WriteToken {
    pub(super) fn new() -> Self {
        Self(Uuid::now_v7())
    }

    pub(super) fn value(self) -> AttributeValue {
        AttributeValue::B(Blob::new(self.0.as_bytes()))
    }

    /// Whether this write is the last one of the row.
    pub(super) fn wrote(self, row: &Row) -> bool {
        row.get(WRITE_TOKEN) == Some(&self.value())
    }
}

/// The whole row of a new item.
pub(super) fn item_row(item: &Item, shards: NonZeroU8, token: WriteToken) -> Row {
    let mut row = Key::of_item(item.id).attributes();
    row.extend([
        text(KIND, ITEM),
        text(ID, item.id),
        text(LIST_SHARD, list_shard(ITEM, item.id, shards)),
        text(NAME, &item.name),
        (TAGS.to_owned(), tags_value(&item.tags)),
        number(VERSION, item.version),
        text(CREATED_AT, item.created_at),
        text(UPDATED_AT, item.updated_at),
        (WRITE_TOKEN.to_owned(), token.value()),
    ]);
    row.extend(item.owner_id.map(|owner| text(OWNER_ID, owner)));
    row.extend(
        item.description
            .as_ref()
            .map(|words| text(DESCRIPTION, words)),
    );
    row.extend(
        item.price
            .as_ref()
            .map(|price| (PRICE.to_owned(), price_value(price))),
    );
    row
}

pub(super) fn tags_value(tags: &[Tag]) -> AttributeValue {
    AttributeValue::L(
        tags.iter()
            .map(|tag| AttributeValue::S(tag.to_string()))
            .collect(),
    )
}

pub(super) fn price_value(price: &Price) -> AttributeValue {
    AttributeValue::M(HashMap::from([
        text(AMOUNT, &price.amount),
        text(CURRENCY, &price.currency),
    ]))
}

/// The item in a row.
pub(super) fn item_of(row: Row) -> Result<Item, StoreError> {
    readable(row, read_item)
}

/// What can be read in a row; if nothing can, the error names the row.
pub(super) fn readable<T>(
    mut row: Row,
    read: impl FnOnce(&mut Row) -> Result<T, Unreadable>,
) -> Result<T, StoreError> {
    read(&mut row).map_err(|attribute| {
        let key = match row.remove(PK) {
            Some(AttributeValue::S(key)) => key,
            _ => String::new(),
        };
        StoreError::Corrupt(RowError { key, attribute })
    })
}

/// The name of the attribute that cannot be read.
pub(super) type Unreadable = &'static str;

fn read_item(row: &mut Row) -> Result<Item, Unreadable> {
    if take::<String>(row, KIND)? != ITEM {
        return Err(KIND);
    }
    Ok(Item {
        id: take(row, ID)?,
        owner_id: take_optional(row, OWNER_ID)?,
        name: take(row, NAME)?,
        description: take_optional(row, DESCRIPTION)?,
        price: row.remove(PRICE).map(read_price).transpose()?,
        tags: row.remove(TAGS).and_then(read_tags).ok_or(TAGS)?,
        version: row.remove(VERSION).and_then(read_number).ok_or(VERSION)?,
        created_at: take(row, CREATED_AT)?,
        updated_at: take(row, UPDATED_AT)?,
    })
}

pub(super) fn take<T: FromStr>(row: &mut Row, name: Unreadable) -> Result<T, Unreadable> {
    take_optional(row, name)?.ok_or(name)
}

fn take_optional<T: FromStr>(row: &mut Row, name: Unreadable) -> Result<Option<T>, Unreadable> {
    match row.remove(name) {
        None => Ok(None),
        Some(AttributeValue::S(text)) => text.parse().map(Some).map_err(|_| name),
        Some(_) => Err(name),
    }
}

fn read_price(value: AttributeValue) -> Result<Price, Unreadable> {
    let AttributeValue::M(mut price) = value else {
        return Err(PRICE);
    };
    Ok(Price {
        amount: take(&mut price, AMOUNT)?,
        currency: take(&mut price, CURRENCY)?,
    })
}

fn read_tags(value: AttributeValue) -> Option<Vec<Tag>> {
    let AttributeValue::L(tags) = value else {
        return None;
    };
    let read_tag = |tag| match tag {
        AttributeValue::S(text) => Some(Tag::from(text)),
        _ => None,
    };
    tags.into_iter().map(read_tag).collect()
}

pub(super) fn read_number(value: AttributeValue) -> Option<u64> {
    match value {
        AttributeValue::N(number) => number.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ItemId, Timestamp, UserId};

    const SHARDS: NonZeroU8 = NonZeroU8::new(4).unwrap();

    fn lamp() -> Item {
        let now = Timestamp::now();
        Item {
            id: ItemId::new(),
            owner_id: Some(UserId::new()),
            name: "Lamp".to_owned(),
            description: Some(String::new()),
            price: Some(Price {
                amount: "19.90".to_owned(),
                currency: "EUR".to_owned(),
            }),
            tags: vec!["b".into(), "a".into()],
            version: 3,
            created_at: now,
            updated_at: now,
        }
    }

    fn row_of(item: &Item) -> Row {
        item_row(item, SHARDS, WriteToken::new())
    }

    #[test]
    fn an_item_survives_being_a_row() {
        let lamp = lamp();
        assert_eq!(item_of(row_of(&lamp)).unwrap(), lamp);
        let bare = Item {
            owner_id: None,
            description: None,
            price: None,
            tags: vec![],
            ..lamp
        };
        assert_eq!(item_of(row_of(&bare)).unwrap(), bare);
    }

    #[test]
    fn what_is_absent_has_no_attribute() {
        let bare = Item {
            owner_id: None,
            description: None,
            price: None,
            ..lamp()
        };
        let row = row_of(&bare);
        for name in [OWNER_ID, DESCRIPTION, PRICE, EXPIRES_AT] {
            assert!(!row.contains_key(name), "{name}");
        }
    }

    #[test]
    fn a_row_that_lacks_an_attribute_or_has_another_type_is_corrupt() {
        let required = [KIND, ID, NAME, TAGS, VERSION, CREATED_AT, UPDATED_AT];
        let optional = [OWNER_ID, DESCRIPTION, PRICE];
        let lamp = lamp();
        let missing = required.map(|name| (name, None));
        let mistyped = required.into_iter().chain(optional);
        let mistyped = mistyped.map(|name| (name, Some(AttributeValue::Bool(true))));
        for (name, value) in missing.into_iter().chain(mistyped) {
            let mut row = row_of(&lamp);
            row.remove(name);
            row.extend(value.map(|value| (name.to_owned(), value)));
            let StoreError::Corrupt(error) = item_of(row).unwrap_err() else {
                panic!("{name} is not corrupt");
            };
            let key = format!("ITEM#{}", lamp.id);
            assert_eq!(
                error,
                RowError {
                    key,
                    attribute: name
                }
            );
        }
    }

    #[test]
    fn a_write_is_known_again_by_its_token() {
        let (ours, theirs) = (WriteToken::new(), WriteToken::new());
        let row = item_row(&lamp(), SHARDS, ours);
        assert!(ours.wrote(&row));
        assert!(!theirs.wrote(&row));
        assert!(!ours.wrote(&Row::new()));
    }
}
