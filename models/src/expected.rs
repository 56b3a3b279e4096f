//! What a write expects of the thing that it changes.

/// Which versions of a thing a write may change: what `If-Match` says (RFC 9110 §13.1.1).
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
}

impl Expected {
    /// The most versions that can be given, which is the most operands of DynamoDB's `IN`.
    ///
    /// Source: Amazon DynamoDB Developer Guide, “Comparison operator and function reference”.
    pub const MOST_VERSIONS: usize = 100;

    /// Whether a thing in this version may be changed.
    #[must_use]
    pub fn allows(&self, version: u64) -> bool {
        match self {
            Self::Any | Self::Exists => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_list_of_versions_refuses_any() {
        let cases = [
            (Expected::Any, true),
            (Expected::Exists, true),
            (Expected::Versions(vec![1, 7]), true),
            (Expected::Versions(vec![1, 6]), false),
            (Expected::Versions(vec![]), false),
        ];
        for (expected, allows) in cases {
            assert_eq!(expected.allows(7), allows, "{expected:?}");
        }
    }
}
