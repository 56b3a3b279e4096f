//! One call of the function, what may come of it, and why nothing may come of it.

use super::flow::Flow;
use bytes::Bytes;
use std::process::ExitStatus;

/// One call of the function. Cloning is cheap: the event's bytes are shared.
#[derive(Debug, Clone)]
pub(super) struct Invocation {
    pub(super) request_id: String,
    /// `Root=…;Parent=…;Sampled=0`, for the header `Lambda-Runtime-Trace-Id`.
    pub(super) trace: String,
    pub(super) event: Bytes,
}

/// What the function answered.
#[derive(Debug)]
pub(super) enum FunctionResult {
    Buffered(Bytes),
    /// A streamed response, collected; `has_prelude` when it begins with status and headers.
    Streamed {
        bytes: Bytes,
        has_prelude: bool,
    },
    /// A streamed response as it comes.
    Flowing {
        flow: Flow,
        has_prelude: bool,
    },
}

/// Why an invocation has no result. The client only learns the status; the log gets the text.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
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
    #[error("the result is larger than 6291556 bytes")]
    TooLarge,
    #[error("the function asked for a response mode that is not `streaming`")]
    ResponseMode,
    #[error("the function's answer broke off")]
    Truncated,
    #[error("fnurl is stopping")]
    Stopping,
}

/// Lambda's own words for a process that ended.
pub(super) fn exited(status: ExitStatus) -> String {
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
