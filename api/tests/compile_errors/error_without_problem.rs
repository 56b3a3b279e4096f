#![allow(dead_code, reason = "only compiled")]

use fnurl::operation;

struct LampError;

#[operation]
async fn read() -> Result<String, LampError> {
    Err(LampError)
}

fn main() {}
