//! What each route asks of DynamoDB and what that costs, as `docs/costs.md` says it.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::fmt::Write;

use fnurl::testing::{TestApi, TestRequest};
use models::Store;
use models::testing::{Bill, Meter, client_at, embedded_endpoint, unique_table};
use serde_json::{Value, json};
use similar::TextDiff;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/costs.md");
const BEGIN: &str = "<!-- measured: make costs -->\n";
const END: &str = "<!-- end -->\n";
/// US dollars for a million units on demand, in us-east-1
/// (<https://aws.amazon.com/dynamodb/pricing/on-demand/>, November 2026).
const READ: f64 = 0.125;
const WRITE: f64 = 0.625;

/// The routes behind a meter, and the table that it fills.
struct Costs {
    api: TestApi,
    meter: Meter,
    table: String,
}

impl Costs {
    /// DynamoDB Local counts the rows of a transaction more than once, so that only the embedded
    /// engine is asked.
    async fn new() -> Self {
        let meter = Meter::default();
        let client = meter.on(&client_at(embedded_endpoint()));
        let store = Store::new(client, unique_table());
        store.create_table().await.unwrap();
        let heads = [
            "call",
            "requests",
            "read units",
            "write units",
            "per million",
        ];
        let table = format!("| {} |\n|---|--:|--:|--:|--:|\n", heads.join(" | "));
        let api = TestApi::new(routes::api(store).unwrap()).assert_contract();
        Self { api, meter, table }
    }

    /// Makes a call, and adds a line about it.
    async fn of(&mut self, name: &str, call: impl FnOnce(&TestApi) -> TestRequest<'_>) -> Value {
        let _ = self.meter.take();
        let answer = call(&self.api).await;
        assert!(answer.status() < 400, "{name}: {}", answer.text());
        let Bill {
            requests,
            read_units,
            write_units,
            narrowed,
        } = self.meter.take();
        assert_eq!(narrowed, 0, "{name} reads what it leaves out");
        let dollars = read_units * READ + write_units * WRITE;
        writeln!(
            self.table,
            "| {name} | {requests} | {read_units} | {write_units} | ${dollars:.2} |"
        )
        .unwrap();
        serde_json::from_str(answer.text()).unwrap_or_default()
    }
}

fn place(kind: &str, created: &Value) -> String {
    format!("/{kind}/{}", created["id"].as_str().unwrap())
}

async fn measured() -> String {
    let mut costs = Costs::new().await;
    costs.of("`GET /health`", |api| api.get("/health")).await;
    costs
        .of("`GET /health/ready`", |api| api.get("/health/ready"))
        .await;

    let ada = json!({"email": "ada@example.org", "name": "Ada"});
    let user = costs
        .of("`POST /users`", |api| api.post("/users").json(&ada))
        .await;
    let user = place("users", &user);
    costs
        .of("`GET /users/{userId}`", |api| api.get(&user))
        .await;
    let named = json!({"email": "ada@example.org", "name": "Ada Lovelace"});
    let replaced = "`PUT /users/{userId}`, same address";
    costs.of(replaced, |api| api.put(&user).json(&named)).await;
    let moved = json!({"email": "ada@example.com", "name": "Ada Lovelace"});
    let replaced = "`PUT /users/{userId}`, another address";
    costs.of(replaced, |api| api.put(&user).json(&moved)).await;
    costs
        .of("`PATCH /users/{userId}`", |api| {
            api.patch(&user)
                .text("application/merge-patch+json", r#"{"name":"Ada"}"#)
        })
        .await;

    let lamp = json!({"name": "Lamp"});
    let item = costs
        .of("`POST /items`", |api| api.post("/items").json(&lamp))
        .await;
    let item = place("items", &item);
    let owned = json!({"name": "Lamp", "ownerId": user.trim_start_matches("/users/")});
    costs
        .of("`POST /items` with `ownerId`", |api| {
            api.post("/items").json(&owned)
        })
        .await;

    costs
        .of("`POST /items` with `Idempotency-Key`", |api| {
            api.post("/items")
                .json(&lamp)
                .header("idempotency-key", "once")
        })
        .await;
    costs
        .of("the same again, replayed", |api| {
            api.post("/items")
                .json(&lamp)
                .header("idempotency-key", "once")
        })
        .await;
    costs
        .of("`GET /items/{itemId}`, 200 or 304", |api| api.get(&item))
        .await;
    let desk = json!({"name": "Desk"});
    costs
        .of("`PUT /items/{itemId}`", |api| api.put(&item).json(&desk))
        .await;
    let with_owner = json!({"name": "Desk", "ownerId": owned["ownerId"]});
    let given = "`PUT /items/{itemId}` that names another `ownerId`";
    costs
        .of(given, |api| api.put(&item).json(&with_owner))
        .await;
    costs
        .of("`PATCH /items/{itemId}`", |api| {
            api.patch(&item)
                .text("application/merge-patch+json", r#"{"name":"Lamp"}"#)
        })
        .await;
    costs
        .of("`PATCH /items/{itemId}` that changes nothing", |api| {
            api.patch(&item).text("application/merge-patch+json", "{}")
        })
        .await;
    costs
        .of("`GET /items`, one page", |api| api.get("/items"))
        .await;
    let of_owner = format!("/items?ownerId={}", owned["ownerId"].as_str().unwrap());
    costs
        .of("`GET /items?ownerId=…`, one page", |api| {
            api.get(&of_owner)
        })
        .await;
    let of_user = format!("{user}/items");
    costs
        .of("`GET /users/{userId}/items`, one page", |api| {
            api.get(&of_user)
        })
        .await;
    costs
        .of("`GET /users`, one page", |api| api.get("/users"))
        .await;
    costs
        .of("`GET /items/export`, few items", |api| {
            api.get("/items/export")
        })
        .await;
    costs
        .of("`GET /users/me`", |api| {
            api.get("/users/me").signed_by("reader")
        })
        .await;
    costs
        .of("`DELETE /items/{itemId}` of an owner", |api| {
            api.delete(&item)
        })
        .await;
    let sweep = format!("{user}?withItems=true");
    costs
        .of("`DELETE /users/{userId}?withItems=true`, 1 item", |api| {
            api.delete(&sweep)
        })
        .await;
    let bea = json!({"email": "bea@example.org", "name": "Bea"});
    let response = costs.api.post("/users").json(&bea).await;
    let bea = place("users", &response.json::<Value>(201));
    costs
        .of("`DELETE /users/{userId}`", |api| api.delete(&bea))
        .await;
    costs.table
}

#[tokio::test]
async fn each_route_costs_what_the_guide_says() {
    let measured = measured().await;
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    let (head, rest) = document.split_once(BEGIN).unwrap();
    let (published, tail) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_COSTS").is_some() {
        std::fs::write(DOCUMENT, [head, BEGIN, &measured, END, tail].concat()).unwrap();
    } else if published != measured {
        let difference = TextDiff::from_lines(published, &measured);
        let difference = difference
            .unified_diff()
            .header("docs/costs.md", "what the routes cost")
            .to_string();
        panic!(
            "the routes cost something else than the guide says: `make costs` writes it\n{difference}"
        );
    }
}
