//! Users: create, read, replace, patch, delete, list; no two with the same e-mail address.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use models::{
    CursorError, Expected, ItemFilter, Limit, NewItem, NewUser, Store, StoreError, User, UserId,
};

use crate::engines::{Create, new_user, on_each_engine};
use crate::faults::broken;
use models::testing::Fault::{LoseAnswer, Pass};

fn user(email: &str) -> NewUser {
    NewUser {
        email: email.to_owned(),
        name: "Ada".to_owned(),
    }
}

#[track_caller]
fn assert_taken<T>(outcome: Result<T, StoreError>) {
    match outcome {
        Err(StoreError::EmailTaken) => {}
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("the address is not taken"),
    }
}

async fn all(store: &Store) -> Vec<User> {
    store.list_users(Limit::default(), None).await.unwrap().rows
}

#[tokio::test]
async fn what_was_created_is_read() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let created = store.sign_up(user("Ada@Example.org")).await.unwrap();
        assert_eq!(created.email, "Ada@Example.org");
        assert_eq!(
            (created.version, created.created_at),
            (1, created.updated_at)
        );
        assert_eq!(store.read_user(created.id).await.unwrap(), created);
        let nobody = store.read_user(UserId::new()).await.unwrap_err();
        assert!(matches!(nobody, StoreError::NoSuchUser(_)), "{nobody:?}");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_taken_is_refused_however_it_is_written() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = store.sign_up(user("ädA@example.org")).await.unwrap();
        for same in [
            "ädA@example.org",
            "ÄDA@EXAMPLE.ORG",
            "a\u{308}da@example.org",
        ] {
            assert_taken(store.sign_up(user(same)).await);
        }
        assert_eq!(all(store).await, [ada]);
    })
    .await;
}

#[tokio::test]
async fn of_many_sign_ups_with_one_address_one_succeeds() {
    on_each_engine(async |subject| {
        let sign_up = |_| subject.store.sign_up(user("ada@example.org"));
        let outcomes = join_all((0..50).map(sign_up)).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 49));
        lost.into_iter().for_each(assert_taken);
        assert_eq!(all(&subject.store).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_address_takes_the_new_one_and_sets_the_old_one_free() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = store.sign_up(user("ada@example.org")).await.unwrap();
        let bob = store.sign_up(user("bob@example.org")).await.unwrap();
        let taken = store.replace_user(ada.id, user("BOB@example.org"), &Expected::Any);
        assert_taken(taken.await);
        assert_eq!(store.read_user(ada.id).await.unwrap(), ada);

        let moved = store.replace_user(ada.id, user("new@example.org"), &Expected::Any);
        let moved = moved.await.unwrap();
        assert_eq!(
            (moved.email.as_str(), moved.version),
            ("new@example.org", 2)
        );
        assert_eq!(store.read_user(ada.id).await.unwrap(), moved);
        assert_taken(store.sign_up(user("new@example.org")).await);
        let follows = store.replace_user(bob.id, user("ada@example.org"), &Expected::Any);
        follows.await.unwrap();
        store.sign_up(user("bob@example.org")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn another_spelling_of_the_own_address_is_no_change_of_address() {
    on_each_engine(async |subject| {
        let (store, proxy) = broken(&subject, &[]).await;
        let ada = store.sign_up(user("ada@example.org")).await.unwrap();
        let spelt = store.replace_user(ada.id, user("Ada@Example.org"), &Expected::Any);
        assert_eq!(spelt.await.unwrap().email, "Ada@Example.org");
        assert_eq!(proxy.operations(), ["TransactWriteItems", "UpdateItem"]);
    })
    .await;
}

/// Each takes an address from another: whichever order they come in, none is taken twice.
#[tokio::test]
async fn of_many_users_who_want_one_address_one_gets_it() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let users = join_all((0..20).map(|_| new_user(store))).await;
        let wanted = user("wanted@example.org");
        let take = |&id| store.replace_user(id, wanted.clone(), &Expected::Any);
        let outcomes = join_all(users.iter().map(take)).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 19));
        lost.into_iter().for_each(assert_taken);
        let have = join_all(users.iter().map(|&id| store.read_user(id))).await;
        let have = have.into_iter().map(Result::unwrap);
        assert_eq!(have.filter(|user| user.email == wanted.email).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_write_goes_ahead_only_on_a_version_that_is_expected() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = store.sign_up(user("ada@example.org")).await.unwrap();
        let old = Expected::Versions(vec![7]);
        for email in ["ada@example.org", "new@example.org"] {
            let refused = store.replace_user(ada.id, user(email), &old).await;
            assert!(matches!(refused, Err(StoreError::Changed { version: 1 })));
        }
        let refused = store.delete_user(ada.id, &old).await;
        assert!(matches!(refused, Err(StoreError::Changed { version: 1 })));
        assert_eq!(store.read_user(ada.id).await.unwrap(), ada);
        let missing = store.replace_user(UserId::new(), user("x@example.org"), &Expected::Exists);
        assert!(matches!(missing.await, Err(StoreError::NoSuchUser(_))));
        let current = Expected::Versions(vec![1]);
        let moved = store.replace_user(ada.id, user("new@example.org"), &current);
        assert_eq!(moved.await.unwrap().version, 2);
    })
    .await;
}

#[tokio::test]
async fn a_patch_may_change_the_address_and_leaves_what_it_does_not_name() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = store.sign_up(user("ada@example.org")).await.unwrap();
        let moved = |new| {
            let email = "new@example.org".to_owned();
            Ok::<_, StoreError>(NewUser { email, ..new })
        };
        let patched = store
            .patch_user(ada.id, &Expected::Any, moved)
            .await
            .unwrap();
        assert_eq!((patched.name.as_str(), patched.version), ("Ada", 2));
        assert_eq!(store.read_user(ada.id).await.unwrap(), patched);
        let again = store.patch_user(ada.id, &Expected::Any, moved).await;
        assert_eq!(again.unwrap(), patched);
        store.sign_up(user("ada@example.org")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_the_address_is_free() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = store.sign_up(user("ada@example.org")).await.unwrap();
        store.delete_user(ada.id, &Expected::Any).await.unwrap();
        let read = store.read_user(ada.id).await;
        let deleted = store.delete_user(ada.id, &Expected::Any).await;
        assert!(matches!(read, Err(StoreError::NoSuchUser(_))));
        assert!(matches!(deleted, Err(StoreError::NoSuchUser(_))));
        assert_eq!(all(store).await, []);
        store.sign_up(user("ada@example.org")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_user_to_whom_items_belong_is_not_deleted() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = new_user(store).await;
        let lamp = NewItem {
            owner_id: Some(ada),
            ..NewItem::named("Lamp")
        };
        let lamp = store.create(lamp).await.unwrap();
        let refused = store.delete_user(ada, &Expected::Any).await;
        assert!(matches!(refused, Err(StoreError::HasItems)));
        store.read_user(ada).await.unwrap();
        store.delete_item(lamp.id, &Expected::Any).await.unwrap();
        store.delete_user(ada, &Expected::Any).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn users_are_listed_newest_first_and_apart_from_items() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let mut ids = Vec::new();
        for _ in 0..12 {
            ids.push(new_user(store).await);
            store.create(NewItem::named("Lamp")).await.unwrap();
        }
        ids.reverse();
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.list_users(Limit::new(5).unwrap(), cursor.as_ref());
            let page = page.await.unwrap();
            found.extend(page.rows.iter().map(|user| user.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            let of_items =
                store.list_items(ItemFilter::default(), Limit::default(), cursor.as_ref());
            assert!(matches!(
                of_items.await,
                Err(StoreError::InvalidCursor(CursorError::OtherList))
            ));
        }
        assert_eq!(found, ids);
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_no_rival_of_the_write_it_belongs_to() {
    on_each_engine(async |subject| {
        let (store, _proxy) = broken(&subject, &[LoseAnswer, LoseAnswer]).await;
        let ada = store.sign_up(user("ada@example.org")).await.unwrap();
        // A change of address is tried as a simple update first.
        let (store, proxy) = broken(&subject, &[Pass, LoseAnswer]).await;
        let moved = store.replace_user(ada.id, user("new@example.org"), &Expected::Any);
        assert_eq!(moved.await.unwrap().version, 2);
        assert_eq!(proxy.operations().len(), 3);
        // Reading the user and the items comes first.
        let (store, proxy) = broken(&subject, &[Pass, Pass, LoseAnswer]).await;
        store.delete_user(ada.id, &Expected::Any).await.unwrap();
        assert_eq!(proxy.operations().len(), 4);
        assert_eq!(all(&subject.store).await, []);
    })
    .await;
}

/// Nothing but a hand in the table can do this. The address must not reach the log.
#[tokio::test]
async fn a_user_whose_address_is_not_taken_is_corrupt_and_named_by_id() {
    on_each_engine(async |subject| {
        let store = &subject.store;
        let ada = store.sign_up(user("ada@example.org")).await.unwrap();
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let delete = subject.client.delete_item().table_name(&subject.table.name);
        delete
            .key("pk", text("EMAIL#ada@example.org"))
            .key("sk", text("EMAIL"))
            .send()
            .await
            .unwrap();
        let moved = store.replace_user(ada.id, user("new@example.org"), &Expected::Any);
        let deleted = store.delete_user(ada.id, &Expected::Any);
        for error in [moved.await.unwrap_err(), deleted.await.unwrap_err()] {
            let output = format!("{error:?}");
            assert!(matches!(error, StoreError::Corrupt(_)), "{output}");
            assert!(output.contains(&ada.id.to_string()) && !output.contains('@'));
        }
    })
    .await;
}
