//! Create, read, replace, delete.

use aws_sdk_dynamodb::types::AttributeValue;
use models::{Expected, ItemId, NewItem, Price, StoreError};

use crate::engines::{Create, on_each_engine};

fn lamp() -> NewItem {
    NewItem {
        description: Some("Brass,\nwith a green shade".to_owned()),
        price: Some(Price {
            amount: "19.90".to_owned(),
            currency: "EUR".to_owned(),
        }),
        tags: vec!["b".into(), "a".into(), "a".into()],
        ..NewItem::named("Lámpara 💡")
    }
}

#[tokio::test]
async fn what_was_created_is_read() {
    on_each_engine(async |subject| {
        for new in [lamp(), NewItem::named("Lamp")] {
            let created = subject.store.create(new.clone()).await.unwrap();
            assert_eq!(created.version, 1);
            assert_eq!(created.created_at, created.updated_at);
            assert_eq!((&created.name, &created.tags), (&new.name, &new.tags));
            assert_eq!(subject.store.read_item(created.id).await.unwrap(), created);
        }
    })
    .await;
}

#[tokio::test]
async fn the_largest_item_that_the_rules_allow_can_be_kept() {
    let wide = |count| "💡".repeat(count);
    let largest = NewItem {
        description: Some(wide(4000)),
        tags: (0..20).map(|_| wide(50).into()).collect(),
        ..NewItem::named(wide(200))
    };
    on_each_engine(async |subject| {
        let created = subject.store.create(largest.clone()).await.unwrap();
        assert_eq!(subject.store.read_item(created.id).await.unwrap(), created);
    })
    .await;
}

#[tokio::test]
async fn a_replaced_item_has_all_of_the_new_content_and_none_of_the_old() {
    on_each_engine(async |subject| {
        let (store, full, bare) = (subject.store, lamp(), NewItem::named("Chair"));
        let first = store.create(full.clone()).await.unwrap();
        let second = store
            .replace_item(first.id, bare, &Expected::Any)
            .await
            .unwrap();
        assert_eq!(store.read_item(first.id).await.unwrap(), second);
        assert_eq!((second.name.as_str(), second.version), ("Chair", 2));
        assert_eq!((&second.description, &second.price), (&None, &None));
        assert_eq!((second.id, second.created_at), (first.id, first.created_at));
        assert!(second.tags.is_empty() && second.updated_at >= first.updated_at);

        let third = store
            .replace_item(first.id, full, &Expected::Any)
            .await
            .unwrap();
        let updated_at = third.updated_at;
        assert_eq!(
            third,
            models::Item {
                version: 3,
                updated_at,
                ..first
            }
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_item_is_gone() {
    on_each_engine(async |subject| {
        let id = subject.store.create(lamp()).await.unwrap().id;
        subject.store.delete_item(id, &Expected::Any).await.unwrap();
        assert_missing(&subject.store, id).await;
    })
    .await;
}

#[tokio::test]
async fn an_item_that_never_was_is_missing_and_is_not_made_by_replacing_it() {
    on_each_engine(async |subject| assert_missing(&subject.store, ItemId::new()).await).await;
}

async fn assert_missing(store: &models::Store, id: ItemId) {
    let is_missing = |error| matches!(error, StoreError::Missing(missing) if missing == id);
    assert!(is_missing(store.read_item(id).await.unwrap_err()));
    assert!(is_missing(
        store
            .replace_item(id, lamp(), &Expected::Any)
            .await
            .unwrap_err()
    ));
    assert!(is_missing(
        store.delete_item(id, &Expected::Any).await.unwrap_err()
    ));
    assert!(is_missing(store.read_item(id).await.unwrap_err()));
}

#[tokio::test]
async fn no_replacement_is_lost_among_many_at_once() {
    on_each_engine(async |subject| {
        let id = subject.store.create(lamp()).await.unwrap().id;
        let replace = |_| subject.store.replace_item(id, lamp(), &Expected::Any);
        let replaced = futures_util::future::join_all((0..20).map(replace)).await;
        let mut versions: Vec<_> = replaced
            .into_iter()
            .map(|item| item.unwrap().version)
            .collect();
        versions.sort_unstable();
        assert_eq!(versions, (2..=21).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn an_item_over_400_kb_is_too_large_to_create_and_to_replace() {
    let huge = NewItem {
        description: Some("x".repeat(410_000)),
        ..lamp()
    };
    on_each_engine(async |subject| {
        let store = subject.store;
        let error = store.create(huge.clone()).await.unwrap_err();
        assert!(matches!(error, StoreError::TooLarge), "{error:?}");
        let id = store.create(lamp()).await.unwrap().id;
        let error = store
            .replace_item(id, huge.clone(), &Expected::Any)
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::TooLarge), "{error:?}");
        assert_eq!(store.read_item(id).await.unwrap().version, 1);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_to_the_log_and_not_to_the_client() {
    on_each_engine(async |subject| {
        let id = ItemId::new();
        let key = format!("ITEM#{id}");
        let put = subject.client.put_item().table_name(&subject.table.name);
        put.item("pk", AttributeValue::S(key.clone()))
            .item("sk", AttributeValue::S("ITEM".to_owned()))
            .item("kind", AttributeValue::S("item".to_owned()))
            .item("id", AttributeValue::S(id.to_string()))
            .item("listShard", AttributeValue::S("items#0".to_owned()))
            .send()
            .await
            .unwrap();
        let list = subject
            .store
            .list_items(Default::default(), Default::default(), None)
            .await;
        for error in [
            subject.store.read_item(id).await.unwrap_err(),
            list.unwrap_err(),
        ] {
            assert_eq!(error.to_string(), "a stored row cannot be read");
            let cause = std::error::Error::source(&error).unwrap().to_string();
            assert!(cause.contains(&key) && cause.contains("`name`"), "{cause}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_ping_succeeds_when_the_table_is_there_and_only_then() {
    on_each_engine(async |subject| {
        subject.store.ping().await.unwrap();
        let nowhere = models::testing::unique_table();
        let nowhere = models::Store::new(subject.client, nowhere);
        let error = nowhere.ping().await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
        nowhere.warm().await;
    })
    .await;
}
