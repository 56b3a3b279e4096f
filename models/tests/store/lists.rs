//! Lists: each item exactly once, newest first, whatever the limit, the shards and the traffic.

use aws_sdk_dynamodb::types::AttributeValue;
use models::{
    CursorError, Expected, Item, ItemFilter, ItemId, Limit, NewItem, Page, Store, StoreError,
    UserId,
};

use crate::engines::{Create, create_items, new_user, on_each_engine};

const ALL: ItemFilter = ItemFilter { owner: None };

fn limit(rows: u64) -> Limit {
    Limit::new(rows).unwrap()
}

async fn pages(store: &Store, filter: ItemFilter, limit: Limit) -> Vec<Page<Item>> {
    let mut pages: Vec<Page<Item>> = Vec::new();
    loop {
        let cursor = pages.last().and_then(|page| page.next);
        let page = store
            .list_items(filter, limit, cursor.as_ref())
            .await
            .unwrap();
        let is_last = page.next.is_none();
        assert!(pages.len() < 1_000, "the list does not end");
        pages.push(page);
        if is_last {
            return pages;
        }
    }
}

async fn all_rows(store: &Store, filter: ItemFilter, limit: Limit) -> Vec<Item> {
    let pages = pages(store, filter, limit).await;
    pages.into_iter().flat_map(|page| page.rows).collect()
}

/// Every page but the last is full, so the number of pages is known.
async fn assert_lists(store: &Store, filter: ItemFilter, expected: &[Item], at_once: u64) {
    let pages = pages(store, filter, limit(at_once)).await;
    let full = usize::try_from(at_once).unwrap();
    assert_eq!(
        pages.len(),
        expected.len().div_ceil(full).max(1),
        "pages of {at_once}"
    );
    let rows: Vec<_> = pages.into_iter().flat_map(|page| page.rows).collect();
    assert_eq!(rows, expected, "pages of {at_once}");
}

#[tokio::test]
async fn an_empty_list_is_one_empty_page() {
    on_each_engine(async |subject| {
        assert_lists(&subject.store, ALL, &[], 20).await;
        let owner = Some(UserId::new());
        assert_lists(&subject.store, ItemFilter { owner }, &[], 20).await;
    })
    .await;
}

#[tokio::test]
async fn pages_of_every_size_show_each_item_once_and_newest_first() {
    on_each_engine(async |subject| {
        let mut items = create_items(&subject.store, 30).await;
        items.reverse();
        for at_once in (1..=31).chain([100]) {
            assert_lists(&subject.store, ALL, &items, at_once).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_number_of_shards_may_grow_under_the_rows() {
    on_each_engine(async |subject| {
        let mut items = Vec::new();
        for shards in [1, 2, 4, 7] {
            items.extend(create_items(&subject.with_shards(shards), 10).await);
        }
        items.reverse();
        for at_once in [1, 3, 20, 100] {
            assert_lists(&subject.with_shards(7), ALL, &items, at_once).await;
        }
    })
    .await;
}

/// The shard that holds everything runs out inside of a page, and is asked again and again.
#[tokio::test]
async fn a_list_whose_rows_are_all_in_one_shard_is_whole() {
    on_each_engine(async |subject| {
        let mut items = create_items(&subject.with_shards(1), 60).await;
        items.reverse();
        for at_once in [7, 20, 59, 60, 61] {
            assert_lists(&subject.with_shards(5), ALL, &items, at_once).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_list_of_an_owner_has_the_items_of_that_owner_only() {
    on_each_engine(async |subject| {
        let store = subject.store;
        let owners = [
            Some(new_user(&store).await),
            Some(new_user(&store).await),
            None,
        ];
        let mut items = Vec::new();
        for owner_id in owners.into_iter().cycle().take(30) {
            let new = NewItem {
                owner_id,
                ..NewItem::named("Lamp")
            };
            items.push(store.create(new).await.unwrap());
        }
        items.reverse();
        for owner in owners.into_iter().flatten() {
            let filter = ItemFilter { owner: Some(owner) };
            let owned = items.iter().filter(|item| item.owner_id == filter.owner);
            let owned: Vec<_> = owned.cloned().collect();
            for at_once in [1, 3, 9, 10, 11] {
                assert_lists(&store, filter, &owned, at_once).await;
            }
        }
        assert_lists(&store, ALL, &items, 7).await;
    })
    .await;
}

#[tokio::test]
async fn an_item_moves_to_the_list_of_its_new_owner() {
    on_each_engine(async |subject| {
        let store = subject.store;
        let of = |owner_id| NewItem {
            owner_id,
            ..NewItem::named("Lamp")
        };
        let (ann, ben) = (Some(new_user(&store).await), Some(new_user(&store).await));
        let id = store.create(of(ann)).await.unwrap().id;
        let item = store
            .replace_item(id, of(ben), &Expected::Any)
            .await
            .unwrap();
        assert_lists(&store, ItemFilter { owner: ann }, &[], 20).await;
        assert_lists(
            &store,
            ItemFilter { owner: ben },
            std::slice::from_ref(&item),
            20,
        )
        .await;
        let item = store
            .replace_item(id, of(None), &Expected::Any)
            .await
            .unwrap();
        assert_lists(&store, ItemFilter { owner: ben }, &[], 20).await;
        assert_lists(&store, ALL, &[item], 20).await;
    })
    .await;
}

#[tokio::test]
async fn inserts_and_deletes_between_pages_neither_hide_nor_repeat_an_item() {
    on_each_engine(async |subject| {
        let store = subject.store;
        for at_once in [1, 2, 5, 13] {
            let mut stays: Vec<ItemId> = Vec::new();
            let mut goes = Vec::new();
            for (number, item) in create_items(&store, 40).await.into_iter().enumerate() {
                let ids = if number % 3 == 0 {
                    &mut goes
                } else {
                    &mut stays
                };
                ids.push(item.id);
            }
            let mut seen: Vec<ItemId> = Vec::new();
            let mut cursor = None;
            loop {
                let page = store
                    .list_items(ALL, limit(at_once), cursor.as_ref())
                    .await
                    .unwrap();
                assert!(seen.len() < 1_000, "the list does not end");
                seen.extend(page.rows.iter().map(|item| item.id));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
                // The last item of the page goes as well when it may: the cursor names it.
                let shown = page.rows.last().map(|item| item.id);
                let doomed = goes.iter().position(|id| Some(*id) == shown).unwrap_or(0);
                if !goes.is_empty() {
                    store
                        .delete_item(goes.remove(doomed), &Expected::Any)
                        .await
                        .unwrap();
                }
                create_items(&store, 1).await;
            }
            assert!(seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
            assert!(
                stays.iter().all(|id| seen.contains(id)),
                "pages of {at_once}"
            );
            for item in all_rows(&store, ALL, limit(100)).await {
                store.delete_item(item.id, &Expected::Any).await.unwrap();
            }
        }
    })
    .await;
}

/// 90 rows of 16 KB exceed the 1 MB that a query reads at most.
#[tokio::test]
async fn a_page_that_a_single_query_cannot_read_is_whole() {
    on_each_engine(async |subject| {
        let store = subject.with_shards(1);
        let owner = Some(new_user(&subject.store).await);
        for _ in 0..90 {
            let description = Some("💡".repeat(4000));
            let new = NewItem {
                owner_id: owner,
                description,
                ..NewItem::named("Lamp")
            };
            store.create(new).await.unwrap();
        }
        for filter in [ALL, ItemFilter { owner }] {
            let page = store.list_items(filter, limit(100), None).await.unwrap();
            assert_eq!((page.rows.len(), page.next), (90, None));
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_is_refused_by_another_list() {
    on_each_engine(async |subject| {
        create_items(&subject.store, 2).await;
        let page = subject.store.list_items(ALL, limit(1), None).await.unwrap();
        let owned = ItemFilter {
            owner: Some(UserId::new()),
        };
        let refused = subject
            .store
            .list_items(owned, limit(1), page.next.as_ref())
            .await;
        let error = refused.unwrap_err();
        assert!(
            matches!(error, StoreError::InvalidCursor(CursorError::OtherList)),
            "{error:?}"
        );
    })
    .await;
}

/// Rows of other kinds are to come into the same index.
#[tokio::test]
async fn rows_of_other_kinds_are_not_listed() {
    on_each_engine(async |subject| {
        let items = create_items(&subject.store, 1).await;
        let put = subject.client.put_item().table_name(&subject.table.name);
        put.item("pk", AttributeValue::S("USER#1".to_owned()))
            .item("sk", AttributeValue::S("USER".to_owned()))
            .item("id", AttributeValue::S(UserId::new().to_string()))
            .item("listShard", AttributeValue::S("users#0".to_owned()))
            .send()
            .await
            .unwrap();
        assert_lists(&subject.store, ALL, &items, 20).await;
    })
    .await;
}
