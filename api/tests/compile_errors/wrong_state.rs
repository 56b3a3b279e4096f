#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;
use fnurl::State;

#[derive(Clone)]
struct App;

struct Store;

#[operation(state = App)]
async fn list(_: State<Store>) -> &'static str {
    "lamps"
}

fn main() {}
