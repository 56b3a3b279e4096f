#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;

struct Lamp;

#[operation]
async fn read() -> Lamp {
    Lamp
}

fn main() {}
