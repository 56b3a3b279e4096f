//! Lists, newest first: the partitions that hold a list are asked at once, and merged by id.
//!
//! An index follows the table with a short delay, so a list may miss what was written an instant
//! ago, or still show it as it was. A row is seen once, whatever is inserted or deleted between
//! two pages, since each page begins strictly below the last id of the page before it.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;

use super::Store;
use super::entity::Entity;
use super::error::StoreError;
use super::keys::{BY_CREATION, BY_OWNER, ID, ITEM, Index, Row, list_shards};
use crate::id::Id;
use crate::{Cursor, Item, ItemFilter, Limit, Page, UserId};

impl Store {
    /// One page of the items that the filter lets through, newest first.
    ///
    /// `cursor` is the `next` of the page before, with the same filter. Costs half a read unit
    /// for every 4 KB, at least a half for each partition asked: one for the items of an owner,
    /// [`list_shards`](super::TableSettings::list_shards) for all items.
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`] if the cursor is of another list, [`StoreError::Throttled`],
    /// [`StoreError::Unavailable`], [`StoreError::Refused`], [`StoreError::Corrupt`].
    pub async fn list_items(
        &self,
        filter: ItemFilter,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Item>, StoreError> {
        let last = cursor.map(|cursor| cursor.last_item(&filter)).transpose();
        let last = last.map_err(StoreError::InvalidCursor)?;
        let lanes = |wanted| match filter.owner {
            Some(owner) => vec![Lane::new(BY_OWNER, owner.to_string(), last, wanted)],
            None => self.lanes_of_all(ITEM, last, wanted),
        };
        let (rows, has_more) = self.page(limit, lanes).await?;
        let last_shown = rows.last().filter(|_| has_more);
        let next = last_shown.map(|item: &Item| Cursor::after_item(&filter, item.id));
        Ok(Page { rows, next })
    }

    /// The newest things in these lanes, at most `limit`, and whether there are more.
    ///
    /// `lanes` gets the number of rows that will be looked at.
    pub(super) async fn page<T: Entity>(
        &self,
        limit: Limit,
        lanes: impl FnOnce(usize) -> Vec<Lane<T>>,
    ) -> Result<(Vec<T>, bool), StoreError> {
        // One row more than is shown tells whether there is a next page.
        let wanted = limit.rows() + 1;
        let work = self.newest(lanes(wanted), wanted);
        let mut rows = self.bounded(None, work).await?;
        let has_more = rows.len() == wanted;
        rows.truncate(limit.rows());
        Ok((rows, has_more))
    }

    /// The partitions that hold all rows of a kind, each from below `last` on.
    pub(super) fn lanes_of_all<T: Entity>(
        &self,
        kind: &'static str,
        last: Option<Id<T::Kind>>,
        wanted: usize,
    ) -> Vec<Lane<T>> {
        let shards = self.list_shards();
        let rows = rows_per_shard(wanted, usize::from(shards.get()));
        let lane = |shard| Lane::new(BY_CREATION, shard, last, rows);
        list_shards(kind, shards).map(lane).collect()
    }

    /// The partitions that hold all rows of a kind, each from its newest row on.
    pub(super) fn whole_lanes<T: Entity>(
        &self,
        kind: &'static str,
        rows_at_once: usize,
    ) -> Vec<Lane<T>> {
        let lane = |shard| Lane::new(BY_CREATION, shard, None, rows_at_once);
        list_shards(kind, self.list_shards()).map(lane).collect()
    }

    /// Whether items belong to this user, as far as the index knows.
    pub(super) async fn has_items(&self, owner: UserId) -> Result<bool, StoreError> {
        let mut lane = Lane::<Item>::new(BY_OWNER, owner.to_string(), None, 1);
        lane.read_on(self).await?;
        Ok(!lane.rows.is_empty())
    }

    /// The newest rows of all lanes together.
    pub(super) async fn newest<T: Entity>(
        &self,
        mut lanes: Vec<Lane<T>>,
        wanted: usize,
    ) -> Result<Vec<T>, StoreError> {
        let mut newest = Vec::with_capacity(wanted);
        while newest.len() < wanted {
            fill(self, &mut lanes).await?;
            match take_newest(&mut lanes) {
                Some(row) => newest.push(row),
                None => break,
            }
        }
        Ok(newest)
    }
}

/// Reads on until every lane shows a row or has ended: only then it is known which is next.
pub(super) async fn fill<T: Entity>(
    store: &Store,
    lanes: &mut [Lane<T>],
) -> Result<(), StoreError> {
    let unknown = lanes.iter_mut().filter(|lane| lane.is_unknown());
    try_join_all(unknown.map(|lane| lane.read_on(store))).await?;
    Ok(())
}

/// The newest row that the lanes show.
pub(super) fn take_newest<T: Entity>(lanes: &mut [Lane<T>]) -> Option<T> {
    let ahead = lanes.iter_mut().max_by_key(|lane| lane.first_id());
    ahead.and_then(|lane| lane.rows.pop_front())
}

/// How many rows to ask of each shard, so that it is rarely asked twice and little is thrown away.
///
/// Ids fall on shards at random, so a shard holds its share of the page give or take the square
/// root of it. Its share and two rows more would be short in two of three pages, and cost a
/// second round of queries; this is short in about one of thirty.
fn rows_per_shard(wanted: usize, shards: usize) -> usize {
    let share = wanted.div_ceil(shards);
    (share + 2 * share.isqrt() + 2).min(wanted)
}

/// One partition of an index, read from the newest row to the oldest.
#[derive(Debug)]
pub(super) struct Lane<T: Entity> {
    index: Index,
    partition: String,
    /// Only rows below this id.
    below: Option<Id<T::Kind>>,
    rows_at_once: i32,
    /// Rows that were read and not yet taken.
    rows: VecDeque<T>,
    rest: Rest,
}

/// What is left to read of a lane.
#[derive(Debug)]
enum Rest {
    All,
    After(Row),
    Nothing,
}

impl<T: Entity> Lane<T> {
    pub(super) fn new(
        index: Index,
        partition: String,
        below: Option<Id<T::Kind>>,
        rows_at_once: usize,
    ) -> Self {
        Self {
            index,
            partition,
            below,
            rows_at_once: i32::try_from(rows_at_once).unwrap_or(i32::MAX),
            rows: VecDeque::new(),
            rest: Rest::All,
        }
    }

    /// Whether it must be read on to know its next row.
    pub(super) fn is_unknown(&self) -> bool {
        self.rows.is_empty() && !matches!(self.rest, Rest::Nothing)
    }

    fn first_id(&self) -> Option<Id<T::Kind>> {
        self.rows.front().map(T::id)
    }

    /// Reads on until there is a row or the end. A page of rows may be empty and not the last.
    async fn read_on(&mut self, store: &Store) -> Result<(), StoreError> {
        while self.is_unknown() {
            let start = match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::After(key) => Some(key),
                Rest::All | Rest::Nothing => None,
            };
            self.read_page(store, start).await?;
        }
        Ok(())
    }

    async fn read_page(&mut self, store: &Store, start: Option<Row>) -> Result<(), StoreError> {
        let mut query = store
            .client()
            .query()
            .table_name(store.table_name())
            .index_name(self.index.name)
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", self.index.partition_key)
            .expression_attribute_values(":partition", AttributeValue::S(self.partition.clone()))
            .scan_index_forward(false)
            .limit(self.rows_at_once)
            .set_exclusive_start_key(start);
        if let Some(below) = self.below {
            query = query
                .key_condition_expression("#partition = :partition AND #id < :below")
                .expression_attribute_names("#id", ID)
                .expression_attribute_values(":below", AttributeValue::S(below.to_string()));
        }
        let page = query.send().await.map_err(StoreError::of_read)?;
        if let Some(key) = page.last_evaluated_key {
            self.rest = Rest::After(key);
        }
        for row in page.items.unwrap_or_default() {
            self.rows.push_back(T::of_row(row)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_asked_for_its_share_and_some_more_but_never_for_more_than_the_page() {
        let cases = [
            ((21, 4), 12),
            ((101, 4), 38),
            ((101, 1), 101),
            ((2, 4), 2),
            ((21, 255), 5),
        ];
        for ((wanted, shards), expected) in cases {
            assert_eq!(
                rows_per_shard(wanted, shards),
                expected,
                "{wanted} of {shards}"
            );
        }
    }
}
