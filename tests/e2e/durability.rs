//! What was acknowledged is still there after a restart, however the server ended.

use std::sync::Mutex;

use harness::Server;
use serde_json::json;
use tempfile::TempDir;

use crate::items::listed;

#[test]
fn items_outlive_a_restart_and_a_crash() {
    let data = TempDir::new().unwrap();
    let server = Server::at(data.path());
    let first = server.post("/items", &json!({"name": "before the restart"}));
    let first = (
        first.header("location").unwrap().to_owned(),
        first.json(201),
    );
    let before = server.get("/items").json(200);
    server.stop();

    let server = Server::at(data.path());
    assert_eq!(server.get(&first.0).json(200), first.1);
    assert_eq!(server.get("/items").json(200), before);
    let second = server.post("/items", &json!({"name": "before the crash"}));
    let second = (
        second.header("location").unwrap().to_owned(),
        second.json(201),
    );
    server.kill();
    drop(server);

    let server = Server::at(data.path());
    for (place, item) in [first, second] {
        assert_eq!(server.get(&place).json(200), item);
    }
    server.stop();
}

#[test]
fn every_acknowledged_item_is_there_once_after_a_crash_in_the_middle_of_writing() {
    let data = TempDir::new().unwrap();
    let server = Server::at(data.path());
    let acknowledged = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (server, acknowledged) = (&server, &acknowledged);
            scope.spawn(move || {
                for n in 0..25 {
                    let item = json!({"name": format!("{writer}/{n}")});
                    // The server may be dead by now; only what it acknowledged counts.
                    let Some(answer) = server.try_post("/items", &item) else {
                        return;
                    };
                    if answer.status == 201 {
                        let id = answer.json(201)["id"].as_str().unwrap().to_owned();
                        let mut acknowledged = acknowledged.lock().unwrap();
                        acknowledged.push(id);
                        if acknowledged.len() == 40 {
                            server.kill();
                        }
                    }
                }
            });
        }
    });
    drop(server);
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() >= 40, "{}", acknowledged.len());

    let server = Server::at(data.path());
    let mut stored = listed(&server, "/items?limit=7");
    let all = stored.len();
    stored.sort_unstable();
    stored.dedup();
    assert_eq!(stored.len(), all, "an item is listed twice");
    for id in acknowledged {
        assert!(stored.binary_search(&id).is_ok(), "{id} is lost");
    }
    server.stop();
}
