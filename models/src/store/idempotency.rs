//! Creating things along with the record that the request was answered.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::Store;
use super::attempts::Attempts;
use super::condition::Condition;
use super::error::StoreError;
use super::keys::*;
use super::rows::{Unreadable, WriteToken, read_number, readable, take};
use super::transaction::{Action, Outcome, Verdict};
use crate::{IdempotencyRecord, StoredAnswer, Timestamp, Written};

impl Store {
    /// Does all of these actions, and keeps the record, or does nothing if a record is there.
    /// With each action comes what it means when its condition fails.
    ///
    /// A record that is there says more than any other failed condition: the address of a user
    /// is taken by the very request that is made again.
    pub(super) async fn create_once(
        &self,
        actions: Vec<(Action, StoreError)>,
        record: Option<&IdempotencyRecord>,
        token: WriteToken,
        attempts: &Attempts,
    ) -> Result<Written, StoreError> {
        let (mut actions, meanings): (Vec<_>, Vec<_>) = actions.into_iter().unzip();
        if let Some(record) = record {
            let condition = Condition::absent_or_expired(Timestamp::now());
            actions.push(Action::put(self, record_row(record, token), condition)?);
        }
        let Outcome::Refused(mut verdicts) = self.transact(actions, token, attempts).await? else {
            return Ok(Written::Now);
        };
        if record.is_some()
            && let Some(Verdict::Failed(Some(row))) = verdicts.pop()
        {
            return Ok(Written::Earlier(record_of(row)?));
        }
        let mut failed = verdicts.iter().zip(meanings);
        let failed = failed.find(|(verdict, _)| verdict.is_failed());
        let contended = || StoreError::contended(attempts);
        Err(failed.map_or_else(contended, |(_, meaning)| meaning))
    }
}

fn record_row(record: &IdempotencyRecord, token: WriteToken) -> Row {
    let answer = &record.answer;
    let header = |(name, value): &(String, String)| {
        AttributeValue::L(
            [name, value]
                .map(|text| AttributeValue::S(text.clone()))
                .into(),
        )
    };
    let mut row = Key::of_idempotency(&record.id).attributes();
    row.extend([
        text(KIND, IDEMPOTENCY),
        text(REQUEST, &record.id),
        text(FINGERPRINT, &record.fingerprint),
        number(STATUS, answer.status),
        (
            HEADERS.to_owned(),
            AttributeValue::L(answer.headers.iter().map(header).collect()),
        ),
        (
            BODY.to_owned(),
            AttributeValue::B(Blob::new(answer.body.as_slice())),
        ),
        number(EXPIRES_AT, record.expires_at.unix_seconds()),
        (WRITE_TOKEN.to_owned(), token.value()),
    ]);
    row
}

fn record_of(row: Row) -> Result<IdempotencyRecord, StoreError> {
    readable(row, read_record)
}

fn read_record(row: &mut Row) -> Result<IdempotencyRecord, Unreadable> {
    if take::<String>(row, KIND)? != IDEMPOTENCY {
        return Err(KIND);
    }
    let status = row.remove(STATUS).and_then(read_number);
    let expires_at = row.remove(EXPIRES_AT).and_then(read_number);
    let answer = StoredAnswer {
        status: status
            .and_then(|status| status.try_into().ok())
            .ok_or(STATUS)?,
        headers: row.remove(HEADERS).and_then(read_headers).ok_or(HEADERS)?,
        body: row.remove(BODY).and_then(read_bytes).ok_or(BODY)?,
    };
    Ok(IdempotencyRecord {
        id: take(row, REQUEST)?,
        fingerprint: take(row, FINGERPRINT)?,
        answer,
        expires_at: expires_at
            .and_then(Timestamp::from_unix_seconds)
            .ok_or(EXPIRES_AT)?,
    })
}

fn read_headers(value: AttributeValue) -> Option<Vec<(String, String)>> {
    let read = |header| match header {
        AttributeValue::L(parts) => match <[_; 2]>::try_from(parts) {
            Ok([AttributeValue::S(name), AttributeValue::S(value)]) => Some((name, value)),
            _ => None,
        },
        _ => None,
    };
    match value {
        AttributeValue::L(headers) => headers.into_iter().map(read).collect(),
        _ => None,
    }
}

fn read_bytes(value: AttributeValue) -> Option<Vec<u8>> {
    match value {
        AttributeValue::B(bytes) => Some(bytes.into_inner()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> IdempotencyRecord {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        IdempotencyRecord {
            id: "hash".to_owned(),
            fingerprint: "print".to_owned(),
            answer: StoredAnswer {
                status: 201,
                headers: vec![
                    header("location", "/items/1"),
                    header("x", ""),
                    header("x", "2"),
                ],
                body: b"{\"name\":\"\xff\"}".to_vec(),
            },
            expires_at: "2026-11-24T07:06:05Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_record_survives_being_a_row() {
        let bare = IdempotencyRecord {
            answer: StoredAnswer {
                status: 204,
                headers: vec![],
                body: vec![],
            },
            ..record()
        };
        for record in [record(), bare] {
            let row = record_row(&record, WriteToken::new());
            assert_eq!(record_of(row).unwrap(), record);
        }
    }

    #[test]
    fn a_row_that_lacks_an_attribute_or_has_another_type_is_corrupt() {
        for name in [
            KIND,
            REQUEST,
            FINGERPRINT,
            STATUS,
            HEADERS,
            BODY,
            EXPIRES_AT,
        ] {
            for value in [None, Some(AttributeValue::Bool(true))] {
                let mut row = record_row(&record(), WriteToken::new());
                row.remove(name);
                row.extend(value.map(|value| (name.to_owned(), value)));
                let error = record_of(row).unwrap_err();
                assert!(
                    matches!(&error, StoreError::Corrupt(row) if row.attribute == name),
                    "{name}: {error:?}"
                );
            }
        }
    }

    #[test]
    fn a_record_is_in_no_index() {
        let row = record_row(&record(), WriteToken::new());
        for name in [ID, OWNER_ID, LIST_SHARD] {
            assert!(!row.contains_key(name), "{name}");
        }
    }
}
