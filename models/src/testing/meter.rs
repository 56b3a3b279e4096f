//! What DynamoDB is asked for, and what it says that this costs.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

/// Asks DynamoDB what each request of a client costs, and adds it up.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Bill>>);

/// What was asked for, and what it cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bill {
    /// Calls of operations; attempts that were made again count once.
    pub requests: usize,
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units.
    pub write_units: f64,
    /// Queries that leave attributes or rows out, which cost as much as if they did not.
    pub narrowed: usize,
}

impl Bill {
    /// Units of both kinds.
    #[must_use]
    pub fn units(&self) -> f64 {
        self.read_units + self.write_units
    }
}

impl Meter {
    /// The same client, metered.
    #[must_use]
    pub fn on(&self, client: &Client) -> Client {
        let config = client.config().to_builder().interceptor(self.clone());
        Client::from_conf(config.build())
    }

    /// The bill since the last time it was asked for.
    #[must_use]
    pub fn take(&self) -> Bill {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, more: impl FnOnce(&mut Bill)) {
        more(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Does the same for the input or the output of whichever operation it is.
macro_rules! with_any {
    ($any:ident . $downcast:ident, $($kind:ty),+, |$found:ident| $work:expr) => {
        $(if let Some($found) = $any.$downcast::<$kind>() { $work })+
    };
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input_mut();
        if let Some(query) = input.downcast_ref::<QueryInput>() {
            let narrows = query.projection_expression.is_some()
                || query.filter_expression.is_some()
                || query.select.is_some();
            self.add(|bill| bill.narrowed += usize::from(narrows));
        }
        with_any!(
            input.downcast_mut,
            GetItemInput,
            PutItemInput,
            UpdateItemInput,
            DeleteItemInput,
            QueryInput,
            TransactWriteItemsInput,
            |input| input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total)
        );
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.add(|bill| bill.requests += 1);
        let Ok(output) = context.output_or_error() else {
            return Ok(());
        };
        with_any!(output.downcast_ref, GetItemOutput, QueryOutput, |output| {
            let units = units(output.consumed_capacity());
            self.add(|bill| bill.read_units += units);
        });
        with_any!(
            output.downcast_ref,
            PutItemOutput,
            UpdateItemOutput,
            DeleteItemOutput,
            |output| {
                let units = units(output.consumed_capacity());
                self.add(|bill| bill.write_units += units);
            }
        );
        if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
            let units: f64 = output
                .consumed_capacity()
                .iter()
                .map(|it| units(Some(it)))
                .sum();
            self.add(|bill| bill.write_units += units);
        }
        Ok(())
    }
}

fn units(capacity: Option<&ConsumedCapacity>) -> f64 {
    let units = capacity.and_then(ConsumedCapacity::capacity_units);
    units.expect("an engine that is asked says the units")
}
