//! Items, as a client uses them.

use harness::Server;
use serde_json::{Value, json};

#[test]
fn an_item_is_created_read_replaced_and_deleted() {
    let server = Server::start();
    let created = server.post("/items", &json!({"name": "Desk lamp", "tags": ["lamp"]}));
    let item = created.json(201);
    assert_eq!(created.header("etag"), Some("\"1\""));
    let place = created.header("location").unwrap();
    assert_eq!(place, format!("/items/{}", item["id"].as_str().unwrap()));

    assert_eq!(server.get(place).json(200), item);
    let replaced = server.put(place, &json!({"name": "Floor lamp"}));
    assert_eq!(replaced.json(200)["name"], "Floor lamp");
    assert_eq!(replaced.header("etag"), Some("\"2\""));
    assert_eq!(server.get(place).header("etag"), Some("\"2\""));

    let deleted = server.delete(place);
    assert_eq!((deleted.status, deleted.text()), (204, ""));
    let _ = server.get(place).problem(404);
    let _ = server.delete(place).problem(404);
    server.stop();
}

#[test]
fn the_cursor_leads_through_every_item_once_newest_first() {
    let server = Server::start();
    let mut ids: Vec<String> = (0..7)
        .map(|n| server.post("/items", &json!({"name": format!("lamp {n}")})))
        .map(|created| created.json(201)["id"].as_str().unwrap().to_owned())
        .collect();
    ids.reverse();
    assert_eq!(listed(&server, "/items?limit=2"), ids);
    assert_eq!(listed(&server, "/items"), ids);
    server.stop();
}

#[test]
fn nothing_is_listed_for_an_owner_who_does_not_exist_and_nothing_can_be_given_to_them() {
    let server = Server::start();
    let owner = "01890a5d-ac96-774b-bcce-b302099a8057";
    let mine = server.post("/items", &json!({"name": "mine", "ownerId": owner}));
    assert_eq!(mine.problem(422)["errors"][0]["pointer"], "/ownerId");
    let _ = server
        .post("/items", &json!({"name": "nobody's"}))
        .json(201);
    let of_owner = listed(&server, &format!("/items?ownerId={owner}"));
    assert!(of_owner.is_empty(), "{of_owner:?}");
    server.stop();
}

#[test]
fn the_service_is_up_and_ready() {
    let server = Server::start();
    let health = server.get("/health");
    assert_eq!(health.json(200), json!({"status": "pass"}));
    assert_eq!(
        health.header("content-type"),
        Some("application/health+json")
    );
    assert_eq!(server.get("/health/ready").json(200)["status"], "pass");
    server.stop();
}

/// The ids of all items from `target` on.
pub(crate) fn listed(server: &Server, target: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut next = target.to_owned();
    loop {
        let page: Value = server.get(&next).json(200);
        let items = page["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["nextCursor"].as_str() else {
            return ids;
        };
        let and = if target.contains('?') { '&' } else { '?' };
        next = format!("{target}{and}cursor={cursor}");
    }
}
