//! Reading, updating and deleting one row, each in one round trip.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure,
};

use super::Store;
use super::attempts::Attempts;
use super::condition::Condition;
use super::entity::Entity;
use super::error::{StoreError, lost_from_sight};
use super::keys::Row;
use super::rows::WriteToken;
use super::transaction::{Action, Outcome, Verdict};
use super::update::Update;
use crate::Expected;
use crate::id::Id;

/// An update of one row, and under which conditions it may happen.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) update: Update,
    /// The write token that the update sets.
    pub(super) token: WriteToken,
    pub(super) expected: &'a Expected,
    /// An attribute that other rows depend on, and the value that it must have already, because
    /// this update alone may not change it.
    pub(super) kept: Option<(&'static str, AttributeValue)>,
}

/// What became of a [`Change`].
#[derive(Debug)]
pub(super) enum Changed<T> {
    /// It was made; this is the thing now.
    Made(T),
    /// It was not, since it would change what must be kept; this is the thing as it is.
    NotKept(T),
}

impl Store {
    /// The thing as it is now: the read is strongly consistent.
    pub(super) async fn read_row<T: Entity>(&self, id: Id<T::Kind>) -> Result<T, StoreError> {
        let request = self
            .client()
            .get_item()
            .table_name(self.table_name())
            .set_key(Some(T::key(id).attributes()))
            .consistent_read(true);
        let row = request.send().await.map_err(StoreError::of_read)?.item;
        T::of_row(row.ok_or_else(|| T::missing(id))?)
    }

    /// Updates a row if the conditions hold.
    pub(super) async fn change_row<T: Entity>(
        &self,
        id: Id<T::Kind>,
        change: Change<'_>,
        attempts: &Attempts,
    ) -> Result<Changed<T>, StoreError> {
        let mut condition = Condition::present()
            .not_written_by(change.token)
            .expecting(change.expected)?;
        if let Some((name, value)) = change.kept {
            condition = condition.equal(name, value);
        }
        let update = change.update.under(condition);
        let request = self
            .client()
            .update_item()
            .table_name(self.table_name())
            .set_key(Some(T::key(id).attributes()))
            .update_expression(update.expression())
            .condition_expression(update.condition())
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let error = match request
            .customize()
            .interceptor(attempts.clone())
            .send()
            .await
        {
            Ok(output) => {
                let row = output.attributes.ok_or_else(|| T::missing(id))?;
                return Ok(Changed::Made(T::of_row(row)?));
            }
            Err(error) => error,
        };
        let outcome_unknown = attempts.leave_outcome_unknown();
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                let row = failed.item().cloned().ok_or_else(|| T::missing(id))?;
                judge(row, change.token, change.expected, outcome_unknown)
            }
            _ => Err(StoreError::of_write(error, outcome_unknown)),
        }
    }

    /// Deletes a row if the condition holds.
    pub(super) async fn delete_row<T: Entity>(
        &self,
        id: Id<T::Kind>,
        condition: Condition,
        attempts: &Attempts,
    ) -> Result<(), StoreError> {
        let request = self
            .client()
            .delete_item()
            .table_name(self.table_name())
            .set_key(Some(T::key(id).attributes()))
            .condition_expression(condition.expression())
            .set_expression_attribute_values(condition.values())
            .set_expression_attribute_names(Some(condition.names))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let Err(error) = request
            .customize()
            .interceptor(attempts.clone())
            .send()
            .await
        else {
            return Ok(());
        };
        let outcome_unknown = attempts.leave_outcome_unknown();
        match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(failed)) => {
                match failed.item().cloned() {
                    // An id never comes back, so no attempt has deleted this row.
                    Some(row) => Err(StoreError::Changed {
                        version: T::of_row(row)?.version(),
                    }),
                    // Nothing is left to carry a token: an attempt without an answer is taken for
                    // the one that deleted the row, since either way it is gone.
                    None if outcome_unknown => Ok(()),
                    None => Err(T::missing(id)),
                }
            }
            _ => Err(StoreError::of_write(error, outcome_unknown)),
        }
    }
}

/// A change of a row that only holds together with other actions.
#[derive(Debug)]
pub(super) struct Joint<T> {
    pub(super) update: Update,
    /// The write token that the update and the other actions set.
    pub(super) token: WriteToken,
    /// The thing once it is done.
    pub(super) after: T,
    /// The other actions, and what it means when the condition of one fails.
    pub(super) others: Vec<(Action, StoreError)>,
}

/// How often such a change is tried while others change the row.
const ROUNDS: u32 = 4;

impl Store {
    /// Changes a row together with other actions, as long as it is in a version that is expected.
    /// `joint` says how, given the thing as it is.
    pub(super) async fn change_jointly<T: Entity>(
        &self,
        mut stored: T,
        expected: &Expected,
        joint: impl Fn(&T) -> Result<Joint<T>, StoreError> + Send,
        attempts: &Attempts,
    ) -> Result<T, StoreError> {
        for _ in 0..ROUNDS {
            let version = stored.version();
            if !expected.allows(version, stored.updated_at()) {
                return Err(StoreError::Changed { version });
            }
            let joint = joint(&stored)?;
            let as_read = Expected::Versions(vec![version]);
            let condition = Condition::present().expecting(&as_read)?;
            let (id, update) = (stored.id(), joint.update.under(condition));
            let mut actions = vec![Action::update(self, T::key(id), update)?];
            let (others, meanings): (Vec<_>, Vec<_>) = joint.others.into_iter().unzip();
            actions.extend(others);
            let Outcome::Refused(verdicts) = self.transact(actions, joint.token, attempts).await?
            else {
                return Ok(joint.after);
            };
            let mut verdicts = verdicts.into_iter();
            if let Some(Verdict::Failed(row)) = verdicts.next() {
                stored = T::of_row(row.ok_or_else(|| T::missing(id))?)?;
                continue;
            }
            let failed = verdicts
                .zip(meanings)
                .find(|(verdict, _)| verdict.is_failed());
            let contended = || StoreError::contended(attempts);
            return Err(failed.map_or_else(contended, |(_, meaning)| meaning));
        }
        Err(StoreError::contended(attempts))
    }
}

/// What it means that an update's condition failed on this row.
fn judge<T: Entity>(
    row: Row,
    token: WriteToken,
    expected: &Expected,
    outcome_unknown: bool,
) -> Result<Changed<T>, StoreError> {
    let is_ours = token.wrote(&row);
    let stored = T::of_row(row)?;
    if is_ours {
        return Ok(Changed::Made(stored));
    }
    if outcome_unknown {
        return Err(lost_from_sight());
    }
    let version = stored.version();
    match expected.allows(version, stored.updated_at()) {
        true => Ok(Changed::NotKept(stored)),
        false => Err(StoreError::Changed { version }),
    }
}
