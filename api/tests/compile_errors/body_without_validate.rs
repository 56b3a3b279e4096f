#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;
use fnurl::Json;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Lamp {
    name: String,
}

#[operation]
async fn create(Json(lamp): Json<Lamp>) -> String {
    lamp.name
}

fn main() {}
