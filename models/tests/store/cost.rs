//! What each call of the store asks of DynamoDB, and what that costs.

use std::time::Duration;

use models::testing::{Bill, Meter, embedded_endpoint};
use models::{
    Expected, IdempotencyRecord, Item, ItemFilter, Limit, NewItem, NewUser, Store, StoredAnswer,
    Timestamp,
};

use crate::engines::{Create, Subject, create_items, new_user, on_each_engine};

fn metered(subject: &Subject) -> (Meter, Store) {
    let meter = Meter::default();
    let store = subject.through(meter.on(&subject.client));
    (meter, store)
}

#[track_caller]
fn assert_costs(bill: &Bill, requests: usize, units: f64) {
    assert_eq!(
        (bill.requests, bill.units()),
        (requests, units),
        "requests and units"
    );
    assert_eq!(bill.narrowed, 0, "queries that leave something out");
}

#[tokio::test]
async fn every_call_on_one_item_is_one_request_and_costs_what_is_documented() {
    on_each_engine(async |subject| {
        let (meter, store) = metered(&subject);
        let lamp = NewItem::named("Lamp");
        let id = store.create(lamp.clone()).await.unwrap().id;
        assert_costs(&meter.take(), 1, 2.0);
        store.read_item(id).await.unwrap();
        assert_costs(&meter.take(), 1, 1.0);
        let any = Expected::Any;
        store.replace_item(id, lamp.clone(), &any).await.unwrap();
        assert_costs(&meter.take(), 1, 2.0);
        store.delete_item(id, &any).await.unwrap();
        assert_costs(&meter.take(), 1, 2.0);
        store.ping().await.unwrap();
        assert_costs(&meter.take(), 1, 0.5);
    })
    .await;
}

/// A transaction prepares and commits: two units for each row it writes or checks, and one for
/// each entry of an index.
///
/// Source: Amazon DynamoDB Developer Guide, “Capacity management for transactions”.
#[tokio::test]
async fn an_owner_costs_a_transaction_only_where_it_is_named_first() {
    on_each_engine(async |subject| {
        let owner_id = Some(new_user(&subject.store).await);
        let (meter, store) = metered(&subject);
        let (lamp, any) = (NewItem::named("Lamp"), Expected::Any);
        let owned = NewItem {
            owner_id,
            ..lamp.clone()
        };
        let id = store.create(owned.clone()).await.unwrap().id;
        assert_transaction_costs(&subject, &meter.take(), 1, 6.0);
        store.replace_item(id, owned.clone(), &any).await.unwrap();
        assert_costs(&meter.take(), 1, 3.0);
        store.replace_item(id, lamp, &any).await.unwrap();
        assert_costs(&meter.take(), 1, 3.0);
        store.replace_item(id, owned, &any).await.unwrap();
        assert_transaction_costs(&subject, &meter.take(), 2, 6.0);
        store.delete_item(id, &any).await.unwrap();
        assert_costs(&meter.take(), 1, 3.0);
    })
    .await;
}

#[tokio::test]
async fn a_user_costs_a_transaction_where_the_address_changes() {
    on_each_engine(async |subject| {
        let (meter, store) = metered(&subject);
        let user = |name: &str, email: &str| NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
        };
        let any = Expected::Any;
        let id = store.sign_up(user("Ada", "ada@example.org")).await;
        let id = id.unwrap().id;
        assert_transaction_costs(&subject, &meter.take(), 1, 5.0);
        let renamed = user("Bea", "ada@example.org");
        store.replace_user(id, renamed, &any).await.unwrap();
        assert_costs(&meter.take(), 1, 2.0);
        let moved = user("Bea", "bea@example.org");
        store.replace_user(id, moved, &any).await.unwrap();
        assert_transaction_costs(&subject, &meter.take(), 2, 7.0);
        store.delete_user(id, &any).await.unwrap();
        // The user is read, and so is the index of items by owner.
        assert_transaction_costs(&subject, &meter.take(), 3, 6.5);
    })
    .await;
}

#[tokio::test]
async fn an_idempotency_record_costs_a_transaction_and_a_replay_is_one_request() {
    on_each_engine(async |subject| {
        let (meter, store) = metered(&subject);
        let record = IdempotencyRecord {
            id: "a".to_owned(),
            fingerprint: "print".to_owned(),
            answer: StoredAnswer {
                status: 201,
                headers: vec![],
                body: b"{}".to_vec(),
            },
            expires_at: Timestamp::now().plus(Duration::from_secs(60)),
        };
        let item = Item::new(NewItem::named("Lamp"));
        store.create_item(&item, Some(&record)).await.unwrap();
        assert_transaction_costs(&subject, &meter.take(), 1, 5.0);
        let again = Item::new(NewItem::named("Lamp"));
        store.create_item(&again, Some(&record)).await.unwrap();
        assert_eq!(meter.take().requests, 1);
    })
    .await;
}

/// DynamoDB Local counts the rows of a transaction more than once: its units are left aside.
#[track_caller]
fn assert_transaction_costs(subject: &Subject, bill: &Bill, requests: usize, units: f64) {
    let units = match subject.endpoint == embedded_endpoint() {
        true => units,
        false => bill.units(),
    };
    assert_costs(bill, requests, units);
}

#[tokio::test]
async fn a_page_of_an_owner_is_one_query_and_one_of_all_items_is_one_for_each_shard() {
    on_each_engine(async |subject| {
        let (meter, store) = metered(&subject);
        let owner = Some(new_user(&subject.store).await);
        for _ in 0..25 {
            let lamp = NewItem {
                owner_id: owner,
                ..NewItem::named("Lamp")
            };
            subject.store.create(lamp).await.unwrap();
        }
        store
            .list_items(ItemFilter { owner }, Limit::default(), None)
            .await
            .unwrap();
        let bill = meter.take();
        assert!(
            bill.requests == 1 && bill.units() <= 1.5 && bill.narrowed == 0,
            "{bill:?}"
        );
        // All 25 fit into what four shards are asked for, unless they are spread very unevenly.
        store
            .list_items(ItemFilter::default(), Limit::default(), None)
            .await
            .unwrap();
        let bill = meter.take();
        assert!((4..=6).contains(&bill.requests), "{bill:?}");
        assert!(bill.units() <= 4.0 && bill.narrowed == 0, "{bill:?}");
    })
    .await;
}

#[tokio::test]
async fn an_empty_list_asks_each_shard_once() {
    on_each_engine(async |subject| {
        let (meter, store) = metered(&subject);
        create_items(&subject.store, 0).await;
        store
            .list_items(ItemFilter::default(), Limit::default(), None)
            .await
            .unwrap();
        let bill = meter.take();
        assert_eq!((bill.requests, bill.narrowed), (4, 0));
    })
    .await;
}
