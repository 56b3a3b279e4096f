//! The stored form of a request and its response, and the write that stores it with its effect.

use std::future::Future;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use http::header::HeaderName;
use sha2::{Digest, Sha256};

use crate::message::Response;
use crate::problem::{INTERNAL_ERROR, Problem};

/// The time for which a request is remembered: one day.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// The stored form of a request that had its effect, with its response.
///
/// Keep all of it under `id` until `expires_at`, such as in one row with a time to live. A body of
/// some hundred kilobytes may not fit into a row: DynamoDB takes 400 KB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// A digest of caller, route and key, as 64 hexadecimal digits.
    pub id: String,
    /// A digest of the request's path, query and payload, as 64 hexadecimal digits.
    pub fingerprint: String,
    /// The status of the response.
    pub status: u16,
    /// The headers of the response, in order.
    pub headers: Vec<(String, String)>,
    /// The body of the response.
    pub body: Vec<u8>,
    /// The time at which the record expires.
    pub expires_at: SystemTime,
}

/// The outcome of a write.
///
/// Return [`Earlier`](Self::Earlier) also for a record of another request with the same key: the
/// framework compares the fingerprints, and refuses it with 422.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The effect and the record were written now.
    Written,
    /// Nothing was written, because this record exists already.
    Earlier(IdempotencyRecord),
}

/// A write that stores its effect and a record in one step.
///
/// In DynamoDB, one `TransactWriteItems` has both, with the condition that no record has
/// this id yet. In memory, a lock does it:
///
/// ```
/// use std::sync::{Arc, Mutex, PoisonError};
/// use std::time::SystemTime;
///
/// use fnurl::{WriteOutcome, IdempotencyRecord, Problem, IdempotentWrite};
///
/// #[derive(Default)]
/// struct Book { notes: Vec<String>, records: Vec<IdempotencyRecord> }
///
/// struct AddNote(Arc<Mutex<Book>>, String);
///
/// impl IdempotentWrite for AddNote {
///     type Error = Problem;
///
///     async fn write(self, record: Option<IdempotencyRecord>) -> Result<WriteOutcome, Problem> {
///         let Self(book, note) = self;
///         let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
///         if let Some(record) = record {
///             let is_same = |it: &&IdempotencyRecord| it.id == record.id;
///             let is_valid = |it: &&IdempotencyRecord| it.expires_at > SystemTime::now();
///             if let Some(earlier) = book.records.iter().filter(is_valid).find(is_same) {
///                 return Ok(WriteOutcome::Earlier(earlier.clone()));
///             }
///             book.records.push(record);
///         }
///         book.notes.push(note);
///         Ok(WriteOutcome::Written)
///     }
/// }
/// ```
///
/// Do not read the record first and write later: two requests that come at once would both find
/// none.
pub trait IdempotentWrite: Send {
    /// The error of a write that wrote nothing.
    type Error;

    /// Writes the effect, and the record if it is `Some`. Writes nothing if a record with the same
    /// id exists and has not expired.
    fn write(
        self,
        record: Option<IdempotencyRecord>,
    ) -> impl Future<Output = Result<WriteOutcome, Self::Error>> + Send;
}

/// The identity of a request, as two digests.
///
/// The id is what the client names: caller, method, route template and key. The fingerprint is what
/// it sends: path, query, media type and body. Two requests with the same id and another
/// fingerprint are a mistake of the client. Digests keep secrets in a body out of the store, and
/// have a fixed length.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) fingerprint: String,
}

impl Identity {
    pub(super) fn record(self, response: &Response) -> Result<IdempotencyRecord, Problem> {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        };
        let body = response.body().as_full();
        let body = body.ok_or_else(|| INTERNAL_ERROR.hiding("a stream cannot be replayed"))?;
        Ok(IdempotencyRecord {
            id: self.id,
            fingerprint: self.fingerprint,
            status: response.status().as_u16(),
            headers: response.headers().iter().map(header).collect(),
            body: body.to_vec(),
            expires_at: SystemTime::now() + REMEMBERED,
        })
    }
}

/// The digest of the parts. Each part has its length before it, so `ab, c` and `a, bc` differ.
pub(super) fn digest<const N: usize>(parts: [&[u8]; N]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_parts_from_each_other() {
        assert_ne!(digest([b"ab", b"c"]), digest([b"a", b"bc"]));
        assert_eq!(digest([b"a"]).len(), 64);
    }
}
