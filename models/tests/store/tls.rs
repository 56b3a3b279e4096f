//! Which certificates the client trusts.

use std::path::PathBuf;
use std::sync::Arc;

use models::StoreError;
use models::store::{ClientSettings, Store, client};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::engines::{Subject, create_items, on_each_engine};

#[tokio::test]
async fn a_bundle_given_in_the_settings_is_trusted() {
    on_each_engine(async |subject| {
        let items = create_items(&subject.store, 1).await;
        let (endpoint, root) = encrypted(&subject).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.pem");
        std::fs::write(&path, root).unwrap();
        let store = reaching(&subject, &endpoint, Some(path));
        assert_eq!(store.read_item(items[0].id).await.unwrap(), items[0]);
    })
    .await;
}

#[tokio::test]
async fn nobody_but_amazon_is_trusted_without_a_bundle() {
    on_each_engine(async |subject| {
        let (endpoint, _root) = encrypted(&subject).await;
        let error = reaching(&subject, &endpoint, None)
            .ping()
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
    })
    .await;
}

fn reaching(subject: &Subject, endpoint: &str, ca_bundle: Option<PathBuf>) -> Store {
    let settings = ClientSettings {
        region: "eu-central-1".to_owned(),
        endpoint_url: Some(endpoint.to_owned()),
        ca_bundle,
        access_key_id: "testing".to_owned(),
        secret_access_key: "testing".to_owned(),
        session_token: Some("testing".to_owned()),
    };
    subject.through(client(&settings).unwrap())
}

/// The engine behind TLS, with a certificate for `localhost` and the root that signed it.
async fn encrypted(subject: &Subject) -> (String, String) {
    let (config, root) = certified();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let upstream = subject.endpoint.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (acceptor, upstream) = (TlsAcceptor::from(Arc::clone(&config)), upstream.clone());
            tokio::spawn(async move {
                let mut client = acceptor.accept(client).await?;
                let mut upstream = TcpStream::connect(upstream).await?;
                tokio::io::copy_bidirectional(&mut client, &mut upstream).await
            });
        }
    });
    (format!("https://localhost:{port}"), root)
}

fn certified() -> (Arc<ServerConfig>, String) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);

    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let chain = vec![server.signed_by(&key, &issuer).unwrap().der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key);
    (Arc::new(config.unwrap()), root)
}
