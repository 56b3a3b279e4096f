//! What the store makes of a network and a database that fail.

use std::time::{Duration, Instant};

use models::store::{LONGEST_CALL, Store};
use models::testing::client_at;
use models::{Expected, ItemFilter, ItemId, Limit, NewItem, StoreError};

use crate::engines::{Create, Subject, create_items, on_each_engine};
use models::testing::Fault::{self, Answer, CutAnswer, Hang, LoseAnswer};
use models::testing::Proxy;

const THROTTLE: Fault = Answer(400, "ProvisionedThroughputExceededException");
const FAILURE: Fault = Answer(500, "InternalServerError");
const DENIAL: Fault = Answer(400, "AccessDeniedException");

/// A store behind a proxy that does this to its first requests.
pub(crate) async fn broken(subject: &Subject, faults: &[Fault]) -> (Store, Proxy) {
    let proxy = Proxy::start(&subject.endpoint, faults).await;
    (subject.through(client_at(&proxy.endpoint)), proxy)
}

fn lamp() -> NewItem {
    NewItem::named("Lamp")
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_succeeds_and_creates_one_item() {
    on_each_engine(async |subject| {
        let (store, proxy) = broken(&subject, &[LoseAnswer]).await;
        let item = store.create(lamp()).await.unwrap();
        assert_eq!(proxy.operations(), ["PutItem", "PutItem"]);
        let list = subject
            .store
            .list_items(ItemFilter::default(), Limit::default(), None);
        assert_eq!(list.await.unwrap().rows, [item]);
    })
    .await;
}

#[tokio::test]
async fn a_replace_whose_answer_was_lost_succeeds_and_counts_once() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let (store, proxy) = broken(&subject, &[LoseAnswer, CutAnswer]).await;
        let replaced = store
            .replace_item(id, lamp(), &Expected::Any)
            .await
            .unwrap();
        assert_eq!(proxy.operations().len(), 3);
        assert_eq!((replaced.version, replaced.name.as_str()), (2, "Lamp"));
        assert_eq!(subject.store.read_item(id).await.unwrap(), replaced);
    })
    .await;
}

#[tokio::test]
async fn a_delete_whose_answer_was_lost_succeeds() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let (store, proxy) = broken(&subject, &[LoseAnswer]).await;
        store.delete_item(id, &Expected::Any).await.unwrap();
        assert_eq!(proxy.operations(), ["DeleteItem", "DeleteItem"]);
    })
    .await;
}

/// The first attempt was refused, so it deleted nothing.
#[tokio::test]
async fn a_delete_that_was_throttled_still_knows_that_the_item_is_missing() {
    on_each_engine(async |subject| {
        let (store, _proxy) = broken(&subject, &[THROTTLE]).await;
        let error = store
            .delete_item(ItemId::new(), &Expected::Any)
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Missing(_)), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_write_without_any_answer_may_have_happened() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let (store, _proxy) = broken(&subject, &[LoseAnswer; 3]).await;
        let error = store
            .replace_item(id, lamp(), &Expected::Any)
            .await
            .unwrap_err();
        assert!(is_unavailable(&error, true), "{error:?}");
        assert_eq!(subject.store.read_item(id).await.unwrap().version, 2);
    })
    .await;
}

#[tokio::test]
async fn throttling_that_lasts_is_reported_and_tells_whether_the_write_may_have_happened() {
    let cases = [
        ([THROTTLE, THROTTLE, THROTTLE], false),
        ([LoseAnswer, THROTTLE, THROTTLE], true),
        ([FAILURE, THROTTLE, THROTTLE], true),
    ];
    on_each_engine(async |subject| {
        for (faults, expected) in cases {
            let (store, proxy) = broken(&subject, &faults).await;
            let error = store.create(lamp()).await.unwrap_err();
            let StoreError::Throttled {
                outcome_unknown, ..
            } = error
            else {
                panic!("{faults:?}: {error:?}");
            };
            assert_eq!(outcome_unknown, expected, "{faults:?}");
            assert_eq!(proxy.operations().len(), 3, "{faults:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_passing_fault_is_not_noticed() {
    on_each_engine(async |subject| {
        let item = create_items(&subject.store, 1).await.remove(0);
        for fault in [THROTTLE, FAILURE, LoseAnswer, CutAnswer] {
            let (store, proxy) = broken(&subject, &[fault]).await;
            assert_eq!(store.read_item(item.id).await.unwrap(), item, "{fault:?}");
            assert_eq!(proxy.operations().len(), 2, "{fault:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_final_and_its_words_are_not_for_clients() {
    on_each_engine(async |subject| {
        let (store, proxy) = broken(&subject, &[DENIAL]).await;
        let error = store.create(lamp()).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
        assert_eq!(proxy.operations().len(), 1);
        assert_eq!(error.to_string(), "the database refused the request");
        assert!(
            format!("{error:?}").contains("AccessDenied"),
            "the log needs the cause"
        );
    })
    .await;
}

#[tokio::test]
async fn a_refusal_that_breaks_off_is_no_answer() {
    on_each_engine(async |subject| {
        let id = create_items(&subject.store, 1).await[0].id;
        let (store, _proxy) = broken(&subject, &[CutAnswer; 12]).await;
        let another_version = Expected::Versions(vec![7]);
        let replaced = store.replace_item(id, lamp(), &another_version).await;
        let refused = replaced.unwrap_err();
        assert!(
            matches!(refused, StoreError::Unavailable { .. }),
            "{refused:?}"
        );
        let stored = subject.store.read_item(id).await.unwrap();
        assert_eq!(stored.version, 1);
    })
    .await;
}

#[tokio::test]
async fn one_silent_attempt_is_given_up_and_made_again() {
    on_each_engine(async |subject| {
        let item = create_items(&subject.store, 1).await.remove(0);
        let (store, _proxy) = broken(&subject, &[Hang]).await;
        let start = Instant::now();
        assert_eq!(store.read_item(item.id).await.unwrap(), item);
        assert!(start.elapsed() < LONGEST_CALL, "{:?}", start.elapsed());
    })
    .await;
}

#[tokio::test]
async fn a_call_ends_in_the_time_it_is_given() {
    const BOUND: Duration = Duration::from_millis(200);
    on_each_engine(async |subject| {
        let (store, _proxy) = broken(&subject, &[Hang; 12]).await;
        let store = store.within(BOUND);
        let start = Instant::now();
        let list = store.list_items(ItemFilter::default(), Limit::default(), None);
        let (write, read, list, ping) = (
            store.create(lamp()).await,
            store.read_item(ItemId::new()).await,
            list.await,
            store.ping().await,
        );
        assert!(
            start.elapsed() < BOUND * 4 + LONGEST_CALL,
            "{:?}",
            start.elapsed()
        );
        assert!(is_unavailable(&write.unwrap_err(), true));
        assert!(is_unavailable(&read.unwrap_err(), false));
        assert!(is_unavailable(&list.unwrap_err(), false));
        assert!(is_unavailable(&ping.unwrap_err(), false));
    })
    .await;
}

#[tokio::test]
async fn a_call_without_any_time_sends_nothing() {
    on_each_engine(async |subject| {
        let (store, proxy) = broken(&subject, &[]).await;
        let error = store
            .within(Duration::ZERO)
            .create(lamp())
            .await
            .unwrap_err();
        assert!(is_unavailable(&error, false), "{error:?}");
        assert_eq!(proxy.operations().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_bound_cannot_make_a_call_longer() {
    on_each_engine(async |subject| {
        let (store, _proxy) = broken(&subject, &[Hang; 3]).await;
        let start = Instant::now();
        let error = store
            .within(Duration::from_secs(60))
            .ping()
            .await
            .unwrap_err();
        assert!(is_unavailable(&error, false), "{error:?}");
        assert!(start.elapsed() < LONGEST_CALL * 2, "{:?}", start.elapsed());
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_not_there_is_unavailable_at_once() {
    on_each_engine(async |subject| {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let nobody = format!("http://{}", free.local_addr().unwrap());
        drop(free);
        let store = subject.through(client_at(&nobody));
        let start = Instant::now();
        let error = store.read_item(ItemId::new()).await.unwrap_err();
        assert!(is_unavailable(&error, false), "{error:?}");
        assert!(start.elapsed() < LONGEST_CALL, "{:?}", start.elapsed());
    })
    .await;
}

/// The environment of a process cannot be changed safely: the proxy is set for a second one.
#[test]
fn a_database_on_this_machine_is_reached_past_the_proxy_of_the_environment() {
    let nobody = "http://127.0.0.1:1";
    let again = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "items::what_was_created_is_read"])
        .env("HTTP_PROXY", nobody)
        .env("http_proxy", nobody)
        .env("ALL_PROXY", nobody)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&again.stdout);
    assert!(
        again.status.success() && output.contains("1 passed"),
        "{output}"
    );
}

fn is_unavailable(error: &StoreError, expected: bool) -> bool {
    matches!(error, StoreError::Unavailable { outcome_unknown, .. } if *outcome_unknown == expected)
}
