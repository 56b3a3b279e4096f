//! Everything there is, one after another, in constant memory.

use futures_util::Stream;
use futures_util::stream::try_unfold;

use super::Store;
use super::error::StoreError;
use super::keys::ITEM;
use super::listing::{Lane, fill, take_newest};
use crate::Item;

/// Rows that are read of a partition at once. DynamoDB ends a page at 1 MB besides, so that no
/// more than that is held for each partition.
const ROWS_AT_ONCE: usize = 250;

impl Store {
    /// All items, newest first.
    ///
    /// An item that exists from the first row to the last comes exactly once; one that is created
    /// meanwhile does not come. Rows are read as they are asked for, at most a page of each
    /// partition ahead. The bound of one call ([`Store::within`]) is that of one step, not of the
    /// whole. After an error the stream ends.
    ///
    /// Costs half a read unit for every 4 KB.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`], [`StoreError::Refused`],
    /// [`StoreError::Corrupt`].
    pub fn export_items(&self) -> impl Stream<Item = Result<Item, StoreError>> + Send + use<> {
        let export = Export {
            lanes: self.whole_lanes(ITEM, ROWS_AT_ONCE),
            store: self.clone(),
        };
        try_unfold(export, async |mut export| {
            let item = export.next().await?;
            Ok(item.map(|item| (item, export)))
        })
    }
}

struct Export {
    store: Store,
    lanes: Vec<Lane<Item>>,
}

impl Export {
    async fn next(&mut self) -> Result<Option<Item>, StoreError> {
        if self.lanes.iter().any(Lane::is_unknown) {
            let work = fill(&self.store, &mut self.lanes);
            self.store.bounded(None, work).await?;
        }
        Ok(take_newest(&mut self.lanes))
    }
}
