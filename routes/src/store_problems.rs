//! What the store's failures are to clients: which status, in which words.

use fnurl::problem::{BODY_TOO_LARGE, MALFORMED_HEADER, PRECONDITION_FAILED};
use fnurl::{ETags, Place, Preconditions, Problem, ProblemType, Violation};
use http::HeaderValue;
use http::header::RETRY_AFTER;
use models::{Expected, StoreError};

pub(crate) const NO_SUCH_ITEM: ProblemType =
    ProblemType::new(404, "no-such-item", "There is no such item");
pub(crate) const NO_SUCH_USER: ProblemType =
    ProblemType::new(404, "no-such-user", "There is no such user");
pub(crate) const EMAIL_TAKEN: ProblemType =
    ProblemType::new(409, "email-taken", "Another user has this e-mail address");
pub(crate) const HAS_ITEMS: ProblemType =
    ProblemType::new(409, "has-items", "There are items that belong to the user");
pub(crate) const INVALID_CURSOR: ProblemType =
    ProblemType::new(400, "invalid-cursor", "The cursor cannot be used");
pub(crate) const BUSY: ProblemType = ProblemType::new(503, "busy", "The service is busy");
pub(crate) const UNAVAILABLE: ProblemType =
    ProblemType::new(503, "unavailable", "The service is not available");
pub(crate) const STORE_FAILED: ProblemType =
    ProblemType::new(500, "store-failed", "The store failed");

/// Seconds after which trying again is worth it.
const SOON: HeaderValue = HeaderValue::from_static("1");

/// The problem that a failure of the store is.
pub(crate) fn of_store(error: StoreError) -> Problem {
    match &error {
        StoreError::Missing(_) => NO_SUCH_ITEM.because(&error),
        StoreError::NoSuchUser(_) => NO_SUCH_USER.because(&error),
        StoreError::NoSuchOwner(owner) => {
            let place = Place::Pointer("/ownerId".to_owned());
            let message = format!("there is no user {owner}");
            Problem::invalid(vec![Violation::new(place, "exists", message)])
        }
        StoreError::EmailTaken => EMAIL_TAKEN.because(&error),
        StoreError::HasItems => {
            HAS_ITEMS.because("delete the items first, or all at once with `withItems=true`")
        }
        StoreError::Changed { .. } => PRECONDITION_FAILED.because(&error),
        StoreError::TooManyVersions => MALFORMED_HEADER.because(&error),
        StoreError::InvalidCursor(_) => INVALID_CURSOR.because(&error),
        StoreError::TooLarge => BODY_TOO_LARGE.because(&error),
        StoreError::Throttled {
            outcome_unknown: true,
            ..
        }
        | StoreError::Unavailable {
            outcome_unknown: true,
            ..
        } => soon(
            UNAVAILABLE,
            "the database did not answer in time, so the change may have been made or not: read before trying again",
            error,
        ),
        StoreError::Throttled { .. } => soon(
            BUSY,
            "the database is busy: try again after a second",
            error,
        ),
        StoreError::Unavailable { .. } => soon(
            UNAVAILABLE,
            "the database is not available: try again after a second",
            error,
        ),
        StoreError::Refused { .. } | StoreError::Corrupt(_) => STORE_FAILED.hiding(error),
    }
}

fn soon(kind: ProblemType, reason: &str, error: StoreError) -> Problem {
    kind.because(reason)
        .header(RETRY_AFTER, SOON)
        .caused_by(error)
}

/// What the store is to expect: the versions are the entity tags.
pub(crate) fn expected(preconditions: &Preconditions) -> Expected {
    let first = match (preconditions.if_match(), preconditions.unmodified_since()) {
        (ETags::Absent, None) => Expected::Any,
        (ETags::Absent, Some(since)) => Expected::UnmodifiedSince(since.into()),
        (ETags::Any, _) => Expected::Exists,
        (ETags::List(tags), _) => Expected::Versions(versions(tags)),
    };
    let second = match preconditions.if_none_match() {
        ETags::Absent => return first,
        ETags::Any => Expected::Nothing,
        ETags::List(tags) => Expected::NoneOf(versions(tags)),
    };
    match first {
        Expected::Any => second,
        first => Expected::Both(Box::new(first), Box::new(second)),
    }
}

/// The tags that are versions; any other tag matches nothing.
fn versions(tags: &[String]) -> Vec<u64> {
    let is_ours = |tag: &&String| {
        tag.parse::<u64>()
            .is_ok_and(|version| version.to_string() == **tag)
    };
    let ours = tags.iter().filter(is_ours);
    ours.filter_map(|tag| tag.parse().ok()).collect()
}
