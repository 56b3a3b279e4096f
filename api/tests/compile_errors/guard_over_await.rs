#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;
use std::sync::Mutex;

static COUNT: Mutex<u32> = Mutex::new(0);

#[operation]
async fn count() -> String {
    let guard = COUNT.lock().unwrap();
    std::future::ready(()).await;
    guard.to_string()
}

fn main() {}
