//! What is expected of a thing that is written: which writes go ahead, and which are refused.

use futures_util::future::join_all;
use models::{Expected, Item, ItemId, NewItem, Store, StoreError};

use crate::engines::{create_items, on_each_engine};
use crate::faults::broken;
use models::testing::Fault::{CutAnswer, LoseAnswer};

fn lamp() -> NewItem {
    NewItem::named("Lamp")
}

fn versions(versions: &[u64]) -> Expected {
    Expected::Versions(versions.to_vec())
}

#[track_caller]
fn assert_changed<T>(outcome: Result<T, StoreError>, expected: u64) {
    match outcome {
        Err(StoreError::Changed { version }) => assert_eq!(version, expected),
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("the write was not refused"),
    }
}

/// An item in version 3.
async fn thrice_written(store: &Store) -> Item {
    let id = create_items(store, 1).await[0].id;
    for _ in 0..2 {
        store
            .replace_item(id, lamp(), &Expected::Any)
            .await
            .unwrap();
    }
    store.read_item(id).await.unwrap()
}

#[tokio::test]
async fn a_write_goes_ahead_only_on_a_version_that_is_expected() {
    let cases = [
        (Expected::Any, true),
        (Expected::Exists, true),
        (versions(&[3]), true),
        (versions(&[1, 3, 3, 9]), true),
        (versions(&[2]), false),
        (versions(&[1, 2, 4]), false),
        (versions(&[]), false),
        (versions(&[u64::MAX]), false),
    ];
    on_each_engine(async |subject| {
        let store = &subject.store;
        for (expected, is_written) in &cases {
            let item = thrice_written(store).await;
            let replaced = store.replace_item(item.id, lamp(), expected).await;
            if *is_written {
                assert_eq!(replaced.unwrap().version, 4, "{expected:?}");
                continue;
            }
            assert_changed(replaced, 3);
            assert_eq!(store.read_item(item.id).await.unwrap(), item);
            assert_changed(store.delete_item(item.id, expected).await, 3);
            assert_eq!(store.read_item(item.id).await.unwrap(), item);
        }
        for (expected, _) in cases.iter().filter(|(_, is_written)| *is_written) {
            let id = thrice_written(store).await.id;
            store.delete_item(id, expected).await.unwrap();
            let error = store.read_item(id).await.unwrap_err();
            assert!(matches!(error, StoreError::Missing(_)), "{error:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_missing_whatever_is_expected() {
    on_each_engine(async |subject| {
        for expected in [Expected::Exists, versions(&[1]), versions(&[])] {
            let id = ItemId::new();
            let replaced = subject.store.replace_item(id, lamp(), &expected).await;
            let deleted = subject.store.delete_item(id, &expected).await;
            for error in [replaced.unwrap_err(), deleted.unwrap_err()] {
                assert!(matches!(error, StoreError::Missing(_)), "{error:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn as_many_versions_as_dynamodb_takes_can_be_expected_and_not_one_more() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let most = Expected::Versions((1..=100).collect());
        let replaced = subject.store.replace_item(id, lamp(), &most).await;
        assert_eq!(replaced.unwrap().version, 2);
        let more = Expected::Versions((1..=101).collect());
        let replaced = subject.store.replace_item(id, lamp(), &more).await;
        assert!(matches!(replaced, Err(StoreError::TooManyVersions)));
    })
    .await;
}

#[tokio::test]
async fn of_many_writers_who_expect_one_version_one_succeeds() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let expected = versions(&[1]);
        let replace = |_| subject.store.replace_item(id, lamp(), &expected);
        let (won, lost): (Vec<_>, Vec<_>) = join_all((0..50).map(replace))
            .await
            .into_iter()
            .partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 49));
        for outcome in lost {
            assert_changed(outcome, 2);
        }
        assert_eq!(subject.store.read_item(id).await.unwrap().version, 2);
    })
    .await;
}

/// Each of 50 writers appends its number to what it has read, and begins again when it has lost.
#[tokio::test]
async fn no_update_is_lost_when_writers_expect_what_they_have_read() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let id = create_items(store, 1).await[0].id;
        let append = async |number: usize| {
            loop {
                let item = store.read_item(id).await.unwrap();
                let new = NewItem::named(format!("{} {number}.", item.name));
                match store
                    .replace_item(id, new, &versions(&[item.version]))
                    .await
                {
                    Ok(_) => return,
                    Err(StoreError::Changed { version }) => assert!(version > item.version),
                    Err(error) => panic!("{error:?}"),
                }
            }
        };
        join_all((0..50).map(append)).await;
        let item = store.read_item(id).await.unwrap();
        assert_eq!(item.version, 51);
        for number in 0..50 {
            assert!(item.name.contains(&format!(" {number}.")), "{}", item.name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_does_not_make_a_write_the_rival_of_itself() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let (store, proxy) = broken(&subject, &[LoseAnswer, CutAnswer]).await;
        let replaced = store.replace_item(id, lamp(), &versions(&[1])).await;
        assert_eq!(replaced.unwrap().version, 2);
        assert_eq!(proxy.operations().len(), 3);
        let (store, _proxy) = broken(&subject, &[LoseAnswer]).await;
        store.delete_item(id, &versions(&[2])).await.unwrap();
    })
    .await;
}
