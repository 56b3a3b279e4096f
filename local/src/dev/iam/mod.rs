//! AWS_IAM: who signs a request, whether they may call the URL, and temporary credentials.

mod check;
mod credentials_file;
mod denied;
mod diagnosis;
mod presented;
mod principals;
mod roles;
mod sessions;
mod signer;
mod verify;

pub(crate) use credentials_file::PROFILE;
pub(in crate::dev) use denied::{Denied, Reason};
pub(in crate::dev) use principals::{ACCOUNT, Identity, Principal, unique_id};

use crate::dev::{clock::Clock, data::secret, start_error::StartError};
use check::Check;
use http::request::Parts;
use roles::Roles;
use sessions::Sessions;
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};
use time::{Duration, OffsetDateTime};

const CREDENTIALS: &str = "credentials";
const SESSIONS: &str = "sessions.json";

/// Knows who there is and what they may do.
#[derive(Debug)]
pub(in crate::dev) struct Authority {
    /// Where the long-term keys are.
    pub(in crate::dev) credentials: PathBuf,
    keys: HashMap<String, Principal>,
    sessions: Sessions,
    roles: Roles,
    region: String,
    clock: Clock,
}

/// Where an [`Authority`] finds its principals.
#[derive(Debug)]
pub(in crate::dev) struct Sources<'a> {
    pub(in crate::dev) data: &'a Path,
    /// Instead of the key that is made on first start.
    pub(in crate::dev) credentials: Option<&'a Path>,
    pub(in crate::dev) roles: Option<&'a Path>,
    pub(in crate::dev) region: &'a str,
    pub(in crate::dev) clock: Clock,
}

/// What is asked of the role, and for how long.
#[derive(Debug)]
pub(in crate::dev) struct Assumption<'a> {
    pub(in crate::dev) role_arn: &'a str,
    pub(in crate::dev) session_name: &'a str,
    pub(in crate::dev) external_id: Option<&'a str>,
    pub(in crate::dev) duration: Duration,
}

/// Why a role cannot be played.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::dev) enum NotAssumed {
    /// There is no such role, or it does not trust the caller: AWS does not say which, so what
    /// is meant is only for the terminal.
    NotAllowed { diagnosis: String },
    /// Seconds that the role allows at most.
    TooLong(u32),
}

impl Authority {
    /// Reads the principals and the roles; makes the first key.
    ///
    /// # Errors
    /// [`StartError`] for a file that cannot be used.
    pub(in crate::dev) async fn new(sources: &Sources<'_>) -> Result<Self, StartError> {
        let own = sources.data.join(CREDENTIALS);
        let credentials = match sources.credentials {
            Some(file) => file.to_owned(),
            None => {
                credentials_file::make(&own, sources.region)?;
                own
            }
        };
        let keys = credentials_file::read(&credentials).await?.into_iter();
        Ok(Self {
            keys: keys.map(|key| (key.access_key.clone(), key)).collect(),
            sessions: Sessions::read(sources.data.join(SESSIONS), sources.clock.now())?,
            roles: sources
                .roles
                .map_or_else(|| Ok(Roles::default_roles()), Roles::read)?,
            region: sources.region.to_owned(),
            clock: sources.clock,
            credentials,
        })
    }

    /// Who calls the function URL, if they may.
    ///
    /// # Errors
    /// [`Denied`].
    pub(in crate::dev) fn caller(
        &self,
        request: &Parts,
        body: &[u8],
        hosts: &[String],
    ) -> Result<Principal, Denied> {
        let check = Check {
            request,
            body,
            now: self.clock.now(),
            region: Some(&self.region),
            service: "lambda",
            other_hosts: hosts,
        };
        let principal = check.signer(|key| self.find(key))?;
        if self.roles.may_invoke(&principal.identity) {
            return Ok(principal);
        }
        let arn = &principal.identity.arn;
        let diagnosis = format!("{arn} may not call the URL: no role with `invoke = true` lets it");
        Err(Denied::new(Reason::Forbidden, diagnosis))
    }

    /// Who asks the local STS, which answers in every region.
    ///
    /// # Errors
    /// [`Denied`].
    pub(in crate::dev) fn sts_caller(
        &self,
        request: &Parts,
        body: &[u8],
    ) -> Result<Principal, Denied> {
        let check = Check {
            request,
            body,
            now: self.clock.now(),
            region: None,
            service: "sts",
            other_hosts: &[],
        };
        check.signer(|key| self.find(key))
    }

    /// A session of a role, for a caller whom the role trusts.
    ///
    /// # Errors
    /// [`NotAssumed`].
    pub(in crate::dev) fn assume(
        &self,
        caller: &Identity,
        asked: &Assumption<'_>,
    ) -> Result<Principal, NotAssumed> {
        let refused = |diagnosis: &str| NotAssumed::NotAllowed {
            diagnosis: diagnosis.to_owned(),
        };
        let role = self.roles.find(asked.role_arn);
        let role = role.ok_or_else(|| refused("there is no such role (`--roles`)"))?;
        if !role.may_be_assumed_by(caller, asked.external_id) {
            return Err(refused(
                "its `assumed_by` and `external_id` do not let them",
            ));
        }
        if asked.duration > Duration::seconds(role.max_session_seconds.into()) {
            return Err(NotAssumed::TooLong(role.max_session_seconds));
        }
        let account = asked.role_arn.split(':').nth(4).unwrap_or_default();
        let name = role.name().unwrap_or_default();
        let identity = Identity {
            arn: format!(
                "arn:aws:sts::{account}:assumed-role/{name}/{}",
                asked.session_name
            ),
            user_id: format!("{}:{}", unique_id("AROA", name), asked.session_name),
        };
        Ok(self.session(identity, asked.duration))
    }

    /// A session of the same identity. It counts once it is [kept](Authority::keep).
    pub(in crate::dev) fn session(&self, identity: Identity, duration: Duration) -> Principal {
        let expires = self.clock.now() + duration;
        Principal {
            access_key: secret::access_key("ASIA"),
            secret_key: secret::secret_key(),
            token: Some(secret::session_token()),
            // STS gives whole seconds.
            expires: Some(expires.replace_nanosecond(0).unwrap_or(expires)),
            identity,
        }
    }

    /// Lets a session sign from now on.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(in crate::dev) fn keep(&self, session: Principal) -> io::Result<()> {
        self.sessions.add(session, self.now())
    }

    fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    fn find(&self, access_key: &str) -> Option<Principal> {
        let key = self.keys.get(access_key).cloned();
        key.or_else(|| self.sessions.find(access_key))
    }
}

#[cfg(test)]
mod tests;
