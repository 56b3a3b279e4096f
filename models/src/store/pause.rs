//! Waiting before another try.

use std::time::Duration;

use uuid::Uuid;

/// Waits for a random part of this time, so that those who met once do not meet again.
pub(super) async fn pause(longest: Duration) {
    // A UUIDv7 ends in random bytes; the crate is there already.
    let random = *Uuid::now_v7().as_bytes().last().unwrap_or(&0);
    tokio::time::sleep(longest * u32::from(random) / 255).await;
}
