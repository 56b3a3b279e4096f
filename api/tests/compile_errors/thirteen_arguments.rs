#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;
use http::Method;

#[operation]
async fn many(
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: String,
) -> &'static str {
    "lamps"
}

fn main() {}
