//! The calls about items, and about the API's health.

use crate::{
    Client, Condition, EntityTag, Error, Export, ItemPatch, Pages, Tagged,
    exchange::{Answer, Call},
    retries::Repeatable,
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header::IF_NONE_MATCH};
use models::{Item, ItemId, NewItem, UserId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

pub(crate) const MERGE_PATCH: &str = "application/merge-patch+json";
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// As many rows as a page can have.
pub(crate) const LIMIT: u8 = models::Limit::MAX;

/// How the API is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Health {
    /// `pass` when all is well.
    pub status: String,
}

/// # Health
impl Client {
    /// Whether the function runs. Its database is not asked.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn health(&self) -> Result<Health, Error> {
        self.read("/health").await?.json()
    }

    /// Whether the database answers, too.
    ///
    /// # Errors
    /// As every call: see [`Error`]; [`Error::Refused`] with 503 if it does not.
    pub async fn readiness(&self) -> Result<Health, Error> {
        self.read("/health/ready").await?.json()
    }
}

/// # Items
impl Client {
    /// The items, newest first, of everybody or of one user.
    #[must_use]
    pub fn items(&self, owner: Option<UserId>) -> Pages<Item> {
        let owner = owner.map(|owner| format!("&ownerId={owner}"));
        let list = format!("/items?limit={LIMIT}{}", owner.unwrap_or_default());
        Pages::new(self, list)
    }

    /// Creates an item, once, however often it has to be sent.
    ///
    /// # Errors
    /// 422 if the item breaks a rule; otherwise as every call: see [`Error`].
    pub async fn create_item(&self, new: &NewItem) -> Result<Tagged<Item>, Error> {
        self.create_item_once(new, &Uuid::new_v4().to_string())
            .await
    }

    /// Creates an item under an idempotency key that outlives this program: whoever comes back
    /// with it within 24 hours gets the same item.
    ///
    /// # Errors
    /// As [`create_item`](Self::create_item); 422 if the key was used for another item.
    pub async fn create_item_once(&self, new: &NewItem, key: &str) -> Result<Tagged<Item>, Error> {
        self.create("/items", new, key).await
    }

    /// One item.
    ///
    /// # Errors
    /// 404 if there is none; otherwise as every call: see [`Error`].
    pub async fn item(&self, id: ItemId) -> Result<Tagged<Item>, Error> {
        tagged(&self.read(format!("/items/{id}")).await?)
    }

    /// One item, if it is no longer what it was; `None` if nothing has changed.
    ///
    /// # Errors
    /// As [`item`](Self::item).
    pub async fn item_since(
        &self,
        id: ItemId,
        seen: &EntityTag,
    ) -> Result<Option<Tagged<Item>>, Error> {
        let mut call = Call::new(Method::GET, format!("/items/{id}"));
        call.headers.insert(IF_NONE_MATCH, seen.value().clone());
        match self.exchange(&call).await {
            Ok(answer) => tagged(&answer).map(Some),
            Err(error) if error.status() == Some(StatusCode::NOT_MODIFIED) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces an item as a whole; what is left out is gone.
    ///
    /// # Errors
    /// 404, 412 and 422; otherwise as every call: see [`Error`].
    pub async fn replace_item(
        &self,
        id: ItemId,
        new: &NewItem,
        condition: Condition<'_>,
    ) -> Result<Tagged<Item>, Error> {
        self.replace(format!("/items/{id}"), new, condition).await
    }

    /// Changes some members of an item.
    ///
    /// # Errors
    /// 404, 412 and 422; otherwise as every call: see [`Error`].
    pub async fn patch_item(
        &self,
        id: ItemId,
        patch: &ItemPatch,
        condition: Condition<'_>,
    ) -> Result<Tagged<Item>, Error> {
        self.patch(format!("/items/{id}"), patch, condition).await
    }

    /// Deletes an item.
    ///
    /// # Errors
    /// 404 and 412; otherwise as every call: see [`Error`].
    pub async fn delete_item(&self, id: ItemId, condition: Condition<'_>) -> Result<(), Error> {
        self.delete(format!("/items/{id}"), condition).await?;
        Ok(())
    }

    /// Every item, newest first, as they come.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn export_items(&self) -> Result<Export, Error> {
        let mut call = Call::new(Method::GET, "/items/export");
        let lines = HeaderValue::from_static("application/x-ndjson, application/problem+json");
        call.headers.insert(http::header::ACCEPT, lines);
        Ok(Export::new(
            self.open(&call).await?,
            &self.shared.target.host,
        ))
    }
}

/// What calls about items and about users have in common.
impl Client {
    pub(crate) async fn read(&self, target: impl Into<String>) -> Result<Answer, Error> {
        self.exchange(&Call::new(Method::GET, target)).await
    }

    pub(crate) async fn create<T: DeserializeOwned>(
        &self,
        target: &str,
        new: &impl Serialize,
        key: &str,
    ) -> Result<Tagged<T>, Error> {
        let mut call = Call::new(Method::POST, target).json(new)?;
        let key = HeaderValue::from_str(key)
            .map_err(|_| Error::Request(format!("{key:?} is no idempotency key")))?;
        call.headers.insert(IDEMPOTENCY_KEY, key);
        tagged(&self.exchange(&call).await?)
    }

    pub(crate) async fn replace<T: DeserializeOwned>(
        &self,
        target: String,
        new: &impl Serialize,
        condition: Condition<'_>,
    ) -> Result<Tagged<T>, Error> {
        let mut call = Call::new(Method::PUT, target).json(new)?;
        condition.write(&mut call.headers);
        if condition != Condition::Any {
            call.repeatable = Repeatable::WhenRefused;
        }
        tagged(&self.exchange(&call).await?)
    }

    pub(crate) async fn patch<T: DeserializeOwned>(
        &self,
        target: String,
        patch: &impl Serialize,
        condition: Condition<'_>,
    ) -> Result<Tagged<T>, Error> {
        let mut call = Call::new(Method::PATCH, target).body(patch, MERGE_PATCH)?;
        condition.write(&mut call.headers);
        call.repeatable = Repeatable::WhenRefused;
        tagged(&self.exchange(&call).await?)
    }

    pub(crate) async fn delete(
        &self,
        target: String,
        condition: Condition<'_>,
    ) -> Result<Answer, Error> {
        let mut call = Call::new(Method::DELETE, target);
        condition.write(&mut call.headers);
        call.repeatable = Repeatable::WhenRefused;
        self.exchange(&call).await
    }
}

pub(crate) fn tagged<T: DeserializeOwned>(answer: &Answer) -> Result<Tagged<T>, Error> {
    let missing = || Error::Unreadable("it has no entity tag".to_owned());
    Ok(Tagged {
        value: answer.json()?,
        tag: EntityTag::read(&answer.headers).ok_or_else(missing)?,
    })
}
