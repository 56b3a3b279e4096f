#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;

#[operation]
async fn echo(body: &str) -> String {
    body.to_owned()
}

fn main() {}
