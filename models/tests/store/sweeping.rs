//! A user is deleted along with their items: in steps, and only theirs.

use futures_util::future::join_all;
use models::store::Swept;
use models::{Expected, Item, ItemFilter, Limit, NewItem, Store, StoreError, UserId};

use crate::engines::{Create, new_user, on_each_engine};
use crate::faults::broken;
use models::testing::Fault::{Answer, LoseAnswer, Pass};

async fn give_items(store: &Store, owner: UserId, count: usize) -> Vec<Item> {
    let lamp = NewItem {
        owner_id: Some(owner),
        ..NewItem::named("Lamp")
    };
    let created = join_all((0..count).map(|_| store.create(lamp.clone()))).await;
    created.into_iter().map(Result::unwrap).collect()
}

async fn count(store: &Store) -> usize {
    let list = store.list_items(ItemFilter::default(), Limit::new(100).unwrap(), None);
    list.await.unwrap().rows.len()
}

#[tokio::test]
async fn a_user_goes_with_all_items_and_with_no_others() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let (ada, bob) = (new_user(store).await, new_user(store).await);
        give_items(store, ada, 30).await;
        give_items(store, bob, 2).await;
        store.create(NewItem::named("nobody's")).await.unwrap();
        let swept = store.delete_user_with_items(ada, &Expected::Any).await;
        assert_eq!(swept.unwrap(), Swept::All);
        let gone = store.read_user(ada).await;
        assert!(matches!(gone, Err(StoreError::NoSuchUser(_))));
        let again = store.delete_user_with_items(ada, &Expected::Any).await;
        assert!(matches!(again, Err(StoreError::NoSuchUser(_))));
        assert_eq!(count(store).await, 3);
        store.read_user(bob).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_call_deletes_a_hundred_items_and_the_next_goes_on() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = new_user(store).await;
        give_items(store, ada, 60).await;
        give_items(store, ada, 50).await;
        let swept = store.delete_user_with_items(ada, &Expected::Any).await;
        assert_eq!(swept.unwrap(), Swept::Some(100));
        store.read_user(ada).await.unwrap();
        assert_eq!(count(store).await, 10);
        let swept = store.delete_user_with_items(ada, &Expected::Any).await;
        assert_eq!(swept.unwrap(), Swept::All);
        assert_eq!(count(store).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_version_that_is_not_expected_costs_no_item() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = new_user(store).await;
        give_items(store, ada, 3).await;
        let expected = Expected::Versions(vec![2]);
        let refused = store.delete_user_with_items(ada, &expected).await;
        assert!(matches!(refused, Err(StoreError::Changed { version: 1 })));
        assert_eq!(count(store).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_sweep_that_broke_off_can_be_repeated() {
    const FAILURE: models::testing::Fault = Answer(500, "InternalServerError");
    on_each_engine(async |subject| {
        let ada = new_user(&subject.store).await;
        give_items(&subject.store, ada, 3).await;
        let faults = [&[Pass, Pass, Pass, LoseAnswer][..], &[FAILURE; 9]].concat();
        let (store, _proxy) = broken(&subject, &faults).await;
        let broke_off = store.delete_user_with_items(ada, &Expected::Any).await;
        assert!(
            matches!(broke_off, Err(StoreError::Unavailable { .. })),
            "{broke_off:?}"
        );
        subject.store.read_user(ada).await.unwrap();
        let store = &subject.store;
        let swept = store.delete_user_with_items(ada, &Expected::Any).await;
        assert_eq!(swept.unwrap(), Swept::All);
        assert_eq!(count(store).await, 0);
    })
    .await;
}
