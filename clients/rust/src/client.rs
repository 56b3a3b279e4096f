//! The client and its settings.

use crate::{
    Error,
    credentials::{Keyring, Source, said},
    target::Target,
};
use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::{sync::Arc, time::Duration};
use tokio_rustls::rustls::{ClientConfig, crypto::ring};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longer than the function may run by default.
const TIMEOUT: Duration = Duration::from_secs(35);

pub(crate) type Http = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client of the API behind one function URL. Clones share connections and credentials.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) target: Target,
    pub(crate) http: Http,
    pub(crate) signing: Option<Signing>,
    pub(crate) timeout: Duration,
}

#[derive(Debug)]
pub(crate) struct Signing {
    pub(crate) keyring: Keyring,
    pub(crate) region: String,
}

impl Client {
    /// A client of the API at a function URL, `https://<id>.lambda-url.<region>.on.aws`.
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder {
            url: url.into(),
            aws: None,
            credentials: None,
            role: None,
            region: None,
            timeout: TIMEOUT,
        }
    }
}

/// The settings of a [`Client`]. Without credentials nothing is signed.
#[derive(Debug)]
pub struct Builder {
    url: String,
    aws: Option<SdkConfig>,
    credentials: Option<SharedCredentialsProvider>,
    role: Option<String>,
    region: Option<String>,
    timeout: Duration,
}

impl Builder {
    /// Signs with the credentials of this AWS configuration.
    #[must_use]
    pub fn aws(mut self, config: &SdkConfig) -> Self {
        self.aws = Some(config.clone());
        self
    }

    /// Signs with these credentials.
    #[must_use]
    pub fn credentials(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.credentials = Some(SharedCredentialsProvider::new(provider));
        self
    }

    /// Signs with temporary credentials of this role, which STS gives to whoever the
    /// [AWS configuration](Builder::aws) is. They are renewed a minute before they expire.
    #[must_use]
    pub fn role(mut self, arn: impl Into<String>) -> Self {
        self.role = Some(arn.into());
        self
    }

    /// The region of the function, where neither its URL nor the AWS configuration has the right
    /// one.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// How long one try may take: 35 seconds unless said otherwise.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Settings`] for a URL that is none or has a path, a role without an AWS
    /// configuration, or credentials without a region.
    pub fn build(self) -> Result<Client, Error> {
        let target = Target::parse(&self.url)?;
        let signing = match self.source()? {
            Some(source) => Some(Signing {
                keyring: Keyring::new(source),
                region: self.known_region(&target)?,
            }),
            None => None,
        };
        let shared = Shared {
            http: http()?,
            timeout: self.timeout,
            target,
            signing,
        };
        Ok(Client {
            shared: Arc::new(shared),
        })
    }

    fn source(&self) -> Result<Option<Source>, Error> {
        let missing = |what: &str| Error::Settings(format!("{what}: pass one to `aws`"));
        Ok(match (&self.role, &self.aws, &self.credentials) {
            // STS is asked by a provider that panics without one.
            (Some(_), Some(config), None) if config.time_source().is_none() => {
                return Err(missing(
                    "the AWS configuration has no clock, as those of `aws_config` have",
                ));
            }
            (Some(arn), Some(config), None) => Some(Source::Role {
                arn: arn.clone(),
                config: Box::new(config.clone()),
            }),
            (Some(_), ..) => return Err(missing("a role is taken with an AWS configuration")),
            (None, _, Some(provider)) => Some(Source::Provider(provider.clone())),
            (None, Some(config), None) => {
                let provider = config.credentials_provider();
                let none = || missing("the AWS configuration has no credentials");
                Some(Source::Provider(provider.ok_or_else(none)?))
            }
            (None, None, None) => None,
        })
    }

    fn known_region(&self, target: &Target) -> Result<String, Error> {
        let configured = self.aws.as_ref().and_then(SdkConfig::region);
        let configured = configured.map(|region| region.as_ref());
        let region = self.region.as_deref().or(target.region()).or(configured);
        let unknown = || Error::Settings("the region of the function is unknown".to_owned());
        region.map(str::to_owned).ok_or_else(unknown)
    }
}

/// HTTP/1.1, which is all that a function URL talks, with the certificates that this machine
/// trusts.
fn http() -> Result<Http, Error> {
    let unusable = |reason: String| Error::Settings(format!("TLS: {reason}"));
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(said(&error)))?
        .with_native_roots()
        .map_err(|error| unusable(said(&error)))?
        .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Ok(legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector))
}
