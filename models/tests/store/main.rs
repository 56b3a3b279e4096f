//! The store, on every engine at hand: the embedded one always, DynamoDB Local when
//! `DYNAMODB_LOCAL_URL` is set.
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests fail a test as tests do"
)]

mod cost;
mod deployed_table;
mod engines;
mod export;
mod faults;
mod idempotency;
mod items;
mod lists;
mod owners;
mod patches;
mod permissions;
mod preconditions;
mod sendable;
mod sweeping;
mod table;
mod tls;
mod transactions;
mod users;
