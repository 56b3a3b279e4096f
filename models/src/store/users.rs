//! Users: create, read, replace, patch, delete, list. No two have the same e-mail address.
//!
//! A row of its own says that an address is taken. It is written in one transaction with its
//! user, so that neither a race nor a crash can give an address away twice or keep it from all.

use aws_sdk_dynamodb::types::AttributeValue;

use super::Store;
use super::attempts::Attempts;
use super::changing::{Change, Changed, Joint};
use super::condition::Condition;
use super::entity::Entity;
use super::error::{RowError, StoreError};
use super::items::id_taken;
use super::keys::*;
use super::rows::WriteToken;
use super::transaction::{Action, Outcome, Verdict};
use super::update::Update;
use super::user_rows::{email_row, user_row};
use crate::email::same_email;
use crate::{
    Cursor, Expected, IdempotencyRecord, Limit, NewUser, Page, Timestamp, User, UserId, Written,
};

/// How often a user is read again because somebody has changed it before it could be deleted.
const ROUNDS: u32 = 4;

impl Store {
    /// Keeps a new user, as [`User::new`] makes it, and along with it the record of the request,
    /// if there is one: unless the request had its effect before.
    ///
    /// A transaction of the user and the e-mail address: five write units up to 1 KB, and two
    /// more for each KB of the record.
    ///
    /// # Errors
    /// [`StoreError::EmailTaken`], [`StoreError::Throttled`], [`StoreError::Unavailable`],
    /// [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn create_user(
        &self,
        user: &User,
        record: Option<&IdempotencyRecord>,
    ) -> Result<Written, StoreError> {
        let attempts = Attempts::default();
        let work = self.put_user(user, record, &attempts);
        self.bounded(Some(&attempts), work).await
    }

    /// The user as it is now, as strongly consistent as [`Store::read_item`].
    ///
    /// # Errors
    /// [`StoreError::NoSuchUser`], [`StoreError::Throttled`], [`StoreError::Unavailable`],
    /// [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn read_user(&self, id: UserId) -> Result<User, StoreError> {
        self.bounded(None, self.read_row(id)).await
    }

    /// Replaces a user as a whole, if it is in a version that is expected, and returns it with
    /// the next version.
    ///
    /// One round trip, unless the e-mail address changes by more than upper and lower case: then
    /// a transaction gives up the old address and takes the new one.
    ///
    /// # Errors
    /// [`StoreError::NoSuchUser`], [`StoreError::Changed`], [`StoreError::TooManyVersions`],
    /// [`StoreError::EmailTaken`], [`StoreError::Throttled`], [`StoreError::Unavailable`],
    /// [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn replace_user(
        &self,
        id: UserId,
        new: NewUser,
        expected: &Expected,
    ) -> Result<User, StoreError> {
        let attempts = Attempts::default();
        let work = self.update_user(id, new, expected, &attempts);
        self.bounded(Some(&attempts), work).await
    }

    /// Patches a user, as [`Store::patch_item`] does an item.
    ///
    /// # Errors
    /// What `patch` returns, or what [`Store::replace_user`] does.
    pub async fn patch_user<E: From<StoreError>>(
        &self,
        id: UserId,
        expected: &Expected,
        patch: impl Fn(NewUser) -> Result<NewUser, E>,
    ) -> Result<User, E> {
        self.patch(id, expected, patch).await
    }

    /// Deletes a user to whom no items belong, if it is in a version that is expected, and sets
    /// the e-mail address free.
    ///
    /// Whether there are items is read from an index, which follows the table with a short delay:
    /// an item created in the same instant may stay behind, without an owner that exists.
    ///
    /// # Errors
    /// [`StoreError::NoSuchUser`] if there is none, [`StoreError::HasItems`],
    /// [`StoreError::Changed`], [`StoreError::Throttled`], [`StoreError::Unavailable`],
    /// [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn delete_user(&self, id: UserId, expected: &Expected) -> Result<(), StoreError> {
        let attempts = Attempts::default();
        let work = self.remove_user(id, expected, true, &attempts);
        self.bounded(Some(&attempts), work).await
    }

    /// One page of all users, newest first; see [`Store::list_items`].
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`] if the cursor is of another list, [`StoreError::Throttled`],
    /// [`StoreError::Unavailable`], [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn list_users(
        &self,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<User>, StoreError> {
        let last = cursor.map(Cursor::last_user).transpose();
        let last = last.map_err(StoreError::InvalidCursor)?;
        let (rows, has_more) = self
            .page(limit, |wanted| self.lanes_of_all(USER, last, wanted))
            .await?;
        let last_shown = rows.last().filter(|_| has_more);
        let next = last_shown.map(|user: &User| Cursor::after_user(user.id));
        Ok(Page { rows, next })
    }

    async fn put_user(
        &self,
        user: &User,
        record: Option<&IdempotencyRecord>,
        attempts: &Attempts,
    ) -> Result<Written, StoreError> {
        let token = WriteToken::new();
        let row = user_row(user, self.list_shards(), token);
        let email = self.take_email(&same_email(&user.email), user.id, token)?;
        let actions = vec![
            (Action::put(self, row, Condition::absent())?, id_taken()),
            (email, StoreError::EmailTaken),
        ];
        self.create_once(actions, record, token, attempts).await
    }

    pub(super) async fn update_user(
        &self,
        id: UserId,
        new: NewUser,
        expected: &Expected,
        attempts: &Attempts,
    ) -> Result<User, StoreError> {
        let token = WriteToken::new();
        let same = AttributeValue::S(same_email(&new.email));
        let change = Change {
            update: replacement(&new, token, Timestamp::now()),
            token,
            expected,
            kept: Some((SAME_EMAIL, same)),
        };
        match self.change_row::<User>(id, change, attempts).await? {
            Changed::Made(user) => Ok(user),
            Changed::NotKept(stored) => {
                let joint = |stored: &User| self.change_of_email(stored, &new);
                self.change_jointly(stored, expected, joint, attempts).await
            }
        }
    }

    /// Replaces the user, takes the new address and gives up the old one.
    fn change_of_email(&self, stored: &User, new: &NewUser) -> Result<Joint<User>, StoreError> {
        let (token, now) = (WriteToken::new(), Timestamp::now());
        let (old_email, new_email) = (same_email(&stored.email), same_email(&new.email));
        let mut others = Vec::new();
        // Whoever was faster may have set this very address.
        if old_email != new_email {
            let take = self.take_email(&new_email, stored.id, token)?;
            let give_up = self.give_up_email(&old_email, stored.id)?;
            others.extend([
                (take, StoreError::EmailTaken),
                (give_up, not_taken(stored.id)),
            ]);
        }
        Ok(Joint {
            update: replacement(new, token, now),
            token,
            after: User {
                id: stored.id,
                email: new.email.clone(),
                name: new.name.clone(),
                version: stored.version + 1,
                created_at: stored.created_at,
                updated_at: now,
            },
            others,
        })
    }

    fn take_email(
        &self,
        same_email: &str,
        user: UserId,
        token: WriteToken,
    ) -> Result<Action, StoreError> {
        let row = email_row(same_email, user, token);
        Action::put(self, row, Condition::absent())
    }

    fn give_up_email(&self, same_email: &str, user: UserId) -> Result<Action, StoreError> {
        let user = AttributeValue::S(user.to_string());
        let condition = Condition::default().equal(USER_ID, user);
        Action::delete(self, Key::of_email(same_email), condition)
    }

    /// Deletes a user; if `with_care`, only one to whom no items belong.
    pub(super) async fn remove_user(
        &self,
        id: UserId,
        expected: &Expected,
        with_care: bool,
        attempts: &Attempts,
    ) -> Result<(), StoreError> {
        for _ in 0..ROUNDS {
            let user: User = match self.read_row(id).await {
                // An attempt without an answer is taken for the one that deleted the user.
                Err(StoreError::NoSuchUser(_)) if attempts.leave_outcome_unknown() => return Ok(()),
                read => read?,
            };
            let version = user.version;
            if !expected.allows(version, user.updated_at) {
                return Err(StoreError::Changed { version });
            }
            if with_care && self.has_items(id).await? {
                return Err(StoreError::HasItems);
            }
            let as_read = Expected::Versions(vec![version]);
            let condition = Condition::present().expecting(&as_read)?;
            let actions = vec![
                Action::delete(self, User::key(id), condition)?,
                self.give_up_email(&same_email(&user.email), id)?,
            ];
            let outcome = self.transact(actions, WriteToken::new(), attempts).await?;
            match outcome {
                Outcome::Done => return Ok(()),
                // Somebody else has changed or deleted the user.
                Outcome::Refused(verdicts) if verdicts.first().is_some_and(Verdict::is_failed) => {}
                Outcome::Refused(_) => return Err(not_taken(id)),
            }
        }
        Err(StoreError::contended(attempts))
    }
}

/// What replacing does to the row: all of the content, and none of the keys.
fn replacement(new: &NewUser, token: WriteToken, now: Timestamp) -> Update {
    Update::default()
        .set(EMAIL, AttributeValue::S(new.email.clone()))
        .set(SAME_EMAIL, AttributeValue::S(same_email(&new.email)))
        .set(NAME, AttributeValue::S(new.name.clone()))
        .increment(VERSION)
        .set(UPDATED_AT, AttributeValue::S(now.to_string()))
        .set(WRITE_TOKEN, token.value())
}

/// The user has an e-mail address that is not taken by them. The address itself is not for logs.
fn not_taken(user: UserId) -> StoreError {
    let key = format!("USER#{user}");
    StoreError::Corrupt(RowError {
        key,
        attribute: SAME_EMAIL,
    })
}
