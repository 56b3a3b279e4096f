//! Who is known here: the holders of long-term keys, and of sessions that the local STS gave out.

use std::fmt;
use time::OffsetDateTime;

/// The account that everything local belongs to.
pub(crate) const ACCOUNT: &str = "000000000000";

/// Somebody who can sign: an access key with its secret, and who that is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Principal {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    /// Temporary credentials are good for nothing without it.
    pub(crate) token: Option<String>,
    pub(crate) expires: Option<OffsetDateTime>,
    pub(crate) identity: Identity,
}

/// What AWS calls the caller's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// `arn:aws:iam::ACCOUNT:user/NAME` or `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
    pub(crate) arn: String,
    /// `AIDA…` for a user, `AROA…:SESSION` for a role's session.
    pub(crate) user_id: String,
}

impl Identity {
    /// The identity of an ARN, with an id that is always the same for it.
    pub(crate) fn of_arn(arn: &str) -> Self {
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let user_id = match resource.split('/').collect::<Vec<_>>().as_slice() {
            ["assumed-role", role, session] => format!("{}:{session}", unique_id("AROA", role)),
            ["root"] => account_of(arn).to_owned(),
            _ => unique_id("AIDA", arn),
        };
        Self {
            arn: arn.to_owned(),
            user_id,
        }
    }

    /// The 12 digits of the account.
    pub(crate) fn account(&self) -> &str {
        account_of(&self.arn)
    }

    /// The name of the role that a session plays; nothing for everybody else.
    pub(crate) fn role(&self) -> Option<&str> {
        let resource = self.arn.splitn(6, ':').nth(5)?;
        resource.strip_prefix("assumed-role/")?.split('/').next()
    }
}

fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// An id of IAM's form: four letters for the kind, 17 letters or digits that are derived here.
pub(crate) fn unique_id(kind: &str, name: &str) -> String {
    let digits = crate::sigv4::canonical::hash(name.as_bytes()).to_ascii_uppercase();
    format!("{kind}{}", &digits[..17])
}

/// Secrets stay out of logs.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("access_key", &self.access_key)
            .field("expires", &self.expires)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
