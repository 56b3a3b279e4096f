//! Least privilege: the deployment's policy allows what the store asks for, and nothing more.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::ConfigBag;
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::query::QueryInput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use futures_util::StreamExt;
use models::testing::{client_at, embedded_endpoint, unique_table};
use models::{
    Expected, IdempotencyRecord, Item, ItemFilter, Limit, NewItem, NewUser, Store, StoreError,
    StoredAnswer, Timestamp, User,
};
use serde_json::Value;

/// `dynamodb:Query on index/byOwner`: an action and what it is done to.
type Permissions = BTreeSet<String>;

/// Writes down which permissions each request needs.
#[derive(Debug, Clone, Default)]
struct Recorder(Arc<Mutex<Permissions>>);

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input();
        let mut needed = self.0.lock().unwrap();
        let mut on_table = |action: &str| {
            needed.insert(format!("dynamodb:{action} on table"));
        };
        if input.downcast_ref::<GetItemInput>().is_some() {
            on_table("GetItem");
        } else if input.downcast_ref::<PutItemInput>().is_some() {
            on_table("PutItem");
        } else if input.downcast_ref::<UpdateItemInput>().is_some() {
            on_table("UpdateItem");
        } else if input.downcast_ref::<DeleteItemInput>().is_some() {
            on_table("DeleteItem");
        } else if let Some(query) = input.downcast_ref::<QueryInput>() {
            match &query.index_name {
                Some(index) => {
                    needed.insert(format!("dynamodb:Query on index/{index}"));
                }
                None => on_table("Query"),
            }
        } else if let Some(transaction) = input.downcast_ref::<TransactWriteItemsInput>() {
            // A transaction needs the permissions of its parts.
            for item in transaction.transact_items() {
                let parts = [
                    (item.put().is_some(), "PutItem"),
                    (item.update().is_some(), "UpdateItem"),
                    (item.delete().is_some(), "DeleteItem"),
                    (item.condition_check().is_some(), "ConditionCheckItem"),
                ];
                for (_, action) in parts.into_iter().filter(|(is_there, _)| *is_there) {
                    on_table(action);
                }
            }
        } else {
            panic!("the recorder does not know the permission for {input:?}");
        }
        Ok(())
    }
}

/// What the function's policy in the reviewed template allows.
fn allowed() -> Permissions {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../infra/test/template.dev.json"
    );
    let template: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    let statements = resources.filter(|it| it["Type"] == "AWS::IAM::Policy");
    let statements =
        statements.flat_map(|it| list(&it["Properties"]["PolicyDocument"]["Statement"]));
    let mut allowed = Permissions::new();
    for statement in statements {
        for action in list(&statement["Action"]) {
            for resource in list(&statement["Resource"]) {
                let action = action.as_str().unwrap();
                if action.starts_with("dynamodb:") {
                    allowed.insert(format!("{action} on {}", name(&resource)));
                }
            }
        }
    }
    allowed
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.clone(),
        value => vec![value.clone()],
    }
}

/// `table`, or what is joined to its ARN.
fn name(resource: &Value) -> String {
    match resource["Fn::Join"][1].as_array() {
        Some(parts) => parts[1]
            .as_str()
            .unwrap()
            .trim_start_matches('/')
            .to_owned(),
        None => "table".to_owned(),
    }
}

fn record(id: &str) -> IdempotencyRecord {
    IdempotencyRecord {
        id: id.to_owned(),
        fingerprint: "print".to_owned(),
        answer: StoredAnswer {
            status: 201,
            headers: Vec::new(),
            body: Vec::new(),
        },
        expires_at: Timestamp::now(),
    }
}

fn ada(email: &str) -> NewUser {
    NewUser {
        email: email.to_owned(),
        name: "Ada".to_owned(),
    }
}

/// Everything that the store can do, each thing once.
async fn use_everything(store: &Store) {
    let any = Expected::Any;
    store.warm().await;
    store.ping().await.unwrap();
    let user = User::new(ada("ada@example.org"));
    store.create_user(&user, Some(&record("1"))).await.unwrap();
    store.read_user(user.id).await.unwrap();
    store
        .replace_user(user.id, ada("ada@example.com"), &any)
        .await
        .unwrap();
    let renamed = store.patch_user(user.id, &any, |new| {
        Ok::<_, StoreError>(NewUser {
            name: "B".to_owned(),
            ..new
        })
    });
    renamed.await.unwrap();
    store.list_users(Limit::default(), None).await.unwrap();

    let owned = NewItem {
        owner_id: Some(user.id),
        ..NewItem::named("Lamp")
    };
    let item = Item::new(owned.clone());
    store.create_item(&item, Some(&record("2"))).await.unwrap();
    store
        .create_item(&Item::new(NewItem::named("Lamp")), None)
        .await
        .unwrap();
    store.read_item(item.id).await.unwrap();
    store
        .replace_item(item.id, NewItem::named("Desk"), &any)
        .await
        .unwrap();
    store
        .replace_item(item.id, owned.clone(), &any)
        .await
        .unwrap();
    let renamed = store.patch_item(item.id, &any, |new| {
        Ok::<_, StoreError>(NewItem {
            name: "B".to_owned(),
            ..new
        })
    });
    renamed.await.unwrap();
    store
        .list_items(ItemFilter::default(), Limit::default(), None)
        .await
        .unwrap();
    let of_user = ItemFilter {
        owner: Some(user.id),
    };
    store
        .list_items(of_user, Limit::default(), None)
        .await
        .unwrap();
    let exported = store.export_items().collect::<Vec<_>>().await;
    assert_eq!(exported.len(), 2);
    store.delete_item(item.id, &any).await.unwrap();
    store.create_item(&Item::new(owned), None).await.unwrap();
    store.delete_user_with_items(user.id, &any).await.unwrap();
    let other = User::new(ada("bob@example.org"));
    store.create_user(&other, None).await.unwrap();
    store.delete_user(other.id, &any).await.unwrap();
}

#[tokio::test]
async fn the_policy_allows_what_the_store_asks_for_and_nothing_more() {
    let client = client_at(embedded_endpoint());
    let table = unique_table();
    Store::new(client.clone(), table.clone())
        .create_table()
        .await
        .unwrap();
    let recorder = Recorder::default();
    let config = client.config().to_builder().interceptor(recorder.clone());
    let store = Store::new(Client::from_conf(config.build()), table);
    use_everything(&store).await;
    let needed = recorder.0.lock().unwrap().clone();
    assert_eq!(needed, allowed());
}
