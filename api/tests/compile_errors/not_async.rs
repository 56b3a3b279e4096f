#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;

#[operation]
fn list() -> &'static str {
    "lamps"
}

fn main() {}
