//! A user as rows, and back: the user, and the e-mail address as taken.

use std::num::NonZeroU8;

use super::error::StoreError;
use super::keys::*;
use super::rows::{Unreadable, WriteToken, read_number, readable, take};
use crate::email::same_email;
use crate::{User, UserId};

/// The whole row of a new user.
pub(super) fn user_row(user: &User, shards: NonZeroU8, token: WriteToken) -> Row {
    let mut row = Key::of_user(user.id).attributes();
    row.extend([
        text(KIND, USER),
        text(ID, user.id),
        text(LIST_SHARD, list_shard(USER, user.id, shards)),
        text(EMAIL, &user.email),
        text(SAME_EMAIL, same_email(&user.email)),
        text(NAME, &user.name),
        number(VERSION, user.version),
        text(CREATED_AT, user.created_at),
        text(UPDATED_AT, user.updated_at),
        (WRITE_TOKEN.to_owned(), token.value()),
    ]);
    row
}

/// The row that says that a user has this e-mail address.
pub(super) fn email_row(same_email: &str, user: UserId, token: WriteToken) -> Row {
    let mut row = Key::of_email(same_email).attributes();
    row.extend([
        text(KIND, TAKEN_EMAIL),
        text(USER_ID, user),
        (WRITE_TOKEN.to_owned(), token.value()),
    ]);
    row
}

/// The user in a row.
pub(super) fn user_of(row: Row) -> Result<User, StoreError> {
    readable(row, read_user)
}

fn read_user(row: &mut Row) -> Result<User, Unreadable> {
    if take::<String>(row, KIND)? != USER {
        return Err(KIND);
    }
    Ok(User {
        id: take(row, ID)?,
        email: take(row, EMAIL)?,
        name: take(row, NAME)?,
        version: row.remove(VERSION).and_then(read_number).ok_or(VERSION)?,
        created_at: take(row, CREATED_AT)?,
        updated_at: take(row, UPDATED_AT)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    const SHARDS: NonZeroU8 = NonZeroU8::new(4).unwrap();

    fn ada() -> User {
        let now = Timestamp::now();
        User {
            id: UserId::new(),
            email: "Ada@Example.org".to_owned(),
            name: "Ada".to_owned(),
            version: 7,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn a_user_survives_being_a_row() {
        let ada = ada();
        let row = user_row(&ada, SHARDS, WriteToken::new());
        assert_eq!(user_of(row).unwrap(), ada);
    }

    #[test]
    fn a_row_that_lacks_an_attribute_is_corrupt() {
        let ada = ada();
        for name in [KIND, ID, EMAIL, NAME, VERSION, CREATED_AT, UPDATED_AT] {
            let mut row = user_row(&ada, SHARDS, WriteToken::new());
            row.remove(name);
            let error = user_of(row).unwrap_err();
            assert!(
                matches!(&error, StoreError::Corrupt(row) if row.attribute == name),
                "{name}: {error:?}"
            );
        }
    }

    /// Index keys in it would list it among users or items.
    #[test]
    fn a_taken_address_is_in_no_index() {
        let row = email_row("ada@example.org", UserId::new(), WriteToken::new());
        for name in [ID, OWNER_ID, LIST_SHARD] {
            assert!(!row.contains_key(name), "{name}");
        }
    }
}
