//! A request that is sent twice has one effect, and one answer.

use std::time::Duration;

use futures_util::future::join_all;
use models::{
    IdempotencyRecord, Item, ItemFilter, Limit, NewItem, NewUser, Store, StoreError, StoredAnswer,
    Timestamp, User, UserId, Written,
};

use crate::engines::{new_user, on_each_engine};
use crate::faults::broken;
use models::testing::Fault::{Cancel, LoseAnswer};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The record of a request under this id whose answer holds this text.
fn record(id: &str, body: &impl ToString) -> IdempotencyRecord {
    // A record is remembered to the second.
    let now = format!("{}Z", &Timestamp::now().to_string()[..19]);
    let now: Timestamp = now.parse().unwrap();
    IdempotencyRecord {
        id: id.to_owned(),
        fingerprint: "print".to_owned(),
        answer: StoredAnswer {
            status: 201,
            headers: vec![("etag".to_owned(), "\"1\"".to_owned())],
            body: body.to_string().into_bytes(),
        },
        expires_at: now.plus(DAY),
    }
}

fn lamp() -> Item {
    Item::new(NewItem::named("Lamp"))
}

fn ada() -> User {
    User::new(NewUser {
        email: "ada@example.org".to_owned(),
        name: "Ada".to_owned(),
    })
}

async fn items(store: &Store) -> Vec<Item> {
    let list = store.list_items(ItemFilter::default(), Limit::default(), None);
    list.await.unwrap().rows
}

#[tokio::test]
async fn a_request_that_is_made_again_has_no_effect_and_the_first_answer() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let owned = Item {
            owner_id: Some(new_user(store).await),
            ..lamp()
        };
        for (id, first) in [("a", lamp()), ("b", owned)] {
            let known = record(id, &first.id);
            let written = store.create_item(&first, Some(&known)).await.unwrap();
            assert_eq!(written, Written::Now);
            let again = lamp();
            let other = IdempotencyRecord {
                fingerprint: "other".to_owned(),
                ..record(id, &again.id)
            };
            let written = store.create_item(&again, Some(&other)).await.unwrap();
            assert_eq!(written, Written::Earlier(known));
            assert!(store.read_item(again.id).await.is_err());
            assert_eq!(store.read_item(first.id).await.unwrap(), first);
        }
    })
    .await;
}

/// The address is taken, but by the very request that is made again.
#[tokio::test]
async fn a_sign_up_that_is_made_again_is_no_rival_of_itself() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let (first, again) = (ada(), ada());
        let known = record("a", &first.id);
        let written = store.create_user(&first, Some(&known)).await.unwrap();
        assert_eq!(written, Written::Now);
        let written = store
            .create_user(&again, Some(&record("a", &again.id)))
            .await;
        assert_eq!(written.unwrap(), Written::Earlier(known));
        let rival = store
            .create_user(&again, Some(&record("b", &again.id)))
            .await;
        assert!(matches!(rival, Err(StoreError::EmailTaken)));
    })
    .await;
}

#[tokio::test]
async fn of_many_requests_under_one_id_one_has_an_effect_and_all_have_its_answer() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let request = async |_| {
            let (item, user) = (lamp(), ada());
            let (of_item, of_user) = (record("item", &item.id), record("user", &user.id));
            let written_item = store.create_item(&item, Some(&of_item)).await.unwrap();
            let written_user = store.create_user(&user, Some(&of_user)).await.unwrap();
            [(written_item, of_item), (written_user, of_user)].map(
                |(written, ours)| match written {
                    Written::Now => (true, ours.answer),
                    Written::Earlier(theirs) => (false, theirs.answer),
                },
            )
        };
        let outcomes = join_all((0..50).map(request)).await;
        for kind in [0, 1] {
            let outcomes = outcomes.iter().map(|outcome| &outcome[kind]);
            assert_eq!(outcomes.clone().filter(|(now, _)| *now).count(), 1);
            let mut answers: Vec<_> = outcomes.map(|(_, answer)| &answer.body).collect();
            answers.dedup();
            assert_eq!(answers.len(), 1);
        }
        assert_eq!(items(store).await.len(), 1);
        let users = store.list_users(Limit::default(), None).await.unwrap();
        assert_eq!(users.rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_request_without_an_effect_leaves_no_record() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let nobodys = Item {
            owner_id: Some(UserId::new()),
            ..lamp()
        };
        let refused = store.create_item(&nobodys, Some(&record("a", &1))).await;
        assert!(matches!(refused, Err(StoreError::NoSuchOwner(_))));
        store.create_user(&ada(), None).await.unwrap();
        let refused = store.create_user(&ada(), Some(&record("a", &2))).await;
        assert!(matches!(refused, Err(StoreError::EmailTaken)));
        let written = store.create_item(&lamp(), Some(&record("a", &3))).await;
        assert_eq!(written.unwrap(), Written::Now);
    })
    .await;
}

/// DynamoDB sweeps what has expired within days, not at once.
#[tokio::test]
async fn an_expired_record_counts_as_none() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let expired = IdempotencyRecord {
            expires_at: Timestamp::now(),
            ..record("a", &1)
        };
        for _ in 0..2 {
            let written = store.create_item(&lamp(), Some(&expired)).await;
            assert_eq!(written.unwrap(), Written::Now);
        }
        let known = record("a", &2);
        let written = store.create_item(&lamp(), Some(&known)).await;
        assert_eq!(written.unwrap(), Written::Now);
        let written = store.create_item(&lamp(), Some(&record("a", &3))).await;
        assert_eq!(written.unwrap(), Written::Earlier(known));
        assert_eq!(items(store).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_not_taken_for_an_earlier_request() {
    on_each_engine(async |subject| {
        for faults in [
            [LoseAnswer, LoseAnswer],
            [LoseAnswer, Cancel("TransactionConflict")],
        ] {
            let (store, _proxy) = broken(&subject, &faults).await;
            let item = lamp();
            let known = record(&item.id.to_string(), &1);
            let written = store.create_item(&item, Some(&known)).await.unwrap();
            assert_eq!(written, Written::Now, "{faults:?}");
            assert_eq!(subject.store.read_item(item.id).await.unwrap(), item);
        }
    })
    .await;
}

/// Whoever gets no answer sends the request again, with its key.
#[tokio::test]
async fn a_request_without_any_answer_can_be_made_again() {
    on_each_engine(async |subject| {
        let (store, _proxy) = broken(&subject, &[LoseAnswer; 3]).await;
        let first = lamp();
        let known = record("a", &first.id);
        let lost = store.create_item(&first, Some(&known)).await;
        assert!(matches!(
            lost,
            Err(StoreError::Unavailable {
                outcome_unknown: true,
                ..
            })
        ));
        let again = store.create_item(&lamp(), Some(&record("a", &2))).await;
        assert_eq!(again.unwrap(), Written::Earlier(known));
        assert_eq!(items(&subject.store).await, [first]);
    })
    .await;
}
