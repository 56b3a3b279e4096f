//! A typed client of the application's API: it signs, retries what may be repeated, and reads
//! problem details as errors.
//!
//! ```no_run
//! use fnurl_client::{Client, Condition, models::NewItem};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
//! let client = Client::builder("https://abc.lambda-url.eu-west-1.on.aws")
//!     .aws(&config)
//!     .role("arn:aws:iam::123456789012:role/invoke")
//!     .build()?;
//! let lamp = client.create_item(&NewItem::named("Desk lamp")).await?;
//! let taller = NewItem::named("Floor lamp");
//! // Refused with 412 if somebody else was faster.
//! client.replace_item(lamp.id, &taller, Condition::Unchanged(&lamp.tag)).await?;
//! let mut pages = client.items(None);
//! while let Some(items) = pages.next().await? {
//!     println!("{items:?}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is repeated
//! A call is made up to four times, with growing pauses or the one that `Retry-After` asks for.
//! Reads, whole replacements and creations are repeated after any failure that may pass: creations
//! carry an `Idempotency-Key`, so that they have their effect once. What carries a condition or is
//! a patch or deletion is repeated only after 429, which says that the function was not called:
//! after a lost answer, nobody could tell one's own change from that of somebody else.
#![warn(missing_docs)]

mod client;
mod condition;
mod credentials;
mod error;
mod exchange;
mod export;
mod items;
mod pages;
mod patch;
mod retries;
mod tagged;
mod target;
mod users;

/// The types of the API: what is sent and what comes back.
pub use models;

pub use client::{Builder, Client};
pub use condition::Condition;
pub use error::{Error, Problem, Violation};
pub use export::Export;
pub use items::Health;
pub use pages::Pages;
pub use patch::{Change, ItemPatch, UserPatch};
pub use tagged::{EntityTag, Tagged};
pub use users::{Caller, Deletion};
