//! Several rows written together or not at all.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update as UpdateAction,
};

use super::Store;
use super::attempts::Attempts;
use super::condition::Condition;
use super::error::{StoreError, unbuildable};
use super::keys::{Key, Row};
use super::pause::pause;
use super::rows::WriteToken;
use super::update::Update;

/// How often a transaction is tried while others write the same rows.
///
/// The client does not try these again by itself.
const ROUNDS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(40);

const ON_FAILURE: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// One action of a transaction, and what it means for the caller when its condition fails.
#[derive(Debug, Clone)]
pub(super) struct Action(TransactWriteItem);

impl Action {
    /// Writes the whole of a row.
    pub(super) fn put(store: &Store, row: Row, condition: Condition) -> Result<Self, StoreError> {
        let action = Put::builder()
            .table_name(store.table_name())
            .set_item(Some(row))
            .condition_expression(condition.expression())
            .set_expression_attribute_values(condition.values())
            .set_expression_attribute_names(Some(condition.names))
            .return_values_on_condition_check_failure(ON_FAILURE)
            .build()
            .map_err(unbuildable)?;
        Ok(Self(TransactWriteItem::builder().put(action).build()))
    }

    /// Updates a row; the condition is the update's.
    pub(super) fn update(store: &Store, key: Key, update: Update) -> Result<Self, StoreError> {
        let action = UpdateAction::builder()
            .table_name(store.table_name())
            .set_key(Some(key.attributes()))
            .update_expression(update.expression())
            .condition_expression(update.condition())
            .set_expression_attribute_values(Some(update.values))
            .set_expression_attribute_names(Some(update.names))
            .return_values_on_condition_check_failure(ON_FAILURE)
            .build()
            .map_err(unbuildable)?;
        Ok(Self(TransactWriteItem::builder().update(action).build()))
    }

    /// Deletes a row.
    pub(super) fn delete(
        store: &Store,
        key: Key,
        condition: Condition,
    ) -> Result<Self, StoreError> {
        let action = Delete::builder()
            .table_name(store.table_name())
            .set_key(Some(key.attributes()))
            .condition_expression(condition.expression())
            .set_expression_attribute_values(condition.values())
            .set_expression_attribute_names(Some(condition.names))
            .return_values_on_condition_check_failure(ON_FAILURE)
            .build()
            .map_err(unbuildable)?;
        Ok(Self(TransactWriteItem::builder().delete(action).build()))
    }

    /// Only checks a row.
    pub(super) fn check(store: &Store, key: Key, condition: Condition) -> Result<Self, StoreError> {
        let action = ConditionCheck::builder()
            .table_name(store.table_name())
            .set_key(Some(key.attributes()))
            .condition_expression(condition.expression())
            .set_expression_attribute_values(condition.values())
            .set_expression_attribute_names(Some(condition.names))
            .build()
            .map_err(unbuildable)?;
        let action = TransactWriteItem::builder().condition_check(action);
        Ok(Self(action.build()))
    }
}

/// What became of a transaction.
#[derive(Debug)]
pub(super) enum Outcome {
    /// All of it was done.
    Done,
    /// None of it was, because conditions failed: one verdict for each action.
    Refused(Vec<Verdict>),
}

/// What one action of a refused transaction met.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Its condition held.
    Passed,
    /// Its condition failed on this row, or because there is none.
    Failed(Option<Row>),
}

impl Verdict {
    pub(super) fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl Store {
    /// Does all of these actions or none. `token` is what they leave in the rows they write.
    ///
    /// A transaction that meets others on the same rows is tried again, with pauses. The client
    /// sends each try under a token of its own, so that an attempt after a lost answer is not
    /// a second transaction.
    ///
    /// Source: Amazon DynamoDB API Reference, `TransactWriteItems`, `ClientRequestToken`.
    pub(super) async fn transact(
        &self,
        actions: Vec<Action>,
        token: WriteToken,
        attempts: &Attempts,
    ) -> Result<Outcome, StoreError> {
        let actions: Vec<_> = actions.into_iter().map(|Action(action)| action).collect();
        for round in 0..ROUNDS {
            if round > 0 {
                pause(FIRST_PAUSE * 2_u32.pow(round - 1)).await;
            }
            let request = self
                .client()
                .transact_write_items()
                .set_transact_items(Some(actions.clone()));
            let Err(error) = request
                .customize()
                .interceptor(attempts.clone())
                .send()
                .await
            else {
                return Ok(Outcome::Done);
            };
            match Cancellation::of(&error) {
                Some(Cancellation::Refused(verdicts)) => return Ok(weigh(verdicts, token)),
                Some(Cancellation::Contended) => {}
                Some(Cancellation::TooLarge) => return Err(StoreError::TooLarge),
                None => {
                    let outcome_unknown = attempts.leave_outcome_unknown();
                    return Err(StoreError::of_write(error, outcome_unknown));
                }
            }
        }
        Err(StoreError::contended(attempts))
    }
}

/// A row that this very transaction has written means that an attempt of it was carried out.
fn weigh(verdicts: Vec<Verdict>, token: WriteToken) -> Outcome {
    let is_ours = |verdict: &Verdict| match verdict {
        Verdict::Failed(Some(row)) => token.wrote(row),
        Verdict::Failed(None) | Verdict::Passed => false,
    };
    match verdicts.iter().any(is_ours) {
        true => Outcome::Done,
        false => Outcome::Refused(verdicts),
    }
}

/// Why a transaction was cancelled, where that is more than a failure of the database.
#[derive(Debug)]
enum Cancellation {
    Refused(Vec<Verdict>),
    /// Trying again may help: others write the same rows, or too much is asked of them.
    Contended,
    TooLarge,
}

/// Reasons to try again. The first is also an exception of its own.
const PASSING: [&str; 4] = [
    "TransactionConflict",
    "TransactionConflictException",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
];

impl Cancellation {
    fn of(error: &SdkError<TransactWriteItemsError>) -> Option<Self> {
        if error.code().is_some_and(|code| PASSING.contains(&code)) {
            return Some(Self::Contended);
        }
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        else {
            return None;
        };
        let reasons = cancelled.cancellation_reasons();
        // A failed condition is an answer, whatever befell the other actions.
        if reasons.iter().any(is_failed_condition) {
            return Some(Self::Refused(reasons.iter().map(verdict).collect()));
        }
        let is_passing =
            |reason: &CancellationReason| reason.code().is_some_and(|code| PASSING.contains(&code));
        let is_size = |reason: &CancellationReason| {
            reason.code() == Some("ValidationError")
                && super::error::is_about_size(reason.message())
        };
        if reasons.iter().any(is_size) {
            Some(Self::TooLarge)
        } else if reasons.iter().any(is_passing) {
            Some(Self::Contended)
        } else {
            None
        }
    }
}

fn is_failed_condition(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

fn verdict(reason: &CancellationReason) -> Verdict {
    match is_failed_condition(reason) {
        // Where there is no row, some engines give an empty one.
        true => Verdict::Failed(reason.item().filter(|row| !row.is_empty()).cloned()),
        false => Verdict::Passed,
    }
}
