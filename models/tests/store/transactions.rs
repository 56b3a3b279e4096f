//! What the store makes of transactions that meet others, are throttled or never answered.

use std::time::{Duration, Instant};

use models::store::LONGEST_CALL;
use models::{Limit, NewUser, StoreError};

use crate::engines::{Create, on_each_engine};
use crate::faults::broken;
use models::testing::Fault::{self, Answer, Cancel, Hang, LoseAnswer, Pass};

fn ada() -> NewUser {
    NewUser {
        email: "ada@example.org".to_owned(),
        name: "Ada".to_owned(),
    }
}

const CONFLICT: Fault = Cancel("TransactionConflict");

#[tokio::test]
async fn a_transaction_that_meets_others_is_made_again() {
    let passing = [
        CONFLICT,
        Cancel("ThrottlingError"),
        Cancel("ProvisionedThroughputExceeded"),
        Answer(400, "TransactionConflictException"),
        Answer(400, "TransactionInProgressException"),
        Answer(400, "ThrottlingException"),
        Answer(500, "InternalServerError"),
    ];
    on_each_engine(async |subject| {
        for fault in passing {
            let (store, proxy) = broken(&subject, &[fault]).await;
            let user = store.sign_up(ada()).await.unwrap();
            assert_eq!(proxy.operations().len(), 2, "{fault:?}");
            store
                .delete_user(user.id, &Default::default())
                .await
                .unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_meets_others_at_each_try_was_not_carried_out() {
    on_each_engine(async |subject| {
        let (store, proxy) = broken(&subject, &[CONFLICT; 4]).await;
        let error = store.sign_up(ada()).await.unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Throttled {
                    outcome_unknown: false,
                    ..
                }
            ),
            "{error:?}"
        );
        assert_eq!(error.to_string(), "the database is busy");
        assert_eq!(proxy.operations().len(), 4);
        subject.store.sign_up(ada()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_conflict_after_a_lost_answer_is_made_again_and_has_one_effect() {
    on_each_engine(async |subject| {
        let (store, _proxy) = broken(&subject, &[LoseAnswer, CONFLICT]).await;
        let user = store.sign_up(ada()).await.unwrap();
        let list = subject.store.list_users(Limit::default(), None);
        assert_eq!(list.await.unwrap().rows, [user]);
    })
    .await;
}

#[tokio::test]
async fn a_user_whose_deletion_lost_its_answer_is_not_called_missing() {
    on_each_engine(async |subject| {
        let user = subject.store.sign_up(ada()).await.unwrap();
        // Reading the user and the items comes first.
        let (store, _proxy) = broken(&subject, &[Pass, Pass, LoseAnswer, CONFLICT]).await;
        store
            .delete_user(user.id, &Default::default())
            .await
            .unwrap();
        subject.store.sign_up(ada()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_cancellation_for_any_other_reason_is_a_refusal() {
    on_each_engine(async |subject| {
        for reason in ["ValidationError", "ItemCollectionSizeLimitExceeded"] {
            let (store, proxy) = broken(&subject, &[Cancel(reason)]).await;
            let error = store.sign_up(ada()).await.unwrap_err();
            assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
            assert!(!error.to_string().contains("arn"), "{error}");
            assert_eq!(proxy.operations().len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_transaction_without_any_answer_may_have_happened() {
    on_each_engine(async |subject| {
        let (store, _proxy) = broken(&subject, &[LoseAnswer; 3]).await;
        let error = store.sign_up(ada()).await.unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Unavailable {
                    outcome_unknown: true,
                    ..
                }
            ),
            "{error:?}"
        );
        let again = subject.store.sign_up(ada()).await;
        assert!(matches!(again, Err(StoreError::EmailTaken)));
    })
    .await;
}

#[tokio::test]
async fn tries_and_pauses_end_in_the_time_of_one_call() {
    const BOUND: Duration = Duration::from_millis(100);
    on_each_engine(async |subject| {
        let (store, _proxy) = broken(&subject, &[CONFLICT, Hang, Hang, Hang]).await;
        let start = Instant::now();
        let error = store.within(BOUND).sign_up(ada()).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(start.elapsed() < LONGEST_CALL, "{:?}", start.elapsed());
    })
    .await;
}
