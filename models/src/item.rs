//! Items, and what a client may say about one.
//!
//! Texts are kept exactly as sent, not trimmed and not brought to a Unicode normal form: nothing
//! is looked up by them, and a client reads back what it wrote.

use std::fmt::{self, Display};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidateLength, ValidationError, ValidationErrors};

use crate::text::{ONE_LINE, one_line};
use crate::{ItemId, Price, Timestamp, UserId};

/// One thing that somebody offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Identifies the item; given by the server, never reused.
    pub id: ItemId,

    /// The user whom the item belongs to; absent when it belongs to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,

    /// What the item is called.
    pub name: String,

    /// What there is to say about the item; absent when there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,

    /// What the item costs; absent when no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,

    /// Words to find the item by, in the order they were given.
    #[serde(default)]
    pub tags: Vec<Tag>,

    /// How often the item has been written: 1 when created, one more with each change.
    pub version: u64,

    /// When the item was created.
    pub created_at: Timestamp,

    /// When the item was last changed; equal to `createdAt` until then.
    pub updated_at: Timestamp,
}

impl Item {
    /// A new item, under a new id and as version 1; not kept anywhere yet.
    #[must_use]
    pub fn new(new: NewItem) -> Self {
        let now = Timestamp::now();
        Self {
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
}

/// An item as a client describes it: to create one, or to replace one as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(example = example())]
pub struct NewItem {
    /// The user whom the item belongs to; absent or null when it belongs to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,

    /// What the item is called: one line, and not only white space.
    #[validate(
        length(min = 1, max = 200, message = "must be 1 to 200 characters long"),
        custom(function = "one_line")
    )]
    #[schemars(regex(pattern = ONE_LINE), example = &"Desk lamp")]
    pub name: String,

    /// What there is to say about the item; absent or null when there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 4000, message = "must be at most 4000 characters long"))]
    pub description: Option<String>,

    /// What the item costs; absent or null when no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub price: Option<Price>,

    /// Words to find the item by; their order is kept.
    #[serde(default)]
    #[validate(length(max = 20, message = "must have at most 20 elements"), nested)]
    pub tags: Vec<Tag>,
}

impl NewItem {
    /// An item of this name, with nothing else said about it.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            owner_id: None,
            name: name.into(),
            description: None,
            price: None,
            tags: Vec::new(),
        }
    }
}

/// The item as a client would describe it: all that a client may say, and nothing else.
impl From<&Item> for NewItem {
    fn from(item: &Item) -> Self {
        Self {
            owner_id: item.owner_id,
            name: item.name.clone(),
            description: item.description.clone(),
            price: item.price.clone(),
            tags: item.tags.clone(),
        }
    }
}

fn example() -> NewItem {
    NewItem {
        description: Some("Brass, with a green shade".to_owned()),
        price: Some(Price {
            amount: "19.99".to_owned(),
            currency: "EUR".to_owned(),
        }),
        tags: vec!["lighting".into(), "office".into()],
        ..NewItem::named("Desk lamp")
    }
}

/// A word to find an item by: 1 to 50 characters in one line, not only white space.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Tag(
    #[schemars(length(min = 1, max = 50), regex(pattern = ONE_LINE), example = &"lighting")] String,
);

impl Tag {
    /// The tag's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// By hand, because the derive reports violations under the names of fields, and a tag has none:
/// they come under `__all__`, which means the value itself (as with struct-level rules).
impl Validate for Tag {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        if !self.0.validate_length(Some(1), Some(50), None) {
            let message = "must be 1 to 50 characters long".into();
            errors.add(
                "__all__",
                ValidationError::new("length").with_message(message),
            );
        }
        if let Err(error) = one_line(&self.0) {
            errors.add("__all__", error);
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors),
        }
    }
}

impl<T: Into<String>> From<T> for Tag {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which items a list contains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ItemFilter {
    /// Only the items of this user; all items when `None`.
    pub owner: Option<UserId>,
}

#[cfg(test)]
mod tests;
