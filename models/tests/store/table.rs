//! Creating the table.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveStatus,
};
use models::StoreError;
use models::store::Store;
use models::testing::{client_at, unique_table};

use crate::engines::{create_items, on_each_engine};
use models::testing::Proxy;

#[tokio::test]
async fn creating_a_table_that_is_there_leaves_it_as_it_is() {
    on_each_engine(async |subject| {
        let items = create_items(&subject.store, 1).await;
        subject.store.create_table().await.unwrap();
        assert_eq!(
            subject.store.read_item(items[0].id).await.unwrap(),
            items[0]
        );
    })
    .await;
}

/// AWS refuses to enable TTL twice; the embedded engine does not.
#[tokio::test]
async fn a_table_that_is_there_is_only_looked_at() {
    on_each_engine(async |subject| {
        let proxy = Proxy::start(&subject.endpoint, &[]).await;
        let store = subject.through(client_at(&proxy.endpoint));
        store.create_table().await.unwrap();
        let operations = proxy.operations();
        let looks = |operation: &String| operation.starts_with("Describe");
        assert!(operations.iter().all(looks), "{operations:?}");
    })
    .await;
}

#[tokio::test]
async fn many_may_create_the_same_table_at_once() {
    on_each_engine(async |subject| {
        let table = unique_table();
        let stores = [(); 8].map(|()| Store::new(subject.client.clone(), table.clone()));
        let created = stores.iter().map(Store::create_table);
        for outcome in futures_util::future::join_all(created).await {
            outcome.unwrap();
        }
        create_items(&stores[0], 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_table_has_ttl_and_is_billed_on_demand() {
    on_each_engine(async |subject| {
        let (client, name) = (&subject.client, &subject.table.name);
        let ttl = client
            .describe_time_to_live()
            .table_name(name)
            .send()
            .await
            .unwrap();
        let ttl = ttl.time_to_live_description.unwrap();
        assert_eq!(ttl.time_to_live_status, Some(TimeToLiveStatus::Enabled));
        assert_eq!(ttl.attribute_name.as_deref(), Some("expiresAt"));

        let table = client
            .describe_table()
            .table_name(name)
            .send()
            .await
            .unwrap()
            .table
            .unwrap();
        let mode = table.billing_mode_summary.unwrap().billing_mode;
        assert_eq!(mode, Some(BillingMode::PayPerRequest));
    })
    .await;
}

/// An index without all attributes is what the embedded engine lets pass and AWS does not.
#[tokio::test]
async fn a_table_of_another_shape_is_refused_by_name() {
    on_each_engine(async |subject| {
        let (keys_only, all) = (ProjectionType::KeysOnly, ProjectionType::All);
        let cases = [
            (["id", "sk"], [all.clone(), all.clone()], "with other keys"),
            (
                ["pk", "sk"],
                [keys_only.clone(), all.clone()],
                "without a usable index `byOwner`",
            ),
            (
                ["pk", "sk"],
                [all, keys_only],
                "without a usable index `byCreation`",
            ),
        ];
        for (keys, [by_owner, by_creation], complaint) in cases {
            let table = unique_table();
            let create = subject.client.create_table().table_name(&table.name);
            create
                .billing_mode(BillingMode::PayPerRequest)
                .set_key_schema(Some(key_schema(keys)))
                .global_secondary_indexes(index("byOwner", "ownerId", by_owner))
                .global_secondary_indexes(index("byCreation", "listShard", by_creation))
                .set_attribute_definitions(Some(text_attributes(keys)))
                .send()
                .await
                .unwrap();
            let store = Store::new(subject.client.clone(), table.clone());
            let StoreError::Refused { source } = store.create_table().await.unwrap_err() else {
                panic!("not refused");
            };
            let source = source.to_string();
            assert!(
                source.contains(complaint) && source.contains(&table.name),
                "{source}"
            );
        }
    })
    .await;
}

fn key_schema([partition, sort]: [&str; 2]) -> Vec<KeySchemaElement> {
    let element = |(name, kind)| {
        let element = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind);
        element.build().unwrap()
    };
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .map(element)
        .to_vec()
}

fn index(name: &str, partition: &str, projection: ProjectionType) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema([partition, "id"])))
        .projection(Projection::builder().projection_type(projection).build())
        .build()
        .unwrap()
}

fn text_attributes(keys: [&str; 2]) -> Vec<AttributeDefinition> {
    let mut names = vec!["id", "ownerId", "listShard"];
    names.extend(keys.into_iter().filter(|key| *key != "id"));
    let text = |name| {
        let text = AttributeDefinition::builder().attribute_name(name);
        text.attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    names.into_iter().map(text).collect()
}
