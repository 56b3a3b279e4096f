//! Merge patches (RFC 7396), typed: what stays, what goes, and what becomes something else.

use models::{Price, Tag, UserId};
use serde::{Serialize, Serializer};

/// What a patch does to one optional member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It goes.
    Remove,
    /// It becomes this.
    To(T),
}

impl<T> Change<T> {
    fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // Left out by whoever holds it; null is all that is left to say here.
            Self::Keep | Self::Remove => serializer.serialize_none(),
            Self::To(value) => value.serialize(serializer),
        }
    }
}

/// Changes to an item; the default changes nothing.
///
/// ```
/// use fnurl_client::{Change, ItemPatch};
///
/// let patch = ItemPatch {
///     name: Some("Floor lamp".to_owned()),
///     description: Change::Remove,
///     ..ItemPatch::default()
/// };
/// let json = serde_json::to_string(&patch).unwrap();
/// assert_eq!(json, r#"{"name":"Floor lamp","description":null}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemPatch {
    /// A new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another owner, or none.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub owner_id: Change<UserId>,
    /// Another description, or none.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub description: Change<String>,
    /// Another price, or none.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub price: Change<Price>,
    /// Other tags, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
}

/// Changes to a user; the default changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserPatch {
    /// A new e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
