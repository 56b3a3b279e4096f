//! The calls about users.

use crate::{
    Client, Condition, Error, Pages, Tagged, UserPatch,
    items::{LIMIT, tagged},
};
use http::StatusCode;
use models::{Item, NewUser, User, UserId};
use serde::Deserialize;
use uuid::Uuid;

/// Who signs the requests, as the API sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Caller {
    /// The ARN of the user or of the role's session.
    pub arn: String,
    /// The id of the user, or of the role and its session.
    pub principal_id: String,
    /// The 12 digits of the account.
    pub account_id: String,
}

/// How far the deletion of a user with all items has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The user and all items are gone.
    Whole,
    /// So many items are gone; the same call goes on with the others.
    Begun(usize),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    deleted_items: usize,
}

/// # Users
impl Client {
    /// Who signs the requests, as the API sees it.
    ///
    /// # Errors
    /// 401 if nobody does; otherwise as every call: see [`Error`].
    pub async fn me(&self) -> Result<Caller, Error> {
        self.read("/users/me").await?.json()
    }

    /// The users, newest first.
    #[must_use]
    pub fn users(&self) -> Pages<User> {
        Pages::new(self, format!("/users?limit={LIMIT}"))
    }

    /// The items of a user, newest first.
    #[must_use]
    pub fn items_of(&self, id: UserId) -> Pages<Item> {
        Pages::new(self, format!("/users/{id}/items?limit={LIMIT}"))
    }

    /// Creates a user, once, however often it has to be sent.
    ///
    /// # Errors
    /// 409 if somebody has the e-mail address, 422 if the user breaks a rule; otherwise as every
    /// call: see [`Error`].
    pub async fn create_user(&self, new: &NewUser) -> Result<Tagged<User>, Error> {
        self.create_user_once(new, &Uuid::new_v4().to_string())
            .await
    }

    /// Creates a user under an idempotency key that outlives this program: whoever comes back with
    /// it within 24 hours gets the same user.
    ///
    /// # Errors
    /// As [`create_user`](Self::create_user); 422 if the key was used for another user.
    pub async fn create_user_once(&self, new: &NewUser, key: &str) -> Result<Tagged<User>, Error> {
        self.create("/users", new, key).await
    }

    /// One user.
    ///
    /// # Errors
    /// 404 if there is none; otherwise as every call: see [`Error`].
    pub async fn user(&self, id: UserId) -> Result<Tagged<User>, Error> {
        tagged(&self.read(format!("/users/{id}")).await?)
    }

    /// Replaces a user as a whole.
    ///
    /// # Errors
    /// 404, 409, 412 and 422; otherwise as every call: see [`Error`].
    pub async fn replace_user(
        &self,
        id: UserId,
        new: &NewUser,
        condition: Condition<'_>,
    ) -> Result<Tagged<User>, Error> {
        self.replace(format!("/users/{id}"), new, condition).await
    }

    /// Changes some members of a user.
    ///
    /// # Errors
    /// 404, 409, 412 and 422; otherwise as every call: see [`Error`].
    pub async fn patch_user(
        &self,
        id: UserId,
        patch: &UserPatch,
        condition: Condition<'_>,
    ) -> Result<Tagged<User>, Error> {
        self.patch(format!("/users/{id}"), patch, condition).await
    }

    /// Deletes a user to whom no items belong.
    ///
    /// # Errors
    /// 404, 409 if there are items, and 412; otherwise as every call: see [`Error`].
    pub async fn delete_user(&self, id: UserId, condition: Condition<'_>) -> Result<(), Error> {
        self.delete(format!("/users/{id}"), condition).await?;
        Ok(())
    }

    /// Deletes a user along with the items: as many of them as one call can, and the user after
    /// the last. Call it until it is [`Deletion::Whole`].
    ///
    /// # Errors
    /// 404 and 412; otherwise as every call: see [`Error`].
    pub async fn delete_user_with_items(
        &self,
        id: UserId,
        condition: Condition<'_>,
    ) -> Result<Deletion, Error> {
        let target = format!("/users/{id}?withItems=true");
        let answer = self.delete(target, condition).await?;
        if answer.status != StatusCode::ACCEPTED {
            return Ok(Deletion::Whole);
        }
        let Begun { deleted_items } = answer.json()?;
        Ok(Deletion::Begun(deleted_items))
    }
}
