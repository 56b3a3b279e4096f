//! The table of the deployment: with `TABLE_TEMPLATE`, the path of a synthesised CloudFormation
//! template, the suite runs on the table that it describes instead of the one that the store
//! would create, so that infrastructure and code cannot drift apart.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Creates the table of the template, if one is named, under this name.
pub(crate) async fn create_deployed_table(client: &Client, name: &str) {
    let Ok(path) = std::env::var("TABLE_TEMPLATE") else {
        return;
    };
    let template = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let template: Template = serde_json::from_str(&template).unwrap();
    let mut tables = template.resources.into_values().filter_map(Resource::table);
    let (Some(table), None) = (tables.next(), tables.next()) else {
        panic!("{path} has not exactly one table");
    };

    let attributes = table
        .attribute_definitions
        .iter()
        .map(Attribute::definition);
    let indexes = table.global_secondary_indexes.iter().map(Index::definition);
    let request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::from(table.billing_mode.as_str()))
        .set_key_schema(Some(key_schema(&table.key_schema)))
        .set_attribute_definitions(Some(attributes.collect()))
        .set_global_secondary_indexes(Some(indexes.collect()));
    request.send().await.unwrap();

    let ttl = TimeToLiveSpecification::builder()
        .attribute_name(table.time_to_live_specification.attribute_name)
        .enabled(table.time_to_live_specification.enabled);
    let request = client.update_time_to_live().table_name(name);
    let request = request.time_to_live_specification(ttl.build().unwrap());
    request.send().await.unwrap();
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    resources: std::collections::BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(tag = "Type", content = "Properties")]
enum Resource {
    #[serde(rename = "AWS::DynamoDB::Table")]
    Table(Box<Table>),
    #[serde(untagged)]
    Other(IgnoredAny),
}

impl Resource {
    fn table(self) -> Option<Table> {
        match self {
            Self::Table(table) => Some(*table),
            Self::Other(_) => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table {
    key_schema: Vec<Key>,
    attribute_definitions: Vec<Attribute>,
    global_secondary_indexes: Vec<Index>,
    time_to_live_specification: TimeToLive,
    billing_mode: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    index_name: String,
    key_schema: Vec<Key>,
    projection: IndexProjection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IndexProjection {
    projection_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

impl Attribute {
    fn definition(&self) -> AttributeDefinition {
        let kind = ScalarAttributeType::from(self.attribute_type.as_str());
        let definition = AttributeDefinition::builder().attribute_name(&self.attribute_name);
        definition.attribute_type(kind).build().unwrap()
    }
}

impl Index {
    fn definition(&self) -> GlobalSecondaryIndex {
        let kind = ProjectionType::from(self.projection.projection_type.as_str());
        GlobalSecondaryIndex::builder()
            .index_name(&self.index_name)
            .set_key_schema(Some(key_schema(&self.key_schema)))
            .projection(Projection::builder().projection_type(kind).build())
            .build()
            .unwrap()
    }
}

fn key_schema(keys: &[Key]) -> Vec<KeySchemaElement> {
    let element = |key: &Key| {
        let element = KeySchemaElement::builder().attribute_name(&key.attribute_name);
        element
            .key_type(KeyType::from(key.key_type.as_str()))
            .build()
            .unwrap()
    };
    keys.iter().map(element).collect()
}
