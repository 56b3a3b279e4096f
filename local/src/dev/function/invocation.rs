//! One call of the function, what may come of it, and why nothing may come of it.

use super::flow::Flow;
use crate::dev::limits::RESULT_BYTES;
use bytes::Bytes;
use http::HeaderValue;
use std::process::ExitStatus;
use tokio::sync::oneshot;

/// One call of the function. Cloning is cheap: the event's bytes are shared.
#[derive(Debug, Clone)]
pub(in crate::dev) struct Invocation {
    pub(in crate::dev) request_id: String,
    /// `Root=…;Parent=…;Sampled=0`, for the header `Lambda-Runtime-Trace-Id`.
    pub(in crate::dev) trace: String,
    pub(in crate::dev) event: Bytes,
}

/// What the function answered.
#[derive(Debug)]
pub(in crate::dev) enum FunctionResult {
    Buffered(Bytes),
    /// A streamed response, collected.
    Streamed {
        bytes: Bytes,
        opening: Opening,
    },
    /// A streamed response as it comes.
    Flowing {
        flow: Flow,
        opening: Opening,
    },
}

/// The beginning of a streamed response, as its content type announces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dev) enum Opening {
    /// A prelude with status, headers and cookies.
    Prelude,
    /// The body itself, of this type if one was set.
    Body(Option<HeaderValue>),
}

/// Why an invocation has no result. The client only learns the status; the log gets the text.
#[derive(Debug, thiserror::Error)]
pub(in crate::dev) enum Failure {
    #[error("all instances are busy (`--concurrency` is the limit)")]
    Throttled,
    #[error("more than {0} requests came in a second (10 × `--reserved-concurrency` is the limit)")]
    RateExceeded(u16),
    #[error("the function answered with an error: {0}")]
    Function(String),
    #[error("{}", exited(*.0))]
    Exited(ExitStatus),
    #[error("Task timed out after {0}.00 seconds")]
    TimedOut(u64),
    #[error("the function could not initialise: {0}")]
    Init(String),
    #[error("the function's process could not be started: {0}")]
    NotStarted(#[source] std::io::Error),
    #[error("the result is larger than {RESULT_BYTES} bytes")]
    TooLarge,
    #[error("the function asked for a response mode that is not `streaming`")]
    ResponseMode,
    #[error("the function's answer broke off")]
    Truncated,
    #[error("fnurl is stopping")]
    Stopping,
}

/// What an invocation came to.
pub(in crate::dev) type Outcome = Result<FunctionResult, Failure>;

/// An invocation that is over.
#[derive(Debug)]
pub(in crate::dev) struct Finished {
    pub(in crate::dev) outcome: Outcome,
    /// Whether an instance was started for it.
    pub(in crate::dev) is_cold: bool,
}

impl Finished {
    /// No instance has seen it.
    pub(in crate::dev) fn refused(failure: Failure) -> Self {
        Self {
            outcome: Err(failure),
            is_cold: false,
        }
    }
}

/// An invocation and the place where its outcome is awaited.
///
/// Dropping a job without an outcome says that the function has never seen it, and that another
/// instance may have it.
#[derive(Debug)]
pub(in crate::dev) struct Job {
    pub(in crate::dev) invocation: Invocation,
    pub(in crate::dev) finished: oneshot::Sender<Finished>,
}

/// Lambda's own words for a process that ended.
pub(in crate::dev) fn exited(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (_, Some(signal)) => format!("Runtime exited with error: signal: {signal}"),
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (code, _) => format!(
            "Runtime exited with error: exit status {}",
            code.unwrap_or(-1)
        ),
    }
}
