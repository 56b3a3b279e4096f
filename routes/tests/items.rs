//! Items through the test client, on the engine at hand.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use fnurl::testing::{TestApi, TestResponse};
use models::testing::store_at_hand;
use models::{NewUser, User};
use serde_json::{Value, json};

async fn api() -> TestApi {
    TestApi::new(routes::api(store_at_hand().await).unwrap()).assert_contract()
}

fn lamp() -> Value {
    json!({
        "name": "Desk lamp", "description": "Bends", "price": {"amount": "19.99", "currency": "EUR"},
        "tags": ["lamp", "metal"]
    })
}

async fn created(api: &TestApi, item: &Value) -> (String, Value) {
    let response = api.post("/items").json(item).await;
    let stored: Value = response.json(201);
    let location = response.header("location").unwrap().to_owned();
    assert_eq!(response.header("etag"), Some("\"1\""));
    (location, stored)
}

fn places(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            error["pointer"]
                .as_str()
                .or(error["parameter"].as_str())
                .unwrap()
        })
        .collect()
}

fn assert_tag(response: &TestResponse, tag: &str) {
    assert_eq!(response.header("etag"), Some(tag));
}

#[tokio::test]
async fn an_item_is_created_read_replaced_and_deleted() {
    let api = api().await;
    let (location, stored) = created(&api, &lamp()).await;
    assert_eq!(
        location,
        format!("/items/{}", stored["id"].as_str().unwrap())
    );
    assert_eq!(stored["price"], lamp()["price"]);

    let read = api.get(&location).await;
    assert_tag(&read, "\"1\"");
    assert_eq!(read.json::<Value>(200), stored);

    let replaced = api
        .put(&location)
        .json(&json!({"name": "Floor lamp"}))
        .await;
    assert_tag(&replaced, "\"2\"");
    let replaced: Value = replaced.json(200);
    assert_eq!(replaced["name"], "Floor lamp");
    assert_eq!(replaced["createdAt"], stored["createdAt"]);
    assert!(replaced.get("description").is_none(), "{replaced}");

    api.delete(&location).await.assert_status(204);
    for gone in [api.get(&location).await, api.delete(&location).await] {
        assert_eq!(gone.problem(404)["type"], "/problems/no-such-item");
    }
    let gone = api.put(&location).json(&lamp()).await.problem(404);
    assert_eq!(gone["type"], "/problems/no-such-item");
}

#[tokio::test]
async fn every_broken_rule_of_an_item_is_listed_by_its_pointer() {
    let api = api().await;
    let wrong = json!({
        "ownerId": "nobody", "name": "", "description": "x".repeat(4001), "colour": "red",
        "price": {"amount": "12,50", "currency": "EURO"}, "tags": ["fine", "", "x".repeat(51)]
    });
    let expected = [
        "/colour",
        "/description",
        "/name",
        "/ownerId",
        "/price/amount",
        "/price/currency",
        "/tags/1",
        "/tags/2",
    ];
    let problem = api.post("/items").json(&wrong).await.problem(422);
    let mut found = places(&problem);
    found.sort_unstable();
    assert_eq!(found, expected, "{problem:#}");
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end_newest_first() {
    let api = api().await;
    let mut names: Vec<String> = (0..5).map(|n| format!("lamp {n}")).collect();
    for name in &names {
        created(&api, &json!({"name": name})).await;
    }
    names.reverse();
    let mut listed = Vec::new();
    let mut target = "/items?limit=2".to_owned();
    loop {
        let page: Value = api.get(&target).await.json(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        listed.extend(
            items
                .iter()
                .map(|it| it["name"].as_str().unwrap().to_owned()),
        );
        match page["nextCursor"].as_str() {
            Some(cursor) => target = format!("/items?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(listed, names);
}

#[tokio::test]
async fn the_items_of_one_owner_are_listed_alone() {
    let store = store_at_hand().await;
    let ada = User::new(NewUser {
        email: "ada@example.org".to_owned(),
        name: "Ada".to_owned(),
    });
    store.create_user(&ada, None).await.unwrap();
    let owner = ada.id.to_string();
    let api = TestApi::new(routes::api(store).unwrap());
    created(&api, &json!({"name": "mine", "ownerId": owner})).await;
    created(&api, &json!({"name": "nobody's"})).await;
    let page: Value = api.get(&format!("/items?ownerId={owner}")).await.json(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["name"], "mine");
}

#[tokio::test]
async fn an_owner_who_does_not_exist_is_a_422_problem_at_its_place() {
    let api = api().await;
    let item = json!({"name": "nobody's", "ownerId": models::UserId::new()});
    let problem = api.post("/items").json(&item).await.problem(422);
    assert_eq!(places(&problem), ["/ownerId"]);
    let (location, _) = created(&api, &lamp()).await;
    let problem = api.put(&location).json(&item).await.problem(422);
    assert_eq!(places(&problem), ["/ownerId"]);
}

#[tokio::test]
async fn a_cursor_that_cannot_be_used_is_a_400_problem() {
    let api = api().await;
    for name in ["a", "b"] {
        created(&api, &json!({"name": name})).await;
    }
    let page: Value = api.get("/items?limit=1").await.json(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    let other_filter = format!("/items?ownerId={}&cursor={cursor}", models::UserId::new());
    for target in [
        "/items?cursor=xyz",
        "/items?cursor=",
        "/items?cursor=%00",
        &other_filter,
    ] {
        let response = api.get(target).await;
        assert_eq!(
            response.problem(400)["type"],
            "/problems/invalid-cursor",
            "{target}"
        );
    }
}

#[tokio::test]
async fn parameters_outside_of_their_rules_are_422_problems() {
    let api = api().await;
    let cases = [
        ("/items?limit=0", "limit"),
        ("/items?limit=101", "limit"),
        ("/items?limit=ten", "limit"),
        ("/items?ownerId=7", "ownerId"),
        ("/items?colour=red", "colour"),
        ("/items/7", "itemId"),
    ];
    for (target, parameter) in cases {
        let problem = api.get(target).await.problem(422);
        assert_eq!(places(&problem), [parameter], "{target}");
    }
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_a_413_problem() {
    let api = api().await;
    let large = json!({"name": "lamp", "description": "x".repeat(70_000)});
    assert_eq!(
        api.post("/items").json(&large).await.problem(413)["limit"],
        65_536
    );
}
