//! The condition of a write, with every attribute aliased.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use super::error::StoreError;
use super::keys::{EXPIRES_AT, PK, UPDATED_AT, VERSION, WRITE_TOKEN};
use super::rows::WriteToken;
use crate::{Expected, Timestamp};

/// What must hold of a row for a write to happen.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    clauses: Vec<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Condition {
    /// There is no such row.
    pub(super) fn absent() -> Self {
        Self::default().on_key("attribute_not_exists(#pk)")
    }

    /// There is no such row, or one that only waits for being swept.
    ///
    /// Source: Amazon DynamoDB Developer Guide, “Using time to live (TTL)”: expired rows are
    /// deleted within a few days.
    pub(super) fn absent_or_expired(now: Timestamp) -> Self {
        let mut condition =
            Self::default().on_key("(attribute_not_exists(#pk) OR #expiresAt <= :now)");
        let now = AttributeValue::N(now.unix_seconds().to_string());
        condition.values.insert(":now".to_owned(), now);
        condition
            .names
            .insert("#expiresAt".to_owned(), EXPIRES_AT.to_owned());
        condition
    }

    /// There is such a row.
    pub(super) fn present() -> Self {
        Self::default().on_key("attribute_exists(#pk)")
    }

    /// The row is as it is expected.
    pub(super) fn expecting(mut self, expected: &Expected) -> Result<Self, StoreError> {
        match expected {
            Expected::Any | Expected::Exists => Ok(self),
            Expected::Versions(versions) => {
                let list = self.versions("is", versions)?;
                self.clauses.push(format!("#{VERSION} IN ({list})"));
                Ok(self)
            }
            Expected::NoneOf(versions) => {
                let list = self.versions("not", versions)?;
                self.clauses.push(format!("NOT #{VERSION} IN ({list})"));
                Ok(self)
            }
            // Against the clause that the row exists: this never holds.
            Expected::Nothing => Ok(self.on_key("attribute_not_exists(#pk)")),
            Expected::UnmodifiedSince(since) => {
                // Timestamps sort as text.
                let limit = AttributeValue::S(since.next_second().to_string());
                self.names
                    .insert("#updatedAt".to_owned(), UPDATED_AT.to_owned());
                self.values.insert(":modifiedBefore".to_owned(), limit);
                self.clauses.push("#updatedAt < :modifiedBefore".to_owned());
                Ok(self)
            }
            Expected::Both(one, other) => self.expecting(one)?.expecting(other),
        }
    }

    /// The operands of `IN`, under names that begin with `prefix`.
    fn versions(&mut self, prefix: &str, versions: &[u64]) -> Result<String, StoreError> {
        let mut versions: BTreeSet<_> = versions.iter().copied().collect();
        if versions.len() > Expected::MOST_VERSIONS {
            return Err(StoreError::TooManyVersions);
        }
        // `IN` needs an operand, and no row is in this version: they begin with 1.
        if versions.is_empty() {
            versions.insert(0);
        }
        let mut operands = Vec::new();
        for version in versions {
            let name = format!(":{prefix}{version}");
            let value = AttributeValue::N(version.to_string());
            self.values.insert(name.clone(), value);
            operands.push(name);
        }
        self.names.insert(format!("#{VERSION}"), VERSION.to_owned());
        Ok(operands.join(", "))
    }

    /// The attribute has this value.
    #[must_use]
    pub(super) fn equal(mut self, name: &str, value: AttributeValue) -> Self {
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":same_{name}"), value);
        self.clauses.push(format!("#{name} = :same_{name}"));
        self
    }

    /// The row's last write was another one than this.
    ///
    /// It stops the second of two attempts when the answer to the first was lost: it would count
    /// the version twice, and undo what others wrote in between.
    #[must_use]
    pub(super) fn not_written_by(mut self, token: WriteToken) -> Self {
        let name = WRITE_TOKEN;
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(":ours".to_owned(), token.value());
        self.clauses.push(format!("#{name} <> :ours"));
        self
    }

    /// The values; none rather than an empty map, which DynamoDB refuses.
    pub(super) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        Some(self.values.clone()).filter(|values| !values.is_empty())
    }

    /// The expression, such as `attribute_exists(#pk) AND #version IN (:is3)`.
    pub(super) fn expression(&self) -> String {
        self.clauses.join(" AND ")
    }

    fn on_key(mut self, clause: &str) -> Self {
        self.names.insert("#pk".to_owned(), PK.to_owned());
        self.clauses.push(clause.to_owned());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(versions: Vec<u64>) -> Result<Condition, StoreError> {
        Condition::present().expecting(&Expected::Versions(versions))
    }

    #[test]
    fn versions_are_operands_each_of_them_once() {
        let condition = of(vec![3, 12, 3]).unwrap();
        let expected = "attribute_exists(#pk) AND #version IN (:is3, :is12)";
        assert_eq!(condition.expression(), expected);
        assert_eq!(condition.values.len(), 2);
        assert_eq!(
            of(vec![]).unwrap().values[":is0"],
            AttributeValue::N("0".to_owned())
        );
    }

    #[test]
    fn more_versions_than_dynamodb_takes_are_refused() {
        assert!(of((0..100).collect()).is_ok());
        let error = of((0..101).collect()).unwrap_err();
        assert!(matches!(error, StoreError::TooManyVersions), "{error:?}");
    }

    #[test]
    fn any_version_is_no_clause() {
        for expected in [Expected::Any, Expected::Exists] {
            let condition = Condition::present().expecting(&expected).unwrap();
            assert_eq!(condition.expression(), "attribute_exists(#pk)");
        }
    }
}
