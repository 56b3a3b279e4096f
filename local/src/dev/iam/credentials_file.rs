//! The keys that are known: a file in the AWS shared format, each profile a principal
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>).

use super::{
    principals::{ACCOUNT, Identity, Principal},
    secret,
};
use crate::dev::{data::private_file, start_error::StartError};
use aws_runtime::env_config::{
    file::{EnvConfigFileKind, EnvConfigFiles},
    section::{EnvConfigSections, Profile},
    source,
};
use aws_types::os_shim_internal::{Env, Fs};
use std::{collections::BTreeSet, path::Path};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The profile of the key that is made on first start.
pub(crate) const PROFILE: &str = "fnurl";

/// Writes a file with one long-term key, made here, unless there is a file.
///
/// # Errors
/// [`StartError::Credentials`].
pub(super) fn make(path: &Path, region: &str) -> Result<(), StartError> {
    if path.exists() {
        return Ok(());
    }
    let (access_key, secret_key) = (secret::access_key("AKIA"), secret::secret_key());
    let text = format!(
        "# The long-term key of `fnurl dev`: worth nothing on AWS.\n[{PROFILE}]\n\
         aws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\nregion = {region}\n"
    );
    private_file::write(path, text.as_bytes()).map_err(|error| unusable(path, &error.to_string()))
}

/// The principals of a file.
///
/// # Errors
/// [`StartError::Credentials`] with the profile and what is wrong with it.
pub(super) async fn read(path: &Path) -> Result<Vec<Principal>, StartError> {
    let text = std::fs::read_to_string(path).map_err(|error| unusable(path, &error.to_string()))?;
    let sections = parse(text)
        .await
        .map_err(|reason| unusable(path, &reason))?;
    let names: BTreeSet<_> = sections.profiles().collect();
    let profiles = names
        .into_iter()
        .filter_map(|name| sections.get_profile(name));
    let principals = profiles.map(|profile| {
        let name = profile.name();
        principal(profile).map_err(|reason| unusable(path, &format!("profile `{name}`: {reason}")))
    });
    let principals: Vec<_> = principals.collect::<Result<_, _>>()?;
    if principals.is_empty() {
        return Err(unusable(path, "it has no profile"));
    }
    Ok(principals)
}

/// By the parser of the AWS SDK, so that what is read here is what clients read.
async fn parse(text: String) -> Result<EnvConfigSections, String> {
    let files = EnvConfigFiles::builder();
    let files = files
        .with_contents(EnvConfigFileKind::Credentials, text)
        .build();
    // Nothing of this process's environment plays a part.
    let (environment, files_at_hand) = (Env::from_slice(&[]), Fs::from_slice(&[]));
    let source = source::load(&environment, &files_at_hand, &files).await;
    let source = source.map_err(|error| error.to_string())?;
    EnvConfigSections::parse(source).map_err(|error| error.to_string())
}

fn principal(profile: &Profile) -> Result<Principal, String> {
    let member = |member: &str| {
        let value = profile
            .get(member)
            .map(str::trim)
            .filter(|value| !value.is_empty());
        value.map(str::to_owned)
    };
    let needed = |name: &str| member(name).ok_or_else(|| format!("`{name}` is missing"));
    let expires = member("fnurl_expires").map(|text| {
        OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| {
            format!("fnurl_expires: `{text}` is not a time such as 2026-01-31T12:00:00Z")
        })
    });
    let arn = member("fnurl_user_arn")
        .unwrap_or_else(|| format!("arn:aws:iam::{ACCOUNT}:user/{}", profile.name()));
    let identity = Identity::of_arn(&arn);
    if identity.account().len() != 12 {
        return Err(format!(
            "fnurl_user_arn: `{arn}` is not the ARN of a user or an assumed role"
        ));
    }
    Ok(Principal {
        access_key: needed("aws_access_key_id")?,
        secret_key: needed("aws_secret_access_key")?,
        token: member("aws_session_token"),
        expires: expires.transpose()?,
        identity,
    })
}

fn unusable(path: &Path, reason: &str) -> StartError {
    StartError::Credentials {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn the_key_that_is_made_can_be_read_back_and_is_nobody_elses_to_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        make(&path, "us-east-1").unwrap();
        let principals = read(&path).await.unwrap();
        assert_eq!(principals.len(), 1);
        assert_eq!(
            principals[0].identity.arn,
            "arn:aws:iam::000000000000:user/fnurl"
        );
        assert!(principals[0].access_key.starts_with("AKIA"));
        assert_eq!(
            (
                principals[0].access_key.len(),
                principals[0].secret_key.len()
            ),
            (20, 40)
        );
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        make(&path, "us-east-1").unwrap();
        assert_eq!(
            read(&path).await.unwrap(),
            principals,
            "a second start keeps the key"
        );
    }

    async fn read_text(text: &str) -> Result<Vec<Principal>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path()).await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn every_profile_is_a_principal_with_its_arn_token_and_end() {
        let principals = read_text(
            "[default]\naws_access_key_id=AKIA1\naws_secret_access_key=a/b+c#d\"e\n\n; note\n[job]\n\
             aws_access_key_id = ASIA2\naws_secret_access_key = s\naws_session_token = t==\n\
             fnurl_user_arn = arn:aws:sts::111122223333:assumed-role/Caller/job7\n\
             fnurl_expires = 2026-01-31T12:00:00Z\n",
        )
        .await
        .unwrap();
        assert_eq!(principals[0].secret_key, "a/b+c#d\"e");
        assert_eq!(principals[1].token.as_deref(), Some("t=="));
        assert_eq!(principals[1].identity.account(), "111122223333");
        assert_eq!(principals[1].identity.role(), Some("Caller"));
        assert!(principals[1].identity.user_id.starts_with("AROA"));
        assert!(principals[1].identity.user_id.ends_with(":job7"));
        assert_eq!(
            principals[1].expires,
            Some(time::macros::datetime!(2026-01-31 12:00 UTC))
        );
    }

    #[tokio::test]
    async fn a_profile_that_cannot_be_used_is_named() {
        for (text, expected) in [
            (
                "[a]\naws_access_key_id=AKIA1\n",
                "profile `a`: `aws_secret_access_key` is missing",
            ),
            ("", "it has no profile"),
            (
                "[a]\naws_access_key_id=A\naws_secret_access_key=s\nfnurl_expires=soon",
                "`soon` is not a time",
            ),
            (
                "[a]\naws_access_key_id=A\naws_secret_access_key=s\nfnurl_user_arn=me",
                "`me` is not the ARN",
            ),
        ] {
            let said = read_text(text).await.unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }
}
