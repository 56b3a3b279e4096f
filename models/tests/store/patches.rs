//! Patches: what they change, what they leave, and how they meet other writers.

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use models::{Expected, Item, ItemId, NewItem, StoreError};

use crate::engines::{create_items, on_each_engine};
use crate::faults::broken;
use models::testing::Fault::{LoseAnswer, Pass};

fn renamed(item: NewItem) -> Result<NewItem, StoreError> {
    let name = format!("{}!", item.name);
    Ok(NewItem { name, ..item })
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_counts_once() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let item = create_items(store, 1).await.remove(0);
        let tagged = |item| {
            let tags = vec!["new".into()];
            Ok::<_, StoreError>(NewItem { tags, ..item })
        };
        let patched = store
            .patch_item(item.id, &Expected::Any, tagged)
            .await
            .unwrap();
        let expected = Item {
            tags: vec!["new".into()],
            version: 2,
            updated_at: patched.updated_at,
            ..item
        };
        assert_eq!(patched, expected);
        assert_eq!(store.read_item(item.id).await.unwrap(), patched);
    })
    .await;
}

#[tokio::test]
async fn a_patch_that_changes_nothing_is_not_written() {
    on_each_engine(async |subject| {
        let item = create_items(&subject.store, 1).await.remove(0);
        let (store, proxy) = broken(&subject, &[]).await;
        let patched = store
            .patch_item(item.id, &Expected::Any, Ok::<_, StoreError>)
            .await;
        assert_eq!(patched.unwrap(), item);
        assert_eq!(proxy.operations(), ["GetItem"]);
        assert_eq!(subject.store.read_item(item.id).await.unwrap(), item);
    })
    .await;
}

#[tokio::test]
async fn a_patch_of_another_version_or_of_nothing_is_refused() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let item = create_items(store, 1).await.remove(0);
        let expected = Expected::Versions(vec![2]);
        let refused = store.patch_item(item.id, &expected, renamed).await;
        assert!(matches!(refused, Err(StoreError::Changed { version: 1 })));
        let nothing = store
            .patch_item(ItemId::new(), &Expected::Any, renamed)
            .await;
        assert!(matches!(nothing, Err(StoreError::Missing(_))));
        assert_eq!(store.read_item(item.id).await.unwrap(), item);
    })
    .await;
}

#[tokio::test]
async fn the_error_of_a_patch_ends_it_and_nothing_is_written() {
    #[derive(Debug, thiserror::Error)]
    enum PatchError {
        #[error("no")]
        Invalid,
        #[error(transparent)]
        Store(#[from] StoreError),
    }
    on_each_engine(async |subject| {
        let item = create_items(&subject.store, 1).await.remove(0);
        let refuse = |_| Err(PatchError::Invalid);
        let refused = subject.store.patch_item(item.id, &Expected::Any, refuse);
        assert!(matches!(refused.await, Err(PatchError::Invalid)));
        assert_eq!(subject.store.read_item(item.id).await.unwrap(), item);
    })
    .await;
}

/// A patcher can only lose to another one that wins, so the last of four wins at the fourth try.
#[tokio::test]
async fn patches_that_meet_are_made_again_on_what_the_others_have_written() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let tries = AtomicU32::new(0);
        let counted = |item| {
            tries.fetch_add(1, Ordering::Relaxed);
            renamed(item)
        };
        let patch = |_| subject.store.patch_item(id, &Expected::Exists, &counted);
        for patched in join_all((0..4).map(patch)).await {
            patched.unwrap();
        }
        let item = subject.store.read_item(id).await.unwrap();
        assert_eq!((item.name.as_str(), item.version), ("item 0!!!!", 5));
        assert!((4..=10).contains(&tries.load(Ordering::Relaxed)));
    })
    .await;
}

#[tokio::test]
async fn of_many_patches_on_one_version_one_succeeds() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let expected = Expected::Versions(vec![1]);
        let patch = |_| subject.store.patch_item(id, &expected, renamed);
        let outcomes = join_all((0..50).map(patch)).await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(won, 1);
        for error in outcomes.into_iter().filter_map(Result::err) {
            assert!(
                matches!(error, StoreError::Changed { version: 2 }),
                "{error:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_patch_whose_answer_was_lost_counts_once() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let (store, proxy) = broken(&subject, &[Pass, LoseAnswer]).await;
        let patched = store.patch_item(id, &Expected::Any, renamed).await.unwrap();
        assert_eq!((patched.name.as_str(), patched.version), ("item 0!", 2));
        let operations = ["GetItem", "UpdateItem", "UpdateItem"];
        assert_eq!(proxy.operations(), operations);
    })
    .await;
}
