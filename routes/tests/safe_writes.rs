//! Preconditions, patches and idempotency keys, tied to conditional writes of the real store.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use fnurl::testing::TestApi;
use futures_util::future::join_all;
use models::testing::store_at_hand;
use serde_json::{Value, json};

async fn api() -> TestApi {
    TestApi::new(routes::api(store_at_hand().await).unwrap()).assert_contract()
}

async fn created(api: &TestApi) -> String {
    let response = api
        .post("/items")
        .json(&json!({"name": "Lamp", "tags": ["a"]}))
        .await;
    response.assert_status(201);
    response.header("location").unwrap().to_owned()
}

#[tokio::test]
async fn a_write_to_another_version_than_was_read_is_412() {
    let api = api().await;
    let location = created(&api).await;
    let put = |tags: &'static str| {
        api.put(&location)
            .header("if-match", tags)
            .json(&json!({"name": "Desk"}))
    };
    put("\"1\"").await.assert_status(200);
    let problem = put("\"1\"").await.problem(412);
    assert_eq!(problem["detail"], "it is at version 2 now");
    put("\"7\", \"2\"").await.assert_status(200);
    put("W/\"3\"").await.assert_status(412);
    put("\"other\"").await.assert_status(412);
    put("*").await.assert_status(200);
    put("3").await.assert_status(400);
    api.delete(&location)
        .header("if-match", "\"3\"")
        .await
        .assert_status(412);
    api.delete(&location)
        .header("if-match", "\"4\"")
        .await
        .assert_status(204);
    put("*").await.assert_status(404);
}

#[tokio::test]
async fn a_read_of_the_version_that_the_client_has_is_304() {
    let api = api().await;
    let location = created(&api).await;
    let answer = api.get(&location).if_none_match("\"1\"").await;
    answer.assert_status(304);
    assert_eq!(
        (answer.header("etag"), answer.body().len()),
        (Some("\"1\""), 0)
    );
    let modified = api
        .get(&location)
        .await
        .header("last-modified")
        .unwrap()
        .to_owned();
    api.get(&location)
        .header("if-modified-since", &modified)
        .await
        .assert_status(304);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    let api = api().await;
    let location = created(&api).await;
    let patch = |body: &'static str| {
        api.patch(&location)
            .text("application/merge-patch+json", body)
    };
    let patched: Value =
        patch(r#"{"description": "Bends", "price": {"amount": "1.50", "currency": "EUR"}}"#)
            .await
            .json(200);
    assert_eq!(
        (&patched["name"], &patched["tags"], &patched["version"]),
        (&"Lamp".into(), &json!(["a"]), &2.into())
    );
    let patched: Value = patch(r#"{"price": {"amount": "2.50"}, "description": null}"#)
        .await
        .json(200);
    assert_eq!(
        patched["price"],
        json!({"amount": "2.50", "currency": "EUR"})
    );
    assert!(patched.get("description").is_none());
    let same: Value = patch(r#"{"price": {"amount": "2.50"}}"#).await.json(200);
    assert_eq!(
        same["version"], 3,
        "an unchanged document keeps its version"
    );
    let problem = patch(r#"{"name": null}"#).await.problem(422);
    assert_eq!(
        (
            &problem["errors"][0]["pointer"],
            &problem["errors"][0]["code"]
        ),
        (&"/name".into(), &"required".into())
    );
    let other = api.patch(&location).json(&json!({})).await;
    other.assert_status(415);
    assert_eq!(
        other.header("accept-patch"),
        Some("application/merge-patch+json")
    );
    api.patch(&location)
        .header("if-match", "\"1\"")
        .text("application/merge-patch+json", "{}")
        .await
        .assert_status(412);
}

#[tokio::test]
async fn fifty_writers_with_preconditions_lose_no_update() {
    let api = api().await;
    let location = created(&api).await;
    let writers = (0..50).map(|number| {
        let (api, location) = (api.clone(), location.clone());
        async move {
            loop {
                let read = api.get(&location).await;
                let tag = read.header("etag").unwrap().to_owned();
                let mut item: Value = read.json(200);
                let description = item["description"].as_str().unwrap_or_default().to_owned();
                for server_set in ["id", "version", "createdAt", "updatedAt"] {
                    item.as_object_mut().unwrap().remove(server_set);
                }
                item["description"] = format!("{description}<{number}>").into();
                match api.put(&location).if_match(&tag).json(&item).await.status() {
                    200 => break,
                    412 | 503 => {}
                    other => panic!("{other}"),
                }
            }
        }
    });
    join_all(writers).await;
    let item: Value = api.get(&location).await.json(200);
    let description = item["description"].as_str().unwrap();
    assert!(
        (0..50).all(|number| description.contains(&format!("<{number}>"))),
        "{description}"
    );
    assert_eq!(item["version"], 51);
}

#[tokio::test]
async fn fifty_retries_under_one_key_have_one_effect_and_one_answer() {
    let api = api().await;
    let retries = (0..50).map(|_| {
        let api = api.clone();
        async move {
            loop {
                let post = api.post("/items").header("idempotency-key", "\"k-1\"");
                let answer = post.json(&json!({"name": "Lamp"})).await;
                if answer.status() != 503 {
                    break answer;
                }
            }
        }
    });
    let answers = join_all(retries).await;
    let replayed = answers
        .iter()
        .filter(|answer| answer.header("idempotency-replayed") == Some("true"));
    assert_eq!(replayed.count(), 49);
    assert!(
        answers
            .iter()
            .all(|answer| answer.status() == 201 && answer.body() == answers[0].body())
    );
    let page: Value = api.get("/items").await.json(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let other = api
        .post("/items")
        .header("idempotency-key", "\"k-1\"")
        .json(&json!({"name": "Desk"}))
        .await;
    assert_eq!(
        other.problem(422)["type"],
        "/problems/idempotency-key-reused"
    );
    let user = json!({"email": "ada@example.org", "name": "Ada"});
    let first = api
        .post("/users")
        .header("idempotency-key", "\"k-1\"")
        .json(&user)
        .await;
    let again = api
        .post("/users")
        .header("idempotency-key", "\"k-1\"")
        .json(&user)
        .await;
    assert_eq!(
        (first.status(), again.status()),
        (201, 201),
        "a key belongs to its route"
    );
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn fifty_sign_ups_with_one_address_make_one_user() {
    let api = api().await;
    let sign_ups = (0..50).map(|number| {
        let api = api.clone();
        async move {
            loop {
                let user = json!({"email": "ada@example.org", "name": format!("Ada {number}")});
                match api.post("/users").json(&user).await.status() {
                    503 => {}
                    status => break status,
                }
            }
        }
    });
    let mut statuses = join_all(sign_ups).await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(
        statuses[1..].iter().all(|status| *status == 409),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn a_write_is_answered_without_its_representation_where_that_is_preferred() {
    let api = api().await;
    let post = api.post("/items").header("prefer", "return=minimal");
    let answer = post.json(&json!({"name": "Lamp"})).await;
    answer.assert_status(201);
    assert_eq!(
        (answer.body().len(), answer.header("preference-applied")),
        (0, Some("return=minimal"))
    );
    let location = answer.header("location").unwrap();
    let put = api.put(location).header("prefer", "return=minimal");
    let answer = put.json(&json!({"name": "Desk"})).await;
    answer.assert_status(204);
    assert_eq!(answer.header("etag"), Some("\"2\""));
}

#[tokio::test]
async fn what_cannot_be_accepted_is_406() {
    let api = api().await;
    api.get("/items")
        .header("accept", "text/html")
        .await
        .assert_status(406);
    api.get("/items/export")
        .header("accept", "application/json")
        .await
        .assert_status(406);
    api.get("/items")
        .header("accept", "text/html, */*;q=0.1")
        .await
        .assert_status(200);
}

#[tokio::test]
async fn the_export_has_every_item_and_an_end() {
    let api = api().await;
    let empty = api.get("/items/export").await;
    assert_eq!(empty.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(empty.text(), "{\"end\":true,\"count\":0}\n");
    for _ in 0..3 {
        created(&api).await;
    }
    let export = api.get("/items/export").await;
    let lines: Vec<Value> = export
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[..3].iter().all(|line| line["name"] == "Lamp"));
    assert_eq!(lines[3], json!({"end": true, "count": 3}));
}

#[tokio::test]
async fn a_creation_says_whose_representation_it_sends_and_nothing_of_it_without_one() {
    let api = api().await;
    let lamp = json!({"name": "Lamp"});
    let created = api.post("/items").json(&lamp).await;
    created.assert_status(201);
    let place = created.header("location");
    assert!(place.is_some());
    assert_eq!(created.header("content-location"), place);
    let minimal = api.post("/items").header("prefer", "return=minimal");
    let minimal = minimal.json(&lamp).await;
    minimal.assert_status(201);
    assert!(minimal.header("location").is_some());
    assert_eq!(minimal.header("content-location"), None);
}
