//! Whose credentials sign a call: those that are named, else those of `fnurl dev` for a local URL,
//! else what the AWS configuration has. They stay in memory.

use super::{
    failure::{Failure, chain},
    options::Options,
    signature::Signer,
    target::Target,
};
use crate::dev::PROFILE;
use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, profile::ProfileFileCredentialsProvider,
    provider_config::ProviderConfig, sts::AssumeRoleProvider,
};
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use std::{
    path::Path,
    time::{Duration, SystemTime},
};

/// A function URL is signed for as the service that it belongs to.
const SERVICE: &str = "lambda";
/// Where `fnurl dev --auth iam` keeps its key, unless it is told otherwise.
const LOCAL_CREDENTIALS: &str = ".fnurl/credentials";
/// The region of `fnurl dev`, unless it is told otherwise. The region of the environment is not
/// meant for it.
const LOCAL_REGION: &str = "us-east-1";

/// Asks the AWS configuration, and STS where that says so.
///
/// # Errors
/// [`Failure::NoCredentials`] and [`Failure::NoRegion`].
pub(super) async fn find(options: &Options, target: &Target) -> Result<Signer, Failure> {
    let region = known_region(options, target);
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http.clone());
    if let Some(region) = region.clone() {
        loader = loader.region(Region::new(region));
    }
    let provider_config = ProviderConfig::default()
        .with_http_client(http)
        .with_region(region.map(Region::new));
    let profile = ProfileFileCredentialsProvider::builder().configure(&provider_config);
    let is_local_key_wanted = options.profile.is_none() && is_local_key_wanted(target);
    let loader: ConfigLoader = if let Some(name) = &options.profile {
        // The default chain would prefer keys in the environment to the profile that is asked for.
        loader
            .profile_name(name)
            .credentials_provider(profile.profile_name(name).build())
    } else if is_local_key_wanted {
        let files = EnvConfigFiles::builder()
            .with_file(EnvConfigFileKind::Credentials, LOCAL_CREDENTIALS)
            .build();
        loader.credentials_provider(profile.profile_files(files).profile_name(PROFILE).build())
    } else {
        loader
    };
    let mut config = loader.load().await;
    let credentials = provided(&config)
        .await
        .map_err(|reason| no_credentials(options, &reason))?;
    let region = config.region().ok_or(Failure::NoRegion)?.to_string();
    let credentials = match &options.role_arn {
        None => credentials,
        Some(role) => {
            if let Some(sts) = target.control_url().filter(|_| is_local_key_wanted) {
                config = with_local_sts(&config, sts);
            }
            assumed(role, options, &config).await?
        }
    };
    Ok(Signer {
        credentials,
        region,
        service: SERVICE.to_owned(),
        at: SystemTime::now(),
    })
}

/// The key of `fnurl dev` is worth nothing at the STS of AWS: it goes to the one beside the URL,
/// unless another one is named.
fn with_local_sts(config: &SdkConfig, url: String) -> SdkConfig {
    let is_set = |variable| std::env::var_os(variable).is_some();
    match ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
        .into_iter()
        .any(is_set)
    {
        true => config.clone(),
        false => config.to_builder().endpoint_url(url).build(),
    }
}

async fn assumed(
    role: &str,
    options: &Options,
    config: &SdkConfig,
) -> Result<Credentials, Failure> {
    let duration = Duration::from_secs(options.duration.into());
    let mut provider = AssumeRoleProvider::builder(role)
        .session_name(&options.session_name)
        .session_length(duration)
        .configure(config);
    if let Some(id) = &options.external_id {
        provider = provider.external_id(id);
    }
    let provided = provider.build().await.provide_credentials().await;
    provided.map_err(|error| Failure::NoSession {
        role: role.to_owned(),
        reason: chain(&error),
    })
}

async fn provided(config: &SdkConfig) -> Result<Credentials, String> {
    let provider = config.credentials_provider().ok_or("none are configured")?;
    let provided = provider.provide_credentials().await;
    provided.map_err(|error| chain(&error))
}

/// The SDK's reasons do not name the profile.
fn no_credentials(options: &Options, reason: &str) -> Failure {
    Failure::NoCredentials(match &options.profile {
        Some(name) => format!("the profile `{name}` gives none ({reason})"),
        None => reason.to_owned(),
    })
}

fn known_region(options: &Options, target: &Target) -> Option<String> {
    let local = target.is_local().then_some(LOCAL_REGION);
    let region = options.region.as_deref().or(target.region()).or(local);
    region.map(str::to_owned)
}

/// A key that is named in the environment goes before that of `fnurl dev`; one that merely lies in
/// the home folder does not, since no local function URL knows it.
fn is_local_key_wanted(target: &Target) -> bool {
    let is_named = [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ]
    .iter()
    .any(|variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty()));
    target.is_local() && !is_named && Path::new(LOCAL_CREDENTIALS).is_file()
}
