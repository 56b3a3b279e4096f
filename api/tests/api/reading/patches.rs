//! Merge patches: the result is read like a body.

use fnurl::testing::TestApi;
use fnurl::{Api, Json, Patch, Problem, patch};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{assert_listed, listed};

#[derive(Debug, Deserialize, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Account {
    #[validate(length(min = 1, max = 9))]
    first_name: String,
    #[serde(default)]
    balance: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing, default)]
    secret: Option<String>,
    place: Option<Place>,
}

#[derive(Debug, Deserialize, Serialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    city: String,
}

const MERGE_PATCH: &str = "application/merge-patch+json";

fn account() -> Account {
    Account {
        first_name: "Ada".to_owned(),
        balance: u128::MAX,
        note: None,
        secret: Some("s3cret".to_owned()),
        place: Some(Place {
            city: "London".to_owned(),
        }),
    }
}

async fn change(patch: Patch<Account>) -> Result<Json<(String, Account)>, Problem> {
    let account = account();
    let changed = patch.keep("secret", &account.secret).apply(&account)?;
    Ok(Json((changed.secret.clone().unwrap_or_default(), changed)))
}

async fn forgetful(patch: Patch<Account>) -> Result<Json<Account>, Problem> {
    patch.apply(&account()).map(Json)
}

fn api() -> TestApi {
    let api = Api::builder(())
        .at("/", patch(change))
        .at("/forgetful", patch(forgetful));
    TestApi::new(api.build().unwrap())
}

async fn patched(sent: &str, expected: &[(&str, &str)]) {
    let api = api();
    let request = api.patch("/").text(MERGE_PATCH, sent);
    assert_listed(&listed(&request.await), expected, sent);
}

#[tokio::test]
async fn patches_list_their_mistakes_as_bodies_do() {
    patched(r#"{"firstName":"Bob"}"#, &[]).await;
    patched(
        r#"{"firstName":"a","firstName":"b"}"#,
        &[("/firstName", "must be given once")],
    )
    .await;
    patched(
        r#"{"place":{"city":"a","city":"b"}}"#,
        &[("/place/city", "must be given once")],
    )
    .await;
    patched(r#"{"firstName":null}"#, &[("/firstName", "is required")]).await;
    patched(
        r#"{"extra":null,"place":{"other":null}}"#,
        &[
            ("/extra", "is not a known member"),
            ("/place/other", "is not a known member"),
        ],
    )
    .await;
    patched(
        r#"{"firstName":"","balance":-1,"place":{"city":7}}"#,
        &[
            (
                "/balance",
                "must be a whole number from 0 to 340282366920938463463374607431768211455",
            ),
            ("/firstName", "must be 1 to 9 characters long"),
            ("/place/city", "must be a string"),
        ],
    )
    .await;
    patched("[]", &[("", "must be an object")]).await;
}

#[tokio::test]
async fn numbers_of_any_size_pass_through_a_patch() {
    let api = api();
    let request = api.patch("/").text(MERGE_PATCH, r#"{"note":"x"}"#);
    let response = request.await;
    assert!(
        response.text().contains(&u128::MAX.to_string()),
        "{}",
        response.text()
    );
    let sent = format!(r#"{{"balance":{}}}"#, u128::MAX - 1);
    let request = api.patch("/").text(MERGE_PATCH, &sent);
    assert!(request.await.text().contains(&(u128::MAX - 1).to_string()));
}

#[tokio::test]
async fn members_that_are_not_serialized_are_kept_or_the_patch_fails() {
    let api = api();
    let request = api.patch("/").text(MERGE_PATCH, r#"{"note":"x"}"#);
    let response = request.await;
    assert!(response.text().contains("s3cret"), "{}", response.text());
    let request = api.patch("/").text(MERGE_PATCH, r#"{"secret":"new"}"#);
    assert!(request.await.text().contains("new"));
    let forgetful = api.patch("/forgetful");
    let forgetful = forgetful.text(MERGE_PATCH, r#"{"note":"x"}"#);
    let problem = forgetful.await.problem(500);
    assert!(!problem.to_string().contains("secret"), "{problem}");
}
