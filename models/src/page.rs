//! Reading a long list in pages.
//!
//! A list is in the order of ids, newest first, so a place in it is one id: a [`Cursor`] holds
//! the last id that was returned. It stays good whatever is inserted or deleted meanwhile.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::hash::Hasher;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fnv::FnvHasher;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::{Id, Kind};
use crate::{ItemFilter, ItemId, UserId};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on the page, in order; may be fewer than the limit, or none.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` on the last page.
    pub next: Option<Cursor>,
}

/// How many rows a page may have: 1 to 100, and 20 unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Limit(u8);

/// The number is no [`Limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a number from {} to {}", Limit::MIN, Limit::MAX)]
pub struct LimitError;

impl Limit {
    /// The least limit.
    pub const MIN: u8 = 1;
    /// The greatest limit.
    pub const MAX: u8 = 100;

    /// A limit of so many rows.
    ///
    /// # Errors
    /// The number is outside of [`Limit::MIN`] to [`Limit::MAX`].
    pub fn new(rows: u64) -> Result<Self, LimitError> {
        let limit = u8::try_from(rows).map_err(|_| LimitError)?;
        match limit {
            Self::MIN..=Self::MAX => Ok(Self(limit)),
            _ => Err(LimitError),
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

impl Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        Self::new(text.parse().map_err(|_| LimitError)?)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "minimum": Self::MIN,
            "maximum": Self::MAX,
            "default": Self::default(),
            "description": "How many elements a page may have.",
        })
    }
}

/// The place in one list where the next page begins.
///
/// Opaque to clients: they send back what they were given. It says which list it is of and the
/// last id returned, nothing of how the list is stored, so that may change without breaking
/// anyone. It is not signed because it grants nothing: what is read is always decided by the
/// request it comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    listing: Listing,
    /// The bytes of a UUIDv7.
    last: [u8; 16],
}

/// Which list a cursor is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Listing {
    kind: u8,
    filter: u64,
}

/// A cursor that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// The text is none that this program gives out.
    #[error("must be a cursor exactly as an earlier page gave it")]
    Malformed,
    /// The cursor is from another version of this program.
    #[error("is from another version of this service: start again without a cursor")]
    OtherVersion,
    /// The cursor belongs to a list of other things, or with another filter.
    #[error("belongs to another list or filter: start again without a cursor")]
    OtherList,
}

const VERSION: u8 = 1;
const ITEMS: u8 = 1;
const USERS: u8 = 2;

/// Version, kind of list, hash of the filter, last id.
type Parts = (u8, u8, [u8; 8], [u8; 16]);
const LENGTH: usize = size_of::<Parts>();

impl Listing {
    const USERS: Self = Self {
        kind: USERS,
        filter: 0,
    };

    fn of_items(filter: &ItemFilter) -> Self {
        let mut hash = FnvHasher::default();
        if let Some(owner) = filter.owner {
            hash.write(b"owner");
            hash.write(owner.as_bytes());
        }
        let filter = hash.finish();
        Self {
            kind: ITEMS,
            filter,
        }
    }
}

impl Cursor {
    /// The cursor that continues the list of items after `last`.
    pub(crate) fn after_item(filter: &ItemFilter, last: ItemId) -> Self {
        Self::after(Listing::of_items(filter), last)
    }

    /// The last id that was returned, if this cursor is of the list of items with this filter.
    pub(crate) fn last_item(&self, filter: &ItemFilter) -> Result<ItemId, CursorError> {
        self.last(Listing::of_items(filter))
    }

    /// The cursor that continues the list of users after `last`.
    pub(crate) fn after_user(last: UserId) -> Self {
        Self::after(Listing::USERS, last)
    }

    /// The last id that was returned, if this cursor is of the list of users.
    pub(crate) fn last_user(&self) -> Result<UserId, CursorError> {
        self.last(Listing::USERS)
    }

    fn after<K: Kind>(listing: Listing, last: Id<K>) -> Self {
        let last = *last.as_bytes();
        Self { listing, last }
    }

    fn last<K: Kind>(&self, listing: Listing) -> Result<Id<K>, CursorError> {
        if self.listing != listing {
            return Err(CursorError::OtherList);
        }
        Id::from_bytes(self.last).map_err(|_| CursorError::Malformed)
    }

    fn to_bytes(self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[0] = VERSION;
        bytes[1] = self.listing.kind;
        bytes[2..10].copy_from_slice(&self.listing.filter.to_be_bytes());
        bytes[10..].copy_from_slice(&self.last);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[kind], rest) = bytes.split_first_chunk()?;
        let (filter, rest) = rest.split_first_chunk()?;
        let last = *ItemId::from_bytes(rest.try_into().ok()?).ok()?.as_bytes();
        let filter = u64::from_be_bytes(*filter);
        let listing = Listing { kind, filter };
        Some(Self { listing, last })
    }
}

impl Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.to_bytes()))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        // Nothing that long was ever given out, in any version: do not decode it.
        if text.len() > 1024 {
            return Err(CursorError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CursorError::Malformed)?;
        match bytes.split_first() {
            Some((&VERSION, rest)) => Self::from_bytes(rest).ok_or(CursorError::Malformed),
            Some(_) => Err(CursorError::OtherVersion),
            None => Err(CursorError::Malformed),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Where the next page begins: the `nextCursor` of the page before it, \
                            with the same filter.",
        })
    }
}

#[cfg(test)]
mod tests;
