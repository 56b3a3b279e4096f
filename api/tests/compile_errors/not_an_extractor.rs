#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;

struct Lamp;

#[operation]
async fn create(_: Lamp) -> &'static str {
    "lamps"
}

fn main() {}
