//! Why somebody is not let in: what the service would say, and what helps on the terminal.

use super::presented::{NotPresented, compact};
use time::{Duration, OffsetDateTime};

/// The service's words on every signature that does not fit.
pub(super) const MISMATCH: &str = "The request signature we calculated does not match the \
    signature you provided. Check your AWS Secret Access Key and signing method. Consult the \
    service documentation for details.";

/// A refusal with its diagnosis. Only the reason is for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied {
    pub(crate) reason: Reason,
    /// What is different and what to do, for the terminal.
    pub(crate) diagnosis: String,
}

/// The reasons that the service tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// No signature, or a principal without permission: the service says the same of both.
    Forbidden,
    /// A part of the signature is missing or cannot be read.
    Incomplete(String),
    /// The signature does not fit this request, now, here.
    InvalidSignature(String),
    /// Nobody has this access key, or its session token is another one.
    UnknownKey,
    ExpiredToken,
}

impl Denied {
    pub(super) fn new(reason: Reason, diagnosis: impl AsRef<str>) -> Self {
        let diagnosis = visible(diagnosis.as_ref());
        Self { reason, diagnosis }
    }

    pub(super) fn invalid(message: impl Into<String>, diagnosis: impl AsRef<str>) -> Self {
        Self::new(Reason::InvalidSignature(message.into()), diagnosis)
    }

    pub(super) fn expired(now: OffsetDateTime, expired: OffsetDateTime, skew: Duration) -> Self {
        let message = format!(
            "Signature expired: {} is now earlier than {} ({} - {} min.)",
            compact(expired),
            compact(now - skew),
            compact(now),
            skew.whole_minutes()
        );
        let diagnosis = format!(
            "it was signed for a time that is over: the clock here says {}, the signature {}",
            compact(now),
            compact(expired)
        );
        Self::invalid(message, diagnosis)
    }

    pub(super) fn early(now: OffsetDateTime, at: OffsetDateTime, skew: Duration) -> Self {
        let message = format!(
            "Signature not yet current: {} is still later than {} ({} + {} min.)",
            compact(at),
            compact(now + skew),
            compact(now),
            skew.whole_minutes()
        );
        let diagnosis = format!(
            "it was signed in the future: the clock here says {}, the signature {}",
            compact(now),
            compact(at)
        );
        Self::invalid(message, diagnosis)
    }
}

/// Header values may hold what a terminal obeys; the line ends are ours.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() && c != '\n' {
            true => visible.extend(c.escape_default()),
            false => visible.push(c),
        }
    }
    visible
}

impl From<NotPresented> for Denied {
    fn from(not: NotPresented) -> Self {
        match not {
            NotPresented::Unsigned => Self::new(
                Reason::Forbidden,
                "it is not signed with AWS4-HMAC-SHA256, in the Authorization header or the query",
            ),
            NotPresented::Incomplete(what) => Self::new(
                Reason::Incomplete(what.clone()),
                format!("its signature is incomplete: {what}"),
            ),
        }
    }
}
