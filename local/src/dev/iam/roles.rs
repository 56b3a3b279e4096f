//! The roles that there are: who may play them, and whether they may call the URL.

use super::principals::{ACCOUNT, Identity};
use crate::dev::start_error::StartError;
use serde::Deserialize;
use std::{collections::HashMap, path::Path};

/// AWS's own default, and its bounds.
const LONGEST_SESSION: u32 = 43_200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roles {
    #[serde(default, rename = "role")]
    roles: Vec<Role>,
}

/// One `[[role]]` of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    pub(super) arn: String,
    /// ARNs of users or roles, account ids, or `*`.
    #[serde(default)]
    assumed_by: Vec<String>,
    /// Whether its sessions may call the function URL.
    #[serde(default)]
    pub(super) invoke: bool,
    /// What has to be said, if anything, to play it.
    external_id: Option<String>,
    #[serde(default = "longest_session")]
    pub(super) max_session_seconds: u32,
}

fn longest_session() -> u32 {
    LONGEST_SESSION
}

impl Roles {
    /// One role that every key of the account may play, and that may call the URL.
    pub(super) fn default_roles() -> Self {
        Self {
            roles: vec![Role {
                arn: format!("arn:aws:iam::{ACCOUNT}:role/fnUrlRole"),
                assumed_by: vec![ACCOUNT.to_owned()],
                invoke: true,
                external_id: None,
                max_session_seconds: LONGEST_SESSION,
            }],
        }
    }

    /// # Errors
    /// [`StartError::Roles`] with what is wrong.
    pub(super) fn read(path: &Path) -> Result<Self, StartError> {
        let unusable = |reason: String| StartError::Roles {
            path: path.to_owned(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
        Self::parse(&text).map_err(unusable)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let roles: Self =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let mut seen = HashMap::new();
        for role in &roles.roles {
            let name = role.name();
            let name = name.ok_or_else(|| format!("`{}` is not the ARN of a role", role.arn))?;
            // As in IAM: a session's ARN has the name alone, and has to say whose permission counts.
            if let Some(other) = seen.insert((role.account(), name), &role.arn) {
                return Err(format!(
                    "{other} and {} have the same name: a role's name is its own within the account, whatever its path",
                    role.arn
                ));
            }
            if !(900..=LONGEST_SESSION).contains(&role.max_session_seconds) {
                return Err(format!(
                    "{}: max_session_seconds must be from 900 to {LONGEST_SESSION}",
                    role.arn
                ));
            }
        }
        Ok(roles)
    }

    pub(super) fn find(&self, arn: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.arn == arn)
    }

    /// Whether this identity may call the URL: a user may, a role as its entry says.
    pub(super) fn may_invoke(&self, identity: &Identity) -> bool {
        let Some(played) = identity.role() else {
            return true;
        };
        let of_account = |role: &&Role| role.account() == identity.account();
        let mut roles = self.roles.iter().filter(of_account);
        roles.any(|role| role.name() == Some(played) && role.invoke)
    }
}

impl Role {
    /// Its name, without a path: `fnUrlRole`.
    pub(super) fn name(&self) -> Option<&str> {
        let mut parts = self.arn.splitn(6, ':');
        let is_iam = parts.next() == Some("arn") && parts.nth(1) == Some("iam");
        let (account, resource) = (parts.nth(1)?, parts.next()?);
        let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        (is_iam && is_account && !name.is_empty()).then_some(name)
    }

    /// The 12 digits of the account, in an ARN that was checked.
    fn account(&self) -> &str {
        self.arn.split(':').nth(4).unwrap_or_default()
    }

    pub(super) fn may_be_assumed_by(&self, caller: &Identity, external_id: Option<&str>) -> bool {
        let account = caller.account();
        let root = format!("arn:aws:iam::{account}:root");
        let role = caller.role().unwrap_or_default();
        let role = format!("arn:aws:iam::{account}:role/{role}");
        let names = ["*", &caller.arn, &role, account, &root];
        let is_trusted = self
            .assumed_by
            .iter()
            .any(|trusted| names.contains(&trusted.as_str()));
        is_trusted && (self.external_id.is_none() || self.external_id.as_deref() == external_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_be_played_by_whom_it_trusts_with_the_external_id() {
        let roles = Roles::parse(
            "[[role]]\narn = 'arn:aws:iam::000000000000:role/team/partner'\n\
             assumed_by = ['arn:aws:iam::111122223333:root']\nexternal_id = 'x'\ninvoke = true",
        )
        .unwrap();
        let role = roles
            .find("arn:aws:iam::000000000000:role/team/partner")
            .unwrap();
        assert_eq!(role.name(), Some("partner"));
        let partner = Identity::of_arn("arn:aws:iam::111122223333:user/ann");
        let stranger = Identity::of_arn("arn:aws:iam::999922223333:user/bob");
        assert!(role.may_be_assumed_by(&partner, Some("x")));
        assert!(!role.may_be_assumed_by(&partner, None));
        assert!(!role.may_be_assumed_by(&stranger, Some("x")));
    }

    #[test]
    fn sessions_of_a_role_may_invoke_as_the_role_says_and_users_always() {
        let roles = Roles::parse(
            "[[role]]\narn = 'arn:aws:iam::000000000000:role/a/yes'\ninvoke = true\n\
             [[role]]\narn = 'arn:aws:iam::000000000000:role/no'",
        )
        .unwrap();
        let may = |arn: &str| roles.may_invoke(&Identity::of_arn(arn));
        assert!(may("arn:aws:iam::000000000000:user/fnurl"));
        assert!(may("arn:aws:sts::000000000000:assumed-role/yes/s1"));
        assert!(!may("arn:aws:sts::000000000000:assumed-role/no/s1"));
        assert!(!may("arn:aws:sts::000000000000:assumed-role/unknown/s1"));
    }

    #[test]
    fn a_file_that_cannot_be_used_says_why() {
        for (text, expected) in [
            ("[[role]]\narn = 'me'", "`me` is not the ARN of a role"),
            ("[[role]]\nname = 'x'", "unknown field `name`"),
            (
                "[[role]]\narn = 'arn:aws:iam::000000000000:role/a/x'\n\
                 [[role]]\narn = 'arn:aws:iam::000000000000:role/b/x'\ninvoke = true",
                "have the same name",
            ),
            (
                "[[role]]\narn = 'arn:aws:iam::000000000000:role/x'\nmax_session_seconds = 60",
                "from 900",
            ),
        ] {
            let said = Roles::parse(text).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }
}
