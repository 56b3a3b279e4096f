//! A store-less API of the framework: items that are made up on request.
//!
//! `MORE_ROUTES=200` mounts that many further routes.

use std::process::ExitCode;

use fnurl::{Api, Caller, Cookies, Created, Json, NoContent, Path, Query, Routes, delete, get};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

fn main() -> ExitCode {
    fnurl::run(async {
        let more = std::env::var("MORE_ROUTES").ok();
        let more = more.and_then(|count| count.parse().ok()).unwrap_or(0);
        Api::builder(())
            .routes([routes(), more_routes(more)])
            .build()
    })
}

fn routes() -> Routes<()> {
    Routes::new()
        .at("/health", get(health))
        .at("/items", get(list).post(create))
        .at("/items/{itemId}", get(read))
        .at("/items/{itemId}", delete(remove))
        .at("/me", get(me))
}

fn more_routes(count: usize) -> Routes<()> {
    (0..count).fold(Routes::new(), |routes, number| {
        routes.at(&format!("/more/{number}/{{itemId}}"), get(read))
    })
}

#[derive(Serialize, JsonSchema)]
struct Health {
    status: &'static str,
}

async fn health() -> Json<Health> {
    Json(Health { status: "pass" })
}

/// What a client sends of an item.
#[derive(Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewItem {
    #[validate(length(min = 1, max = 80))]
    name: String,
    #[validate(length(max = 2000))]
    description: Option<String>,
    #[validate(range(min = 1, max = 1000))]
    quantity: u32,
    #[serde(default)]
    #[validate(length(max = 10))]
    tags: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    quantity: u32,
    tags: Vec<String>,
}

impl Item {
    fn made_up(id: String) -> Self {
        Self {
            name: format!("Item {id}"),
            id,
            description: None,
            quantity: 1,
            tags: vec!["made".to_owned(), "up".to_owned()],
        }
    }
}

async fn create(Json(new): Json<NewItem>) -> Created<Json<Item>> {
    let item = Item {
        id: "item-1".to_owned(),
        name: new.name,
        description: new.description,
        quantity: new.quantity,
        tags: new.tags,
    };
    Created::at(format!("/items/{}", item.id), Json(item))
}

async fn read(Path(id): Path<String>) -> Json<Item> {
    Json(Item::made_up(id))
}

async fn remove(Path(_id): Path<String>) -> NoContent {
    NoContent
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Search {
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    limit: u32,
    #[serde(default)]
    tag: Vec<String>,
}

fn default_limit() -> u32 {
    20
}

#[derive(Serialize, JsonSchema)]
struct Page {
    items: Vec<Item>,
}

async fn list(Query(search): Query<Search>) -> Json<Page> {
    let items = (1..=search.limit).map(|number| Item {
        tags: search.tag.clone(),
        ..Item::made_up(format!("item-{number}"))
    });
    Json(Page {
        items: items.collect(),
    })
}

/// Who asks, and how they like it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Me {
    account_id: String,
    user_arn: String,
    theme: String,
}

async fn me(caller: Caller, cookies: Cookies) -> Json<Me> {
    Json(Me {
        account_id: caller.account_id,
        user_arn: caller.user_arn,
        theme: cookies.get("theme").unwrap_or("light").to_owned(),
    })
}
