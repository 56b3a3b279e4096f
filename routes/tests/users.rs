//! Users through the test client, on the engine at hand.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use fnurl::testing::TestApi;
use models::testing::store_at_hand;
use serde_json::{Value, json};

async fn api() -> TestApi {
    TestApi::new(routes::api(store_at_hand().await).unwrap()).assert_contract()
}

fn ada() -> Value {
    json!({"email": "ada@example.org", "name": "Ada"})
}

async fn created(api: &TestApi, user: &Value) -> (String, Value) {
    let response = api.post("/users").json(user).await;
    let stored: Value = response.json(201);
    (response.header("location").unwrap().to_owned(), stored)
}

#[tokio::test]
async fn a_user_is_created_read_replaced_patched_and_deleted() {
    let api = api().await;
    let (location, stored) = created(&api, &ada()).await;
    assert_eq!(
        location,
        format!("/users/{}", stored["id"].as_str().unwrap())
    );
    let read = api.get(&location).await;
    assert_eq!(
        (read.header("etag"), read.header("cache-control")),
        (Some("\"1\""), Some("private, no-cache"))
    );
    assert!(read.header("last-modified").is_some());
    assert_eq!(read.json::<Value>(200), stored);
    let replaced = api
        .put(&location)
        .json(&json!({"email": "ada@example.com", "name": "Ada"}))
        .await;
    assert_eq!(replaced.header("etag"), Some("\"2\""));
    let patch = api
        .patch(&location)
        .text("application/merge-patch+json", r#"{"name": "Countess"}"#);
    let patched: Value = patch.await.json(200);
    assert_eq!(
        (&patched["name"], &patched["email"], &patched["version"]),
        (&"Countess".into(), &"ada@example.com".into(), &3.into())
    );
    api.delete(&location).await.assert_status(204);
    assert_eq!(
        api.get(&location).await.problem(404)["type"],
        "/problems/no-such-user"
    );
}

#[tokio::test]
async fn an_address_belongs_to_one_user_until_it_is_given_up() {
    let api = api().await;
    let (location, _) = created(&api, &ada()).await;
    let again = json!({"email": "ADA@example.org", "name": "Another"});
    let problem = api.post("/users").json(&again).await.problem(409);
    assert_eq!(problem["type"], "/problems/email-taken");
    let moved = json!({"email": "ada@example.com", "name": "Ada"});
    api.put(&location).json(&moved).await.assert_status(200);
    api.post("/users").json(&again).await.assert_status(201);
}

#[tokio::test]
async fn what_is_no_address_is_refused_with_its_pointer() {
    let api = api().await;
    let wrong = json!({"email": "nobody", "name": ""});
    let problem = api.post("/users").json(&wrong).await.problem(422);
    let pointers: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["pointer"])
        .collect();
    assert_eq!(pointers, ["/email", "/name"]);
}

#[tokio::test]
async fn items_belong_to_users_who_exist() {
    let api = api().await;
    let (location, user) = created(&api, &ada()).await;
    let lamp = json!({"name": "Lamp", "ownerId": user["id"]});
    api.post("/items").json(&lamp).await.assert_status(201);
    let page: Value = api.get(&format!("{location}/items")).await.json(200);
    assert_eq!(page["items"][0]["ownerId"], user["id"]);
    assert_eq!(
        api.delete(&location).await.problem(409)["type"],
        "/problems/has-items"
    );
    api.delete(&format!("{location}?withItems=true"))
        .await
        .assert_status(204);
    let problem = api.post("/items").json(&lamp).await.problem(422);
    assert_eq!(problem["errors"][0]["pointer"], "/ownerId");
    assert_eq!(
        api.get(&format!("{location}/items")).await.problem(404)["type"],
        "/problems/no-such-user"
    );
}

#[tokio::test]
async fn users_are_listed_in_pages_with_links() {
    let api = api().await;
    for number in 0..5 {
        created(
            &api,
            &json!({"email": format!("user{number}@example.org"), "name": "U"}),
        )
        .await;
    }
    let mut names = Vec::new();
    let mut target = "/users?limit=2".to_owned();
    loop {
        let answer = api.get(&target).await;
        let page: Value = answer.json(200);
        names.extend(
            page["users"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["email"].to_string()),
        );
        let links = answer.header("link").unwrap().to_owned();
        assert!(links.contains("</users?limit=2>; rel=\"first\""), "{links}");
        let Some(next) = links
            .split(", ")
            .find(|link| link.ends_with("rel=\"next\""))
        else {
            assert!(page.get("nextCursor").is_none());
            break;
        };
        assert!(page["nextCursor"].is_string());
        target = next.split(['<', '>']).nth(1).unwrap().to_owned();
    }
    let newest_first: Vec<_> = (0..5)
        .rev()
        .map(|number| format!("\"user{number}@example.org\""))
        .collect();
    assert_eq!(names, newest_first);
}

#[tokio::test]
async fn me_is_who_signed_the_request() {
    let api = api().await;
    let me: Value = api.get("/users/me").signed_by("reader").await.json(200);
    assert!(
        me["arn"].as_str().unwrap().contains("assumed-role/reader/"),
        "{me}"
    );
    assert_eq!(me["accountId"].as_str().unwrap().len(), 12);
    assert_eq!(
        api.get("/users/me").await.problem(403)["type"],
        "/problems/no-caller"
    );
}
