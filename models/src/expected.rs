//! What a write expects of the thing that it changes.

use crate::Timestamp;

/// Which versions of a thing a write may change: what the preconditions of a request say (RFC 9110
/// §13.1).
///
/// It is decided by the conditional write itself, never by a read before, so of two writers who
/// expect the same version one succeeds. What does not exist is missing whatever is expected: a
/// precondition is not evaluated where the request would fail without it (RFC 9110 §13.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expected {
    /// Any version: no precondition was given.
    #[default]
    Any,
    /// The thing exists, in any version: `If-Match: *`.
    Exists,
    /// One of these versions; none of them if there are none, as when only weak tags were given.
    Versions(Vec<u64>),
    /// Any version but these: `If-None-Match`.
    NoneOf(Vec<u64>),
    /// The thing does not exist, so that nothing may be changed: `If-None-Match: *`.
    Nothing,
    /// The thing was last changed in this second or before: `If-Unmodified-Since`.
    UnmodifiedSince(Timestamp),
    /// Both of these.
    Both(Box<Expected>, Box<Expected>),
}

impl Expected {
    /// The most versions that can be given, which is the most operands of DynamoDB's `IN`.
    ///
    /// Source: Amazon DynamoDB Developer Guide, “Comparison operator and function reference”.
    pub const MOST_VERSIONS: usize = 100;

    /// Whether a thing in this version, last changed at this time, may be changed.
    #[must_use]
    pub fn allows(&self, version: u64, updated_at: Timestamp) -> bool {
        match self {
            Self::Any | Self::Exists => true,
            Self::Versions(versions) => versions.contains(&version),
            Self::NoneOf(versions) => !versions.contains(&version),
            Self::Nothing => false,
            Self::UnmodifiedSince(since) => updated_at < since.next_second(),
            Self::Both(one, other) => {
                one.allows(version, updated_at) && other.allows(version, updated_at)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_version_and_its_time_decide() {
        let cases = [
            (Expected::Any, true),
            (Expected::Exists, true),
            (Expected::Versions(vec![1, 7]), true),
            (Expected::Versions(vec![1, 6]), false),
            (Expected::Versions(vec![]), false),
            (Expected::NoneOf(vec![6]), true),
            (Expected::NoneOf(vec![6, 7]), false),
            (Expected::Nothing, false),
            (
                Expected::UnmodifiedSince(time("2026-01-01T00:00:05Z")),
                true,
            ),
            (
                Expected::UnmodifiedSince(time("2026-01-01T00:00:04Z")),
                false,
            ),
            (
                Expected::Both(
                    Box::new(Expected::Versions(vec![7])),
                    Box::new(Expected::NoneOf(vec![7])),
                ),
                false,
            ),
        ];
        let updated_at = time("2026-01-01T00:00:05.432Z");
        for (expected, allows) in cases {
            assert_eq!(expected.allows(7, updated_at), allows, "{expected:?}");
        }
    }
}
