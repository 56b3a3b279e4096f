//! Users, and what a client may say about one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::email::email;
use crate::text::{ONE_LINE, one_line};
use crate::{Timestamp, UserId};

/// Somebody whom items may belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Identifies the user; given by the server, never reused.
    pub id: UserId,

    /// The user's e-mail address as it was given; no two users have the same one.
    pub email: String,

    /// What the user is called.
    pub name: String,

    /// How often the user has been written: 1 when created, one more with each change.
    pub version: u64,

    /// When the user was created.
    pub created_at: Timestamp,

    /// When the user was last changed; equal to `createdAt` until then.
    pub updated_at: Timestamp,
}

impl User {
    /// A new user, under a new id and as version 1; not kept anywhere yet.
    #[must_use]
    pub fn new(new: NewUser) -> Self {
        let now = Timestamp::now();
        Self {
            id: UserId::new(),
            email: new.email,
            name: new.name,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// A user as a client describes it: to create one, or to replace one as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(example = example())]
pub struct NewUser {
    /// The user's e-mail address. No two users may have the same one, where upper and lower case
    /// make no difference.
    #[validate(
        length(max = 254, message = "must be at most 254 characters long"),
        custom(function = "email")
    )]
    #[schemars(extend("format" = "email"), example = &"ada@example.org")]
    pub email: String,

    /// What the user is called: one line, and not only white space.
    #[validate(
        length(min = 1, max = 200, message = "must be 1 to 200 characters long"),
        custom(function = "one_line")
    )]
    #[schemars(regex(pattern = ONE_LINE), example = &"Ada Lovelace")]
    pub name: String,
}

/// The user as a client would describe it: all that a client may say, and nothing else.
impl From<&User> for NewUser {
    fn from(user: &User) -> Self {
        Self {
            email: user.email.clone(),
            name: user.name.clone(),
        }
    }
}

fn example() -> NewUser {
    NewUser {
        email: "ada@example.org".to_owned(),
        name: "Ada Lovelace".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use schemars::schema_for;
    use serde_json::{Value, json};

    use super::*;

    fn refused(new: &NewUser) -> Vec<String> {
        let errors = new.validate().err().unwrap_or_default();
        let errors = errors.into_errors();
        let mut fields: Vec<_> = errors.into_keys().map(String::from).collect();
        fields.sort();
        fields
    }

    #[test]
    fn each_rule_is_reported_at_its_field() {
        let bad = NewUser {
            email: "ada".to_owned(),
            name: " ".to_owned(),
        };
        assert_eq!(refused(&bad), ["email", "name"]);
        assert!(refused(&example()).is_empty());
        let name = "é".repeat(200);
        assert!(refused(&NewUser { name, ..example() }).is_empty());
        let name = "é".repeat(201);
        assert_eq!(refused(&NewUser { name, ..example() }), ["name"]);
    }

    #[test]
    fn both_members_are_required_and_no_others_are_known() {
        let cases = [
            (json!({"email": "ada@example.org", "name": "Ada"}), true),
            (json!({"email": "ada@example.org"}), false),
            (json!({"name": "Ada"}), false),
            (json!({"email": null, "name": "Ada"}), false),
            (
                json!({"email": "ada@example.org", "name": "Ada", "id": UserId::new()}),
                false,
            ),
        ];
        for (case, expected) in cases {
            let read = serde_json::from_value::<NewUser>(case.clone());
            assert_eq!(read.is_ok(), expected, "{case}");
        }
    }

    #[test]
    fn the_rules_that_are_checked_are_published() {
        let schema = schema_for!(NewUser).to_value();
        let member = |name: &str| &schema["properties"][name];
        assert_eq!(schema["required"], json!(["email", "name"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        assert_eq!(member("email")["format"], "email");
        assert_eq!(member("email")["maxLength"], 254);
        assert_eq!(member("name")["pattern"], ONE_LINE);
        assert_eq!(member("name")["maxLength"], 200);
        for schema in [schema, schema_for!(User).to_value()] {
            for (name, member) in schema["properties"].as_object().unwrap() {
                let described = member.get("description").is_some_and(Value::is_string);
                assert!(described, "{name}");
            }
        }
    }
}
