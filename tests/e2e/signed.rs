//! A role is assumed, and its session signs, with the typed client against AWS_IAM.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use fnurl_client::{Client, Error, models::NewItem};
use harness::{Server, bootstrap};
use std::time::Duration;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

const REGION: &str = "us-east-1";

fn url(server: &Server) -> String {
    format!("http://{}", server.address())
}

/// The AWS configuration of somebody who has the long-term key, with STS on the control port.
async fn config(server: &Server) -> SdkConfig {
    let file = std::fs::read_to_string(server.data().join("credentials")).unwrap();
    let member = |name: &str| {
        let line = file.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim_start_matches([' ', '=']).to_owned()
    };
    let key = Credentials::from_keys(
        member("aws_access_key_id"),
        member("aws_secret_access_key"),
        None,
    );
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .endpoint_url(server.control_url())
        .credentials_provider(SharedCredentialsProvider::new(key))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .load()
        .await
}

#[tokio::test]
async fn the_session_of_a_role_writes_and_reads_and_the_api_knows_who_it_is() {
    let server = Server::of(bootstrap(), &["--auth", "iam"]);
    let client = Client::builder(url(&server))
        .aws(&config(&server).await)
        .role("arn:aws:iam::000000000000:role/fnUrlRole")
        .build()
        .unwrap();
    let created = client.create_item(&NewItem::named("lamp")).await.unwrap();
    assert_eq!(client.item(created.id).await.unwrap(), created);
    let arn = "arn:aws:sts::000000000000:assumed-role/fnUrlRole/fnurl-client";
    assert_eq!(client.me().await.unwrap().arn, arn);
    server.stop();
}

#[tokio::test]
async fn a_role_without_permission_and_nobody_are_refused_by_the_url_itself() {
    let roles = tempfile::NamedTempFile::new().unwrap();
    let role = "arn:aws:iam::000000000000:role/reader";
    let file = format!("[[role]]\narn = {role:?}\nassumed_by = [\"*\"]\ninvoke = false\n");
    std::fs::write(roles.path(), file).unwrap();
    let options = ["--auth", "iam", "--roles", roles.path().to_str().unwrap()];
    let server = Server::of(bootstrap(), &options);
    let reader = Client::builder(url(&server))
        .aws(&config(&server).await)
        .role(role);
    for builder in [reader, Client::builder(url(&server))] {
        let refused = builder.build().unwrap().health().await.unwrap_err();
        assert!(matches!(refused, Error::Refused { .. }), "{refused:?}");
        assert_eq!(refused.status().unwrap(), 403);
        assert!(refused.to_string().contains("Forbidden"), "{refused}");
    }
    server.stop();
}

#[tokio::test]
async fn credentials_are_let_in_until_they_expire() {
    let profile = |name: &str, expires: OffsetDateTime| {
        let expires = expires.format(&Rfc3339).unwrap();
        format!(
            "[{name}]\naws_access_key_id = ASIA{name}\naws_secret_access_key = secret\naws_session_token = token\nfnurl_expires = {expires}\n"
        )
    };
    let now = OffsetDateTime::now_utc();
    let (over, good) = (now - Duration::from_secs(1), now + Duration::from_secs(900));
    let file = tempfile::NamedTempFile::new().unwrap();
    let profiles = profile("OVER", over) + &profile("GOOD", good);
    std::fs::write(file.path(), profiles).unwrap();
    let credentials = file.path().to_str().unwrap();
    let server = Server::of(
        bootstrap(),
        &["--auth", "iam", "--credentials", credentials],
    );
    let client = |key: &str| {
        let key = Credentials::from_keys(key, "secret", Some("token".to_owned()));
        let builder = Client::builder(url(&server)).credentials(key);
        builder.region(REGION).build().unwrap()
    };
    client("ASIAGOOD").health().await.unwrap();
    let refused = client("ASIAOVER").health().await.unwrap_err();
    assert!(refused.to_string().contains("expired"), "{refused}");
    assert_eq!(refused.status().unwrap(), 403);
    server.stop();
}
