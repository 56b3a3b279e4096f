//! The sessions that the local STS gave out: kept in a file, so that they outlive a restart and
//! end when they were said to end.

use super::principals::{Identity, Principal};
use crate::dev::{data::private_file, start_error::StartError};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use time::OffsetDateTime;

#[derive(Debug)]
pub(super) struct Sessions {
    file: PathBuf,
    by_key: Mutex<HashMap<String, Principal>>,
}

/// One session as the file has it.
#[derive(Serialize, Deserialize)]
struct Saved {
    access_key: String,
    secret_key: String,
    token: String,
    /// Seconds since 1970.
    expires: i64,
    arn: String,
    user_id: String,
}

impl Sessions {
    /// # Errors
    /// [`StartError::Credentials`]: the file is there and cannot be used.
    pub(super) fn read(file: PathBuf, now: OffsetDateTime) -> Result<Self, StartError> {
        let saved = load(&file).map_err(|error| StartError::Credentials {
            path: file.clone(),
            reason: error.to_string(),
        })?;
        let sessions = saved.into_iter().filter_map(Saved::principal);
        let yesterday = now - time::Duration::DAY;
        let lasting = sessions.filter(|session| session.expires > Some(yesterday));
        let by_key = lasting.map(|session| (session.access_key.clone(), session));
        Ok(Self {
            file,
            by_key: Mutex::new(by_key.collect()),
        })
    }

    pub(super) fn find(&self, access_key: &str) -> Option<Principal> {
        let sessions = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(access_key).cloned()
    }

    /// Adds a session, and forgets those that have ended since yesterday: until then they are
    /// answered as expired, not as unknown.
    ///
    /// # Errors
    /// When the file cannot be written; the session is not given out then.
    pub(super) fn add(&self, session: Principal, now: OffsetDateTime) -> io::Result<()> {
        let mut sessions = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let yesterday = now - time::Duration::DAY;
        sessions.retain(|_, session| session.expires > Some(yesterday));
        let saved = sessions.values().chain([&session]).filter_map(Saved::of);
        private_file::write(&self.file, &serde_json::to_vec(&saved.collect::<Vec<_>>())?)?;
        sessions.insert(session.access_key.clone(), session);
        Ok(())
    }
}

fn load(file: &Path) -> io::Result<Vec<Saved>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

impl Saved {
    fn of(session: &Principal) -> Option<Self> {
        Some(Self {
            access_key: session.access_key.clone(),
            secret_key: session.secret_key.clone(),
            token: session.token.clone()?,
            expires: session.expires?.unix_timestamp(),
            arn: session.identity.arn.clone(),
            user_id: session.identity.user_id.clone(),
        })
    }

    fn principal(self) -> Option<Principal> {
        Some(Principal {
            access_key: self.access_key,
            secret_key: self.secret_key,
            token: Some(self.token),
            expires: Some(OffsetDateTime::from_unix_timestamp(self.expires).ok()?),
            identity: Identity {
                arn: self.arn,
                user_id: self.user_id,
            },
        })
    }
}
