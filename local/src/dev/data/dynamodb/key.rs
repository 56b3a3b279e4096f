//! The key of one run: only requests that are signed with it reach the tables.

use crate::dev::{
    data::{private_file, secret},
    start_error::StartError,
};
use http::{HeaderMap, Uri, header};
use std::path::{Path, PathBuf};
use subtle::ConstantTimeEq;

const FILE: &str = "tables-credentials";
/// Shorter ids, such as `test`, are made up, and every page could guess them.
const SHORTEST_ID: usize = 16;

/// A key that exists for one run, in a file that only its owner may read.
///
/// The tables check the id of the key, which has 80 random bits, and not the signature: the id
/// tells a program that was given the key from a page that was not.
#[derive(Debug, Clone)]
pub(in crate::dev) struct RunKey {
    pub(in crate::dev) id: String,
    pub(in crate::dev) secret: String,
    /// The AWS key of the person who started this run. The function inherits it and signs with it.
    inherited: Option<String>,
    pub(in crate::dev) file: PathBuf,
}

impl RunKey {
    /// # Errors
    /// [`StartError::Data`].
    pub(in crate::dev) fn make(data: &Path) -> Result<Self, StartError> {
        let file = data.join(FILE);
        let (id, secret) = secret::new_key();
        let text = format!(
            "[fnurl-tables]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\nregion = us-east-1\n"
        );
        let written = private_file::write(&file, text.as_bytes());
        written.map_err(|source| StartError::Data {
            path: file.clone(),
            source,
        })?;
        Ok(Self {
            id,
            secret,
            inherited: inherited(),
            file,
        })
    }

    /// Checks whether the function keeps the key that it inherits.
    pub(in crate::dev) fn is_inherited(&self) -> bool {
        self.inherited.is_some()
    }

    /// The verdict on a request; `None` if it has no credentials at all.
    pub(super) fn lets_in(&self, headers: &HeaderMap, uri: &Uri) -> Option<bool> {
        let given = id_in_header(headers).or_else(|| id_in_query(uri))?;
        let is_same = |known: &str| bool::from(known.as_bytes().ct_eq(given.as_bytes()));
        Some(is_same(&self.id) || self.inherited.as_deref().is_some_and(is_same))
    }
}

/// The key in the environment, if it is one that AWS may have made.
fn inherited() -> Option<String> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let id = variable("AWS_ACCESS_KEY_ID").filter(|_| variable("AWS_SECRET_ACCESS_KEY").is_some());
    id.filter(|id| id.len() >= SHORTEST_ID)
}

fn id_in_header(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = value.split_once("Credential=")?;
    credential.split('/').next()
}

fn id_in_query(uri: &Uri) -> Option<&str> {
    let mut pairs = uri.query()?.split('&');
    let credential = pairs.find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
    credential.split(['/', '%']).next()
}
