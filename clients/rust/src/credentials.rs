//! Whose credentials sign, kept until shortly before they expire.

use crate::Error;
use aws_config::{SdkConfig, sts::AssumeRoleProvider};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// New credentials are asked for so long before the old ones end: a request may take its time.
const MARGIN: Duration = Duration::from_secs(60);
const SESSION: &str = "fnurl-client";

/// Where the credentials come from.
#[derive(Debug)]
pub(crate) enum Source {
    Provider(SharedCredentialsProvider),
    Role { arn: String, config: Box<SdkConfig> },
}

/// Credentials that are asked for when they are needed. Calls that need new ones at the same time
/// wait for the first of them.
#[derive(Debug)]
pub(crate) struct Keyring {
    source: Source,
    kept: Mutex<Option<Credentials>>,
}

impl Keyring {
    pub(crate) fn new(source: Source) -> Self {
        let kept = Mutex::new(None);
        Self { source, kept }
    }

    pub(crate) async fn credentials(&self) -> Result<Credentials, Error> {
        let mut kept = self.kept.lock().await;
        if let Some(credentials) = kept.as_ref().filter(|kept| is_good(kept)) {
            return Ok(credentials.clone());
        }
        let credentials = self.source.ask().await?;
        *kept = Some(credentials.clone());
        Ok(credentials)
    }
}

impl Source {
    async fn ask(&self) -> Result<Credentials, Error> {
        let provided = match self {
            Self::Provider(provider) => provider.provide_credentials().await,
            Self::Role { arn, config } => {
                let role = AssumeRoleProvider::builder(arn)
                    .session_name(SESSION)
                    .configure(config);
                role.build().await.provide_credentials().await
            }
        };
        provided.map_err(|error| Error::Credentials(said(&error)))
    }
}

fn is_good(credentials: &Credentials) -> bool {
    let end = credentials.expiry();
    end.is_none_or(|end| SystemTime::now() + MARGIN < end)
}

/// An error with what it came from, in one line.
pub(crate) fn said(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
