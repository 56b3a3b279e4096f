//! What can become of a call that has no result.

use http::StatusCode;
use serde::Deserialize;
use std::fmt;

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings of the client cannot be used.
    #[error("the client cannot be made: {0}")]
    Settings(String),
    /// There is nothing to sign with.
    #[error("there are no credentials to sign with: {0}")]
    Credentials(String),
    /// What was asked for cannot be put into a request.
    #[error("the request cannot be made: {0}")]
    Request(String),
    /// No answer came, or only a part of one. Unless it was a read, it may have had its effect.
    #[error("no answer from {host}: {reason}")]
    NoAnswer {
        /// The host that was called.
        host: String,
        /// What happened instead.
        reason: String,
    },
    /// The API refused, and says why.
    #[error(transparent)]
    Problem(Box<Problem>),
    /// A refusal that is not the API's own: that of the function URL, or of something before it.
    #[error("status {status} from {host}, which is not from the API itself: {text}")]
    Refused {
        /// The host that was called.
        host: String,
        /// Its status.
        status: StatusCode,
        /// The first 300 characters of what it says.
        text: String,
    },
    /// The API answered something that this client does not know: it is probably newer.
    #[error("the answer of the API cannot be read: {0}")]
    Unreadable(String),
    /// The export ended before its end marker.
    #[error("the export is incomplete: it ended after {items} items")]
    Truncated {
        /// How many items came.
        items: usize,
    },
}

impl Error {
    /// The problem that the API has answered, if it has.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// The status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Problem(problem) => StatusCode::from_u16(problem.status).ok(),
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// Problem details (RFC 9457), as the API answers them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// The URI of the kind of problem; its last segment is the name that programs compare.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The kind of problem, for people.
    #[serde(default)]
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    #[serde(default)]
    pub detail: Option<String>,
    /// The request id, which the log has, too.
    #[serde(default)]
    pub instance: Option<String>,
    /// Every rule that the request breaks.
    #[serde(default)]
    pub errors: Vec<Violation>,
}

/// One rule that a request breaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Violation {
    /// The member of the body, as a JSON pointer (RFC 6901).
    #[serde(default)]
    pub pointer: Option<String>,
    /// The parameter or header.
    #[serde(default)]
    pub parameter: Option<String>,
    /// The rule, for programs.
    #[serde(default)]
    pub code: String,
    /// The rule, for people.
    #[serde(default)]
    pub message: String,
}

impl Problem {
    /// The name of the kind of problem: the last segment of its URI.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.kind.rsplit(['/', ':']).next().unwrap_or_default()
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, title, .. } = self;
        write!(f, "{status} {title}")?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        for violation in &self.errors {
            let Violation { message, .. } = violation;
            let place = violation.pointer.as_ref().or(violation.parameter.as_ref());
            let place = place.map_or("the request", String::as_str);
            write!(f, "; {place} {message}")?;
        }
        Ok(())
    }
}
