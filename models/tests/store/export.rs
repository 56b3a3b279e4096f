//! The export: every item once, in constant memory, and no end where something failed.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt};
use models::{Expected, NewItem, StoreError};

use crate::engines::{Create, create_items, new_user, on_each_engine};
use crate::faults::broken;
use models::testing::Fault::{self, Answer, LoseAnswer, Pass};

const FAILURE: Fault = Answer(500, "InternalServerError");

#[tokio::test]
async fn an_empty_export_ends_at_once() {
    on_each_engine(async |subject| {
        new_user(&subject.store).await;
        let all: Vec<_> = subject.store.export_items().try_collect().await.unwrap();
        assert_eq!(all, []);
    })
    .await;
}

#[tokio::test]
async fn every_item_comes_once_newest_first_over_many_pages() {
    on_each_engine(async |subject| {
        for shards in [1, 4] {
            let store = subject.with_shards(shards);
            let create = |_| store.create(NewItem::named("Lamp"));
            for _ in 0..6 {
                join_all((0..50).map(create)).await;
            }
        }
        let store = subject.with_shards(4);
        let all: Vec<_> = store.export_items().try_collect().await.unwrap();
        assert_eq!(all.len(), 600);
        assert!(all.is_sorted_by(|newer, older| newer.id > older.id));
    })
    .await;
}

#[tokio::test]
async fn no_more_is_read_than_is_asked_for() {
    on_each_engine(async |subject| {
        let subject = subject.with_one_shard();
        let create = |_| subject.store.create(NewItem::named("Lamp"));
        for _ in 0..6 {
            join_all((0..50).map(create)).await;
        }
        let (store, proxy) = broken(&subject, &[]).await;
        let mut export = std::pin::pin!(store.export_items());
        assert_eq!(proxy.operations().len(), 0);
        for _ in 0..40 {
            export.next().await.unwrap().unwrap();
        }
        assert_eq!(proxy.operations(), ["Query"]);
    })
    .await;
}

#[tokio::test]
async fn what_comes_and_goes_meanwhile_does_not_disturb_the_rest() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let items = create_items(store, 20).await;
        let mut export = std::pin::pin!(store.export_items());
        let mut found = vec![export.next().await.unwrap().unwrap()];
        create_items(store, 5).await;
        let gone = items[3].id;
        store.delete_item(gone, &Expected::Any).await.unwrap();
        found.extend(export.try_collect::<Vec<_>>().await.unwrap());
        // What was read ahead may come although it is gone.
        found.retain(|item| item.id != gone);
        let rest = items.iter().rev().filter(|item| item.id != gone);
        assert!(found.iter().eq(rest));
    })
    .await;
}

#[tokio::test]
async fn a_passing_fault_is_not_noticed_and_one_that_lasts_is_the_last_word() {
    on_each_engine(async |subject| {
        create_items(&subject.store, 3).await;
        let (store, _proxy) = broken(&subject, &[LoseAnswer, FAILURE]).await;
        let all: Vec<_> = store.export_items().try_collect().await.unwrap();
        assert_eq!(all.len(), 3);

        let (store, _proxy) = broken(&subject, &[FAILURE; 12]).await;
        let outcomes: Vec<_> = store.export_items().collect().await;
        assert!(matches!(
            outcomes.as_slice(),
            [Err(StoreError::Unavailable { .. })]
        ));
    })
    .await;
}

#[tokio::test]
async fn the_bound_of_a_call_is_that_of_one_step() {
    on_each_engine(async |subject| {
        create_items(&subject.store, 3).await;
        let store = subject.store.within(Duration::from_millis(500));
        let mut export = std::pin::pin!(store.export_items());
        export.next().await.unwrap().unwrap();
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(export.try_collect::<Vec<_>>().await.unwrap().len(), 2);
    })
    .await;
}

/// The first page comes, the second does not: a reader must not take that for the end.
#[tokio::test]
async fn an_export_that_breaks_off_says_so() {
    on_each_engine(async |subject| {
        let subject = subject.with_one_shard();
        let create = |_| subject.store.create(NewItem::named("Lamp"));
        for _ in 0..6 {
            join_all((0..50).map(create)).await;
        }
        let faults = [Pass, FAILURE, FAILURE, FAILURE];
        let (store, _proxy) = broken(&subject, &faults).await;
        let outcomes: Vec<_> = store.export_items().collect().await;
        assert_eq!(outcomes.len(), 251);
        assert!(outcomes[250].is_err() && outcomes[..250].iter().all(Result::is_ok));
    })
    .await;
}
