//! The result of an invocation, in the form of the invoke mode.

use http::{Method, StatusCode};
use lambda_runtime::FunctionResponse;
use tokio::time::Sleep;

use super::response::BufferedResult;
use super::streamed::{Chunks, StreamedResult};
use crate::message::{Invocation, Response};
use crate::problem::Problem;

/// The result that the function returns for one invocation.
///
/// One type serves both invoke modes, chosen at run time: generic code would put the whole response
/// path into the program twice.
#[derive(Debug)]
pub(crate) enum FunctionResult {
    Buffered(BufferedResult),
    Streamed(StreamedResult),
}

impl FunctionResult {
    /// Takes the response to a request with `method`. A buffered result collects its body.
    ///
    /// # Problems
    /// 500 when the response cannot be sent: see [`BufferedResult::new`].
    pub(crate) async fn new(
        invocation: &Invocation,
        method: &Method,
        response: Response,
    ) -> Result<Self, Problem> {
        Ok(match invocation.is_streamed() {
            true => Self::Streamed(StreamedResult::new(method, response)?),
            false => Self::Buffered(BufferedResult::new(method, response).await?),
        })
    }

    /// A result with only a status.
    pub(crate) fn empty(invocation: &Invocation, status: StatusCode) -> Self {
        match invocation.is_streamed() {
            true => Self::Streamed(StreamedResult::empty(status)),
            false => Self::Buffered(BufferedResult::empty(status)),
        }
    }

    /// The status that is sent.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Buffered(result) => result.status(),
            Self::Streamed(result) => result.status(),
        }
    }

    /// The form that `lambda_runtime` sends. A stream continues until it or `time_up` ends.
    pub(crate) fn into_runtime(
        self,
        time_up: Option<Sleep>,
    ) -> FunctionResponse<BufferedResult, Chunks> {
        match self {
            Self::Buffered(result) => FunctionResponse::BufferedResponse(result),
            Self::Streamed(result) => {
                FunctionResponse::StreamingResponse(result.into_runtime(time_up))
            }
        }
    }
}
