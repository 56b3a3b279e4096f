//! What can go wrong in the store, in the words of the application.

use std::error::Error;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use super::attempts::Attempts;
use crate::{CursorError, Expected, ItemId, UserId};

/// What kept the store from doing what it was asked.
///
/// The messages are fit for clients; what only the log may know is in the chain of sources.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such item.
    #[error("there is no item {0}")]
    Missing(ItemId),

    /// There is no such user.
    #[error("there is no user {0}")]
    NoSuchUser(UserId),

    /// An item was to be given to a user that does not exist.
    #[error("there is no user {0} whom the item could belong to")]
    NoSuchOwner(UserId),

    /// Another user has this e-mail address.
    #[error("another user has this e-mail address")]
    EmailTaken,

    /// The user cannot be deleted while items belong to them.
    #[error("there are items that belong to the user")]
    HasItems,

    /// The thing is in another version than was expected.
    #[error("it is at version {version} now")]
    Changed {
        /// The version that it is in.
        version: u64,
    },

    /// More versions are expected than one condition can hold.
    #[error("at most {} versions can be expected at once", Expected::MOST_VERSIONS)]
    TooManyVersions,

    /// The cursor cannot continue this list.
    #[error("the cursor {0}")]
    InvalidCursor(#[source] CursorError),

    /// The row would exceed DynamoDB's 400 KB.
    #[error("the item is larger than the 400 KB that can be stored")]
    TooLarge,

    /// The database has asked for fewer requests, or others have changed the same rows, and again
    /// after the last retry.
    #[error("the database is busy")]
    Throttled {
        /// The call was a write, and an earlier attempt of it may have been carried out.
        outcome_unknown: bool,
        /// What the client reported.
        source: BoxError,
    },

    /// The database could not be reached, did not answer in time, or failed.
    #[error("the database is not available")]
    Unavailable {
        /// The call was a write, and it may have been carried out.
        outcome_unknown: bool,
        /// What the client reported.
        source: BoxError,
    },

    /// The database refused the request in a way that trying again does not help: credentials,
    /// permissions, the table, or a fault of this program.
    #[error("the database refused the request")]
    Refused {
        /// What the client reported.
        source: BoxError,
    },

    /// A row is not as this program writes it.
    #[error("a stored row cannot be read")]
    Corrupt(#[source] RowError),
}

/// A row that cannot be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the row {key:?} has no readable attribute `{attribute}`")]
pub struct RowError {
    /// The row's partition key, or nothing if that is what cannot be read.
    pub key: String,
    /// The attribute that is missing, of another type, or not as its type wants it.
    pub attribute: &'static str,
}

pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// Throttling, as the various parts of the service call it.
const THROTTLES: [&str; 5] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
];

impl StoreError {
    /// What a failed read means.
    pub(super) fn of_read<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        Self::of_write(error, false)
    }

    /// What a failed write means, given whether one of its attempts may have been carried out.
    pub(super) fn of_write<E>(error: SdkError<E>, outcome_unknown: bool) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let code = error.code().unwrap_or_default();
        // One that broke off has a status, too, and says nothing else: it is no answer.
        let answered = matches!(error, SdkError::ServiceError(_));
        let status = error.raw_response().map(|response| response.status());
        let is_refused = answered && status.is_some_and(|status| status.is_client_error());
        if THROTTLES.contains(&code) {
            let source = error.into();
            Self::Throttled {
                outcome_unknown,
                source,
            }
        } else if code == "ValidationException" && is_about_size(error.message()) {
            Self::TooLarge
        } else if is_refused || matches!(error, SdkError::ConstructionFailure(_)) {
            Self::Refused {
                source: error.into(),
            }
        } else {
            let source = error.into();
            Self::Unavailable {
                outcome_unknown,
                source,
            }
        }
    }

    /// Others changed the same rows each time that it was tried.
    pub(super) fn contended(attempts: &Attempts) -> Self {
        Self::Throttled {
            outcome_unknown: attempts.leave_outcome_unknown(),
            source: "others changed the same rows at each try".into(),
        }
    }
}

/// “Item size has exceeded the maximum allowed size”; for updates, “Item size to update has …”.
pub(super) fn is_about_size(message: Option<&str>) -> bool {
    message.is_some_and(|message| message.starts_with("Item size"))
}

/// The call has taken longer than it may.
pub(super) fn late(bound: Duration, outcome_unknown: bool) -> StoreError {
    let source = format!("no answer within {} ms", bound.as_millis()).into();
    StoreError::Unavailable {
        outcome_unknown,
        source,
    }
}

/// An attempt of this write was never answered, and the row has been changed since: whether by
/// that attempt first, nobody can tell.
pub(super) fn lost_from_sight() -> StoreError {
    StoreError::Unavailable {
        outcome_unknown: true,
        source: "an attempt was not answered, and the row has changed since".into(),
    }
}

/// The client's builders demand what we always give.
pub(super) fn unbuildable(error: impl Into<BoxError>) -> StoreError {
    let source = error.into();
    StoreError::Refused { source }
}
