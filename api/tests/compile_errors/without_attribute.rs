use fnurl::{Api, Json, post};
use serde::Deserialize;

#[derive(Deserialize)]
struct Lamp {
    name: String,
}

async fn create(Json(lamp): Json<Lamp>) -> String {
    lamp.name
}

fn main() {
    let _ = Api::builder(()).at("/lamps", post(create));
}
