//! The DynamoDB client: credentials, certificates, timeouts and retries, fit for a Lambda.
//!
//! - Credentials come from the settings only, and the four root certificates of Amazon are built
//!   in: looking for either costs more than the rest of a cold start together. A bundle given in
//!   the settings replaces the roots, for other endpoints and for the day Amazon changes them.
//! - The client's own retries begin after a second and wait forever; ours give up while the
//!   caller still waits.
//! - No proxy is ever used: `HTTP_PROXY` must not catch the calls to a database on this machine.

use std::fmt::{self, Debug};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, Region, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::LONGEST_CALL;

/// Where DynamoDB is, and who calls it. [`Debug`] leaves the secrets out.
#[derive(Clone)]
pub struct ClientSettings {
    /// The AWS region, such as `eu-central-1`.
    pub region: String,
    /// Another endpoint than that of the region, such as `http://127.0.0.1:8000`.
    pub endpoint_url: Option<String>,
    /// A PEM file of root certificates to trust instead of Amazon's.
    pub ca_bundle: Option<PathBuf>,
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token, if the credentials are temporary, as those of a Lambda are.
    pub session_token: Option<String>,
}

impl Debug for ClientSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSettings")
            .field("region", &self.region)
            .field("endpoint_url", &self.endpoint_url)
            .field("ca_bundle", &self.ca_bundle)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Settings that no client can be made from.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The endpoint is neither `http` nor `https`.
    #[error("the endpoint {0:?} must begin with http:// or https://")]
    Endpoint(String),
    /// The file of root certificates cannot be read.
    #[error("the root certificates in {path:?} cannot be read")]
    Bundle {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds no root certificate that can be used.
    #[error("{0:?} holds no usable root certificate in PEM form")]
    NoCertificate(PathBuf),
}

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(900);
const ATTEMPTS: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_millis(400);

/// A client with these settings. Makes no connection yet; reads no file but the bundle.
///
/// # Errors
/// The settings cannot be used.
pub fn client(settings: &ClientSettings) -> Result<Client, ClientError> {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(credentials(settings))
        .http_client(http_client(settings)?)
        .timeout_config(timeouts())
        .retry_config(retries())
        // Answers are small and bounded as a whole.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let config = match &settings.endpoint_url {
        Some(url) => config.endpoint_url(url),
        None => config,
    };
    Ok(Client::from_conf(config.build()))
}

fn credentials(settings: &ClientSettings) -> Credentials {
    Credentials::new(
        &settings.access_key_id,
        &settings.secret_access_key,
        settings.session_token.clone(),
        None,
        "settings",
    )
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(LONGEST_CALL)
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(LONGEST_BACKOFF)
}

fn http_client(settings: &ClientSettings) -> Result<SharedHttpClient, ClientError> {
    match &settings.endpoint_url {
        Some(url) if has_scheme(url, "http") => return Ok(Builder::new().build_http()),
        Some(url) if !has_scheme(url, "https") => return Err(ClientError::Endpoint(url.clone())),
        Some(_) | None => {}
    }
    let roots = match &settings.ca_bundle {
        Some(path) => bundle(path)?,
        None => AMAZON_ROOTS.to_vec(),
    };
    let trust = TrustStore::empty().with_pem_certificate(roots);
    let context = TlsContext::builder().with_trust_store(trust).build();
    // Building the context cannot fail; without it the client trusts what the system trusts.
    let context = context.unwrap_or_default();
    let tls = Provider::rustls(CryptoMode::Ring);
    Ok(Builder::new()
        .tls_provider(tls)
        .tls_context(context)
        .build_https())
}

fn has_scheme(url: &str, scheme: &str) -> bool {
    url.split_once("://")
        .is_some_and(|(found, _)| found.eq_ignore_ascii_case(scheme))
}

const AMAZON_ROOTS: &[u8] = include_bytes!("../../certs/amazon-roots.pem");

/// The usable root certificates of a PEM file, as PEM. The TLS provider panics on others, and
/// the bundles of some systems hold a few.
fn bundle(path: &Path) -> Result<Vec<u8>, ClientError> {
    let unreadable = |source| ClientError::Bundle {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::read(path).map_err(unreadable)?;
    let roots = usable_roots(&file);
    match roots.is_empty() {
        false => Ok(roots.iter().flat_map(to_pem).collect()),
        true => Err(ClientError::NoCertificate(path.to_owned())),
    }
}

fn usable_roots(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    let is_usable = |root: &CertificateDer<'_>| webpki::anchor_from_trusted_cert(root).is_ok();
    let roots = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
    roots.filter(is_usable).collect()
}

fn to_pem(root: &CertificateDer<'_>) -> Vec<u8> {
    let body = STANDARD.encode(root);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ClientSettings {
        ClientSettings {
            region: "eu-central-1".to_owned(),
            endpoint_url: None,
            ca_bundle: None,
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "hidden-secret".to_owned(),
            session_token: Some("hidden-token".to_owned()),
        }
    }

    fn bundle_of(content: &[u8]) -> (tempfile::TempDir, ClientSettings) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle.pem");
        std::fs::write(&path, content).unwrap();
        let settings = ClientSettings {
            ca_bundle: Some(path),
            ..settings()
        };
        (folder, settings)
    }

    #[test]
    fn all_four_built_in_roots_are_usable() {
        assert_eq!(usable_roots(AMAZON_ROOTS).len(), 4);
        client(&settings()).unwrap();
    }

    #[test]
    fn secrets_are_not_in_debug_output() {
        let (settings, client) = (settings(), client(&settings()).unwrap());
        let output = format!("{settings:#?} {client:#?}");
        assert!(output.contains("eu-central-1"));
        assert!(!output.contains("hidden"), "{output}");
    }

    #[test]
    fn an_endpoint_of_another_scheme_is_refused() {
        for url in ["localhost:8000", "ftp://localhost", "", "http:/localhost"] {
            let settings = ClientSettings {
                endpoint_url: Some(url.to_owned()),
                ..settings()
            };
            let error = client(&settings).unwrap_err();
            assert!(
                matches!(error, ClientError::Endpoint(_)),
                "{url:?}: {error}"
            );
        }
    }

    #[test]
    fn a_bundle_with_some_unusable_certificates_is_used_without_them() {
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let (_folder, settings) = bundle_of(&[broken, AMAZON_ROOTS].concat());
        client(&settings).unwrap();
    }

    #[test]
    fn a_bundle_survives_being_written_back_as_pem() {
        let roots = usable_roots(AMAZON_ROOTS);
        let pem: Vec<_> = roots.iter().flat_map(to_pem).collect();
        assert_eq!(usable_roots(&pem), roots);
    }

    #[test]
    fn a_bundle_that_is_missing_or_holds_no_certificate_is_refused_by_its_name() {
        let (folder, settings) = bundle_of(b"nothing of the kind");
        let error = client(&settings).unwrap_err();
        assert!(matches!(error, ClientError::NoCertificate(_)), "{error}");
        drop(folder);
        let error = client(&settings).unwrap_err();
        assert!(error.to_string().contains("bundle.pem"), "{error}");
    }
}
