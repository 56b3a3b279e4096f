//! One update expression, with every attribute aliased.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::condition::Condition;

/// What an update does to a row, attribute by attribute.
#[derive(Debug, Default)]
pub(super) struct Update {
    set: Vec<String>,
    remove: Vec<String>,
    condition: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Update {
    /// The attribute gets this value.
    #[must_use]
    pub(super) fn set(mut self, name: &str, value: AttributeValue) -> Self {
        let name = self.alias(name, value);
        self.set.push(format!("#{name} = :{name}"));
        self
    }

    /// The attribute gets this value, or ceases to be.
    #[must_use]
    pub(super) fn set_or_remove(mut self, name: &str, value: Option<AttributeValue>) -> Self {
        if let Some(value) = value {
            return self.set(name, value);
        }
        self.names.insert(format!("#{name}"), name.to_owned());
        self.remove.push(format!("#{name}"));
        self
    }

    /// The number grows by one.
    #[must_use]
    pub(super) fn increment(mut self, name: &str) -> Self {
        let name = self.alias(name, AttributeValue::N("1".to_owned()));
        self.set.push(format!("#{name} = #{name} + :{name}"));
        self
    }

    /// The expression, such as `SET #a = :a REMOVE #b`.
    pub(super) fn expression(&self) -> String {
        let clause = |verb, parts: &[String]| match parts {
            [] => None,
            _ => Some(format!("{verb} {}", parts.join(", "))),
        };
        let clauses = [clause("SET", &self.set), clause("REMOVE", &self.remove)];
        clauses.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The same update, made only where this holds.
    #[must_use]
    pub(super) fn under(mut self, condition: Condition) -> Self {
        self.condition = condition.expression();
        self.names.extend(condition.names);
        self.values.extend(condition.values);
        self
    }

    /// The condition's expression.
    pub(super) fn condition(&self) -> &str {
        &self.condition
    }

    fn alias<'a>(&mut self, name: &'a str, value: AttributeValue) -> &'a str {
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":{name}"), value);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_set_removed_and_counted_under_aliases() {
        let name = AttributeValue::S("Lamp".to_owned());
        let update = Update::default()
            .set("name", name.clone())
            .set_or_remove("owner", None)
            .set_or_remove("price", None)
            .increment("version");
        assert_eq!(
            update.expression(),
            "SET #name = :name, #version = #version + :version REMOVE #owner, #price"
        );
        assert_eq!(update.values[":name"], name);
        assert_eq!(update.names["#owner"], "owner");
        assert_eq!((update.names.len(), update.values.len()), (4, 2));
    }

    #[test]
    fn a_clause_without_parts_is_left_out() {
        let removal = Update::default().set_or_remove("owner", None);
        assert_eq!(removal.expression(), "REMOVE #owner");
    }
}
