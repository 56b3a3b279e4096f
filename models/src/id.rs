//! Identifiers: UUIDv7, so that sorting by id is sorting by creation.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};
use std::hash::Hash;
use std::marker::PhantomData;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::{Uuid, Variant, Version};

/// Identifies one [`Item`](crate::Item).
pub type ItemId = Id<ItemKind>;

/// Identifies one user.
pub type UserId = Id<UserKind>;

/// A UUIDv7 that identifies one thing of the kind `K`; ids of two kinds do not mix.
///
/// Ids sort by creation, to the millisecond, and those of one process strictly so. They are
/// written in lower case with hyphens; upper case is understood (RFC 9562 §4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<K>,
}

/// What an [`Id`] may identify.
pub trait Kind: Copy + Ord + Hash + Send + Sync + 'static {
    /// The name of the id's type in a contract.
    const NAME: &'static str;
    /// What the id is, for readers of a contract.
    const DESCRIPTION: &'static str;
}

/// The kind of [`ItemId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {}

impl Kind for ItemKind {
    const NAME: &'static str = "ItemId";
    const DESCRIPTION: &'static str = "Identifies an item. Ids sort by creation.";
}

/// The kind of [`UserId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserKind {}

impl Kind for UserKind {
    const NAME: &'static str = "UserId";
    const DESCRIPTION: &'static str = "Identifies a user. Ids sort by creation.";
}

/// The text is no UUIDv7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUIDv7 such as {EXAMPLE}")]
pub struct IdError;

const EXAMPLE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const PATTERN: &str =
    "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-7[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$";

impl<K: Kind> Id<K> {
    /// A new id, greater than every other that this process has made.
    #[expect(
        clippy::new_without_default,
        reason = "a default that differs each time would surprise"
    )]
    #[must_use]
    pub fn new() -> Self {
        Self::of(Uuid::now_v7())
    }

    /// The 16 bytes of the UUID, most significant first.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.uuid.as_bytes()
    }

    /// The id with these 16 bytes.
    ///
    /// # Errors
    /// The bytes are those of another version or variant of UUID.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, IdError> {
        let uuid = Uuid::from_bytes(bytes);
        let is_v7 = uuid.get_version() == Some(Version::SortRand);
        match is_v7 && uuid.get_variant() == Variant::RFC4122 {
            true => Ok(Self::of(uuid)),
            false => Err(IdError),
        }
    }

    fn of(uuid: Uuid) -> Self {
        let kind = PhantomData;
        Self { uuid, kind }
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // `Uuid` also reads braces, `urn:uuid:` and no hyphens at all; each has another length.
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(IdError);
        }
        let uuid = Uuid::try_parse(text).map_err(|_| IdError)?;
        Self::from_bytes(uuid.into_bytes())
    }
}

impl<K> Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.uuid.as_hyphenated(), f)
    }
}

impl<K> Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl<K: Kind> JsonSchema for Id<K> {
    fn schema_name() -> Cow<'static, str> {
        K::NAME.into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::{}", module_path!(), K::NAME).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "uuid",
            "pattern": PATTERN,
            "description": K::DESCRIPTION,
            "examples": [EXAMPLE],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hyphenated_uuid_of_version_7_is_an_id() {
        let cases = [
            (EXAMPLE, true),
            ("01890A5D-AC96-774B-BCCE-B302099A8057", true),
            ("", false),
            ("01890a5dac96774bbcceb302099a8057", false),
            ("{01890a5d-ac96-774b-bcce-b302099a8057}", false),
            ("urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057", false),
            (" 1890a5d-ac96-774b-bcce-b302099a8057", false),
            ("01890a5d-ac96-474b-bcce-b302099a8057", false),
            ("01890a5d-ac96-774b-ccce-b302099a8057", false),
            ("00000000-0000-0000-0000-000000000000", false),
            ("01890a5d-ac96-774b-bcce-b302099a805é", false),
        ];
        let pattern = regex::Regex::new(PATTERN).unwrap();
        for (text, expected) in cases {
            assert_eq!(text.parse::<ItemId>().is_ok(), expected, "{text:?}");
            assert_eq!(pattern.is_match(text), expected, "the pattern on {text:?}");
        }
    }

    #[test]
    fn an_id_is_written_in_lower_case() {
        let id: ItemId = EXAMPLE.to_uppercase().parse().unwrap();
        assert_eq!(id.to_string(), EXAMPLE);
        assert_eq!(serde_json::to_value(id).unwrap(), EXAMPLE);
    }

    #[test]
    fn a_refusal_says_what_an_id_looks_like() {
        let refusal = serde_json::from_str::<UserId>("\"7\"").unwrap_err();
        assert_eq!(
            refusal.to_string(),
            format!("must be a UUIDv7 such as {EXAMPLE}")
        );
    }

    #[test]
    fn ids_sort_by_creation_as_values_and_as_text() {
        let ids: Vec<_> = (0..1_000).map(|_| ItemId::new()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(ids.is_sorted_by_key(ToString::to_string));
    }
}
