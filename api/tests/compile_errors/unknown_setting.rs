#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;

#[operation(name = "list")]
async fn list() -> &'static str {
    "lamps"
}

fn main() {}
