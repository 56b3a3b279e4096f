//! What the application stores, the rules it must keep, and the store itself.
//!
//! | module | what is in it |
//! |---|---|
//! | [`item`] | [`Item`], what a client may say about one ([`NewItem`]), [`Tag`] |
//! | [`user`] | [`User`], and what a client may say about one ([`NewUser`]) |
//! | [`price`] | [`Price`]: a decimal amount and a currency |
//! | [`id`] | [`ItemId`], [`UserId`]: UUIDv7, so that their order is the order of creation |
//! | [`idempotency`] | [`IdempotencyRecord`]: a request that had its effect, and its answer |
//! | [`timestamp`] | [`Timestamp`]: UTC, to the millisecond |
//! | [`expected`] | [`Expected`]: which versions a write may change |
//! | [`page`] | [`Limit`], [`Cursor`], [`Page`]: how a long list is read |
//! | [`store`] | [`Store`]: the only place that knows DynamoDB |
//!
//! This crate knows no HTTP. It says what happened ([`StoreError`]); which status that is, is
//! decided by whoever serves it. The doc comments of the fields are published as the API's
//! documentation, so they speak to the API's readers.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use models::store::{ClientSettings, Store, TableSettings, client};
//!
//! # let settings: ClientSettings = unimplemented!();
//! let store = Store::new(client(&settings)?, TableSettings::new("app"));
//! let item = models::Item::new(models::NewItem::named("Desk lamp"));
//! store.create_item(&item, None).await?;
//! assert_eq!(store.read_item(item.id).await?, item);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]
#![cfg_attr(
    not(feature = "store"),
    expect(dead_code, reason = "conversions that only the store needs")
)]

mod email;
pub mod expected;
pub mod id;
pub mod idempotency;
pub mod item;
pub mod page;
pub mod price;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
pub mod timestamp;
pub mod user;

pub use expected::Expected;
pub use id::{ItemId, UserId};
pub use idempotency::{IdempotencyRecord, StoredAnswer, Written};
pub use item::{Item, ItemFilter, NewItem, Tag};
pub use page::{Cursor, CursorError, Limit, Page};
pub use price::Price;
#[cfg(feature = "store")]
pub use store::{Store, StoreError, TableSettings};
pub use timestamp::Timestamp;
pub use user::{NewUser, User};
