//! What makes a request that is sent twice have one effect.

use crate::Timestamp;

/// A request that had its effect, and how it was answered.
///
/// Kept in one transaction with the effect, so that there is either both or neither, and never a
/// request “in progress” that a crash leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// Which requests are the same: made from the caller, the route and the client's key, at
    /// most 1 KB.
    pub id: String,
    /// What the request asked for, made from its content: another fingerprint under the same id
    /// is another request under a used key.
    pub fingerprint: String,
    /// The answer to give again.
    pub answer: StoredAnswer,
    /// Until when the request is remembered, to the second.
    pub expires_at: Timestamp,
}

/// The answer to a request, as it is given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The status code.
    pub status: u16,
    /// The header fields, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// When the effect of a request took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// Now, by this call.
    Now,
    /// Earlier: nothing was written, and this is what is known of the request under this id.
    /// Whether it is the same request, the fingerprint tells.
    Earlier(IdempotencyRecord),
}
