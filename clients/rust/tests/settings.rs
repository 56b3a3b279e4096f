//! Settings that cannot be used are refused before anything is sent.

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::error::CredentialsError};
use fnurl_client::{Builder, Client, Error};

const URL: &str = "http://127.0.0.1:9000";
const ROLE: &str = "arn:aws:iam::000000000000:role/fnUrlRole";

#[track_caller]
fn is_refused(builder: Builder, reason: &str) {
    let refusal = builder.build();
    assert!(
        matches!(&refusal, Err(Error::Settings(text)) if text.contains(reason)),
        "{refusal:?}"
    );
}

fn nobody() -> impl aws_credential_types::provider::ProvideCredentials {
    aws_credential_types::credential_fn::provide_credentials_fn(|| async {
        Err::<Credentials, _>(CredentialsError::not_loaded("there is nobody here"))
    })
}

#[test]
fn settings_that_do_not_go_together_are_refused_with_the_reason() {
    let empty = SdkConfig::builder().build();
    let client = || Client::builder(URL);
    is_refused(Client::builder("http://127.0.0.1:9000/stage"), "has a path");
    is_refused(client().role(ROLE), "a role is taken with");
    is_refused(client().aws(&empty), "no credentials");
    is_refused(client().aws(&empty).role(ROLE), "no clock");
    is_refused(client().credentials(nobody()), "region");
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let client = Client::builder(URL)
        .credentials(nobody())
        .region("us-east-1");
    let failed = client
        .build()
        .map(|client| async move { client.health().await });
    let failed = match failed {
        Ok(call) => call.await,
        Err(error) => Err(error),
    };
    assert!(
        matches!(&failed, Err(Error::Credentials(text)) if text.contains("nobody here")),
        "{failed:?}"
    );
}
