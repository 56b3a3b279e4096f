//! The table and its indexes: how they are created where no deployment does it.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, IndexStatus, KeySchemaElement, KeyType,
    Projection, ProjectionType, ScalarAttributeType, TableDescription, TableStatus,
    TimeToLiveSpecification, TimeToLiveStatus,
};

use super::Store;
use super::error::{BoxError, StoreError, late, unbuildable};
use super::keys::{BY_CREATION, BY_OWNER, EXPIRES_AT, ID, LIST_SHARD, OWNER_ID, PK, SK};

/// The longest that creating the table may take.
const LONGEST_CREATION: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

impl Store {
    /// Creates the table unless it is there, and waits until it can be used: billed on demand,
    /// both indexes with all attributes, TTL on `expiresAt`.
    ///
    /// For laptops and tests; what is deployed is created by the deployment. Several processes
    /// may do it at once. [`Store::within`] does not bound it; it ends within a minute.
    ///
    /// # Errors
    /// [`StoreError::Refused`] also if a table of this name is there with other keys or indexes.
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let work = async {
            if self.describe_table().await?.is_none() {
                self.send_create_table().await?;
            }
            let table = self.active_table().await?;
            check_shape(&table).map_err(|source| StoreError::Refused { source })?;
            self.enable_ttl().await
        };
        let outcome = tokio::time::timeout(LONGEST_CREATION, work).await;
        outcome.unwrap_or_else(|_| Err(late(LONGEST_CREATION, true)))
    }

    async fn describe_table(&self) -> Result<Option<TableDescription>, StoreError> {
        let request = self.client().describe_table().table_name(self.table_name());
        match request.send().await {
            Ok(output) => Ok(output.table),
            Err(error) => match error.as_service_error() {
                Some(DescribeTableError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(StoreError::of_read(error)),
            },
        }
    }

    async fn send_create_table(&self) -> Result<(), StoreError> {
        let request = self
            .client()
            .create_table()
            .table_name(self.table_name())
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key_schema(PK, SK)?))
            .set_global_secondary_indexes(Some(indexes()?))
            .set_attribute_definitions(Some(attribute_definitions()?));
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // Somebody else, or our own attempt whose answer was lost, was faster.
                Some(CreateTableError::ResourceInUseException(_)) => Ok(()),
                _ => Err(StoreError::of_write(error, true)),
            },
        }
    }

    async fn active_table(&self) -> Result<TableDescription, StoreError> {
        loop {
            if let Some(table) = self.describe_table().await?
                && is_active(&table)
            {
                return Ok(table);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// TTL is enabled only where it is not, because AWS refuses to enable it twice.
    async fn enable_ttl(&self) -> Result<(), StoreError> {
        if self.is_ttl_enabled().await? {
            return Ok(());
        }
        let ttl = TimeToLiveSpecification::builder()
            .attribute_name(EXPIRES_AT)
            .enabled(true)
            .build()
            .map_err(unbuildable)?;
        let request = self
            .client()
            .update_time_to_live()
            .table_name(self.table_name());
        match request.time_to_live_specification(ttl).send().await {
            Ok(_) => Ok(()),
            // Refused because another process was faster?
            Err(SdkError::ServiceError(_)) if self.is_ttl_enabled().await? => Ok(()),
            Err(error) => Err(StoreError::of_write(error, true)),
        }
    }

    async fn is_ttl_enabled(&self) -> Result<bool, StoreError> {
        let request = self
            .client()
            .describe_time_to_live()
            .table_name(self.table_name());
        let output = request.send().await.map_err(StoreError::of_read)?;
        let ttl = output.time_to_live_description;
        let status = ttl.and_then(|ttl| ttl.time_to_live_status);
        Ok(matches!(
            status,
            Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
        ))
    }
}

fn is_active(table: &TableDescription) -> bool {
    let mut indexes = table.global_secondary_indexes().iter();
    table.table_status() == Some(&TableStatus::Active)
        && indexes.all(|index| index.index_status() == Some(&IndexStatus::Active))
}

/// The table must have our keys and indexes: an index that lacks attributes would hand out items
/// with parts missing on some engines, and fail every list on AWS.
fn check_shape(table: &TableDescription) -> Result<(), BoxError> {
    let found: BTreeSet<_> = table
        .global_secondary_indexes()
        .iter()
        .map(|index| {
            let projection = index.projection().and_then(Projection::projection_type);
            let all = projection == Some(&ProjectionType::All);
            (
                index.index_name().unwrap_or_default(),
                keys_of(index.key_schema()),
                all,
            )
        })
        .collect();
    let wanted =
        [BY_OWNER, BY_CREATION].map(|index| (index.name, vec![index.partition_key, ID], true));
    let name = table.table_name().unwrap_or_default();
    if keys_of(table.key_schema()) != [PK, SK] {
        return Err(
            format!("the table `{name}` exists with other keys than `{PK}`, `{SK}`").into(),
        );
    }
    for index in wanted {
        if !found.contains(&index) {
            let (index, ..) = index;
            return Err(
                format!("the table `{name}` exists without a usable index `{index}`").into(),
            );
        }
    }
    Ok(())
}

fn keys_of(schema: &[KeySchemaElement]) -> Vec<&str> {
    schema
        .iter()
        .map(KeySchemaElement::attribute_name)
        .collect()
}

fn indexes() -> Result<Vec<GlobalSecondaryIndex>, StoreError> {
    let index = |index: super::keys::Index| {
        let all = Projection::builder().projection_type(ProjectionType::All);
        GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(key_schema(index.partition_key, ID)?))
            .projection(all.build())
            .build()
            .map_err(unbuildable)
    };
    [BY_OWNER, BY_CREATION].into_iter().map(index).collect()
}

fn key_schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, StoreError> {
    let element = |(name, kind)| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .map_err(unbuildable)
    };
    let keys = [(partition, KeyType::Hash), (sort, KeyType::Range)];
    keys.into_iter().map(element).collect()
}

fn attribute_definitions() -> Result<Vec<AttributeDefinition>, StoreError> {
    let text = |name| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .map_err(unbuildable)
    };
    [PK, SK, ID, OWNER_ID, LIST_SHARD]
        .into_iter()
        .map(text)
        .collect()
}
