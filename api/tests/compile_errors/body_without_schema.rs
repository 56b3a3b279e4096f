#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;
use fnurl::Json;
use serde::Deserialize;
use validator::Validate;

#[derive(Deserialize, Validate)]
struct Lamp {
    name: String,
}

#[operation]
async fn create(Json(lamp): Json<Lamp>) -> String {
    lamp.name
}

fn main() {}
