//! Lists, page by page.

use crate::{Client, Error, exchange::Call};
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, de::DeserializeOwned};
use std::marker::PhantomData;

/// The pages of a list. Whatever is created or deleted meanwhile, nothing comes twice, and nothing
/// is left out that was there throughout.
#[derive(Debug)]
pub struct Pages<T> {
    client: Client,
    /// The path, and the parameters that stay.
    list: String,
    cursor: Option<String>,
    is_over: bool,
    of: PhantomData<fn() -> T>,
}

/// A page, whatever its rows are called in it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    #[serde(alias = "items", alias = "users")]
    rows: Vec<T>,
    next_cursor: Option<String>,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(crate) fn new(client: &Client, list: String) -> Self {
        Self {
            client: client.clone(),
            list,
            cursor: None,
            is_over: false,
            of: PhantomData,
        }
    }

    /// The next page, newest first; `None` after the last one. After an error the same page can
    /// be asked for again.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, Error> {
        if self.is_over {
            return Ok(None);
        }
        let cursor = self.cursor.as_ref().map(|cursor| {
            let cursor = utf8_percent_encode(cursor, NON_ALPHANUMERIC);
            format!("&cursor={cursor}")
        });
        let target = format!("{}{}", self.list, cursor.unwrap_or_default());
        let answer = self
            .client
            .exchange(&Call::new(Method::GET, target))
            .await?;
        let Page { rows, next_cursor } = answer.json()?;
        self.is_over = next_cursor.is_none();
        self.cursor = next_cursor;
        Ok(Some(rows))
    }

    /// Everything that is left of the list.
    ///
    /// # Errors
    /// As every call: see [`Error`].
    pub async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(rows) = self.next().await? {
            all.extend(rows);
        }
        Ok(all)
    }
}
