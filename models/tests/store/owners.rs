//! To whom items belong: somebody who exists.

use models::{Expected, Item, ItemFilter, Limit, NewItem, Store, StoreError, UserId};

use crate::engines::{Create, Subject, new_user, on_each_engine};
use crate::faults::broken;
use models::testing::Fault::{LoseAnswer, Pass};

fn lamp_of(owner: Option<UserId>) -> NewItem {
    NewItem {
        owner_id: owner,
        ..NewItem::named("Lamp")
    }
}

#[track_caller]
fn assert_no_owner<T>(outcome: Result<T, StoreError>, owner: UserId) {
    match outcome {
        Err(StoreError::NoSuchOwner(missing)) => assert_eq!(missing, owner),
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("nobody owns it"),
    }
}

async fn all(store: &Store) -> Vec<Item> {
    let list = store.list_items(ItemFilter::default(), Limit::default(), None);
    list.await.unwrap().rows
}

#[tokio::test]
async fn an_item_can_only_be_created_for_a_user_who_exists() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let (ada, nobody) = (new_user(store).await, UserId::new());
        assert_no_owner(store.create(lamp_of(Some(nobody))).await, nobody);
        assert_eq!(all(store).await, []);
        let item = store.create(lamp_of(Some(ada))).await.unwrap();
        assert_eq!(item.owner_id, Some(ada));
        assert_eq!(store.read_item(item.id).await.unwrap(), item);
    })
    .await;
}

#[tokio::test]
async fn an_item_can_only_be_given_to_a_user_who_exists() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let (ada, bob, nobody) = (new_user(store).await, new_user(store).await, UserId::new());
        let id = store.create(lamp_of(None)).await.unwrap().id;
        let refused = store.replace_item(id, lamp_of(Some(nobody)), &Expected::Any);
        assert_no_owner(refused.await, nobody);
        assert_eq!(store.read_item(id).await.unwrap().version, 1);
        for (owner, version) in [(Some(ada), 2), (Some(bob), 3), (Some(bob), 4), (None, 5)] {
            let replaced = store.replace_item(id, lamp_of(owner), &Expected::Any);
            let replaced = replaced.await.unwrap();
            assert_eq!((replaced.owner_id, replaced.version), (owner, version));
            assert_eq!(store.read_item(id).await.unwrap(), replaced);
        }
    })
    .await;
}

#[tokio::test]
async fn an_item_is_only_given_away_in_a_version_that_is_expected() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = Some(new_user(store).await);
        let item = store.create(lamp_of(None)).await.unwrap();
        let give = |version| {
            let expected = Expected::Versions(vec![version]);
            async move { store.replace_item(item.id, lamp_of(ada), &expected).await }
        };
        let refused = give(2).await;
        assert!(matches!(refused, Err(StoreError::Changed { version: 1 })));
        assert_eq!(give(1).await.unwrap().owner_id, ada);
        let refused = store
            .replace_item(models::ItemId::new(), lamp_of(ada), &Expected::Any)
            .await;
        assert!(matches!(refused, Err(StoreError::Missing(_))));
    })
    .await;
}

/// An item whose replacement leaves the owner alone needs no transaction.
#[tokio::test]
async fn replacing_an_item_asks_about_the_owner_only_when_it_changes() {
    on_each_engine(async |subject| {
        let ada = new_user(&subject.store).await;
        let (store, proxy) = broken(&subject, &[]).await;
        let id = store.create(lamp_of(Some(ada))).await.unwrap().id;
        for owner in [Some(ada), None, Some(ada)] {
            let replaced = store.replace_item(id, lamp_of(owner), &Expected::Any);
            assert_eq!(replaced.await.unwrap().owner_id, owner);
        }
        let operations = [
            "TransactWriteItems",
            "UpdateItem",
            "UpdateItem",
            "UpdateItem",
            "TransactWriteItems",
        ];
        assert_eq!(proxy.operations(), operations);
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_does_not_create_or_give_away_twice() {
    on_each_engine(async |subject: Subject| {
        let ada = Some(new_user(&subject.store).await);
        let (store, proxy) = broken(&subject, &[LoseAnswer]).await;
        let item = store.create(lamp_of(ada)).await.unwrap();
        assert_eq!(proxy.operations().len(), 2);
        assert_eq!(all(&subject.store).await, std::slice::from_ref(&item));

        let bob = Some(new_user(&subject.store).await);
        let (store, proxy) = broken(&subject, &[Pass, LoseAnswer]).await;
        let given = store.replace_item(item.id, lamp_of(bob), &Expected::Any);
        assert_eq!(given.await.unwrap().version, 2);
        assert_eq!(proxy.operations().len(), 3);
        assert_eq!(subject.store.read_item(item.id).await.unwrap().version, 2);
    })
    .await;
}

#[tokio::test]
async fn an_item_that_is_too_large_is_so_in_a_transaction_too() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = Some(new_user(store).await);
        let huge = NewItem {
            description: Some("x".repeat(410_000)),
            ..lamp_of(ada)
        };
        let created = store.create(huge.clone()).await;
        assert!(
            matches!(created, Err(StoreError::TooLarge)),
            "{:?}",
            created.err()
        );
        let id = store.create(lamp_of(None)).await.unwrap().id;
        let replaced = store.replace_item(id, huge, &Expected::Any).await;
        assert!(
            matches!(replaced, Err(StoreError::TooLarge)),
            "{:?}",
            replaced.err()
        );
    })
    .await;
}
