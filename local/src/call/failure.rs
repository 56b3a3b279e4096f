//! Why a call has no answer to show, in one line, and the exit code that scripts see.

use super::{body::DataError, options::UsageError};
use aws_smithy_types::error::ErrorMetadata;
use std::{error::Error, io, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("the header `{0}` is part of the signature: leave it out, or pass `--no-sign`")]
    ReservedHeader(String),
    #[error(
        "the value of the header `{0}` is not UTF-8 and cannot be signed: encode it, or pass `--no-sign`"
    )]
    UnsignableHeader(String),
    #[error("the region of the function is unknown: pass `--region`, or set AWS_REGION")]
    NoRegion,
    #[error(
        "there are no credentials to sign with: {0}. Set AWS_PROFILE or AWS_ACCESS_KEY_ID, pass `--profile`, or `--no-sign` for a URL that is open to everybody"
    )]
    NoCredentials(String),
    #[error("STS gives no credentials for {role}: {reason}")]
    NoSession { role: String, reason: String },
    #[error("the request cannot be signed: {0}")]
    Signing(String),
    #[error("no answer from {host}: {reason}{advice}")]
    NoAnswer {
        host: String,
        reason: String,
        advice: &'static str,
    },
    #[error("{host} has sent nothing for {seconds} s: `--timeout SECONDS` waits longer")]
    TimedOut { host: String, seconds: u64 },
    #[error("the answer broke off after {bytes} bytes of its body: {reason}")]
    BrokenOff { bytes: u64, reason: String },
    #[error("{} cannot be written: {source}", path.display())]
    Output { path: PathBuf, source: io::Error },
    #[error("the answer cannot be written: {0}")]
    StandardOutput(io::Error),
    #[error("cannot start: {0}")]
    Runtime(io::Error),
}

impl Failure {
    /// 2, 3 and 7 are documented; 22 belongs to answers, 1 is for everything else.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::Data(_)
            | Self::ReservedHeader(_)
            | Self::UnsignableHeader(_)
            | Self::NoRegion => 2,
            Self::NoCredentials(_) | Self::NoSession { .. } => 3,
            Self::NoAnswer { .. } | Self::TimedOut { .. } | Self::BrokenOff { .. } => 7,
            Self::Signing(_) | Self::Output { .. } | Self::StandardOutput(_) | Self::Runtime(_) => {
                1
            }
        }
    }
}

/// An error with what it came from, in one line; a cause that says no more is left out. What a
/// service has answered says it all.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let answer = error.downcast_ref::<ErrorMetadata>();
        if let Some((code, message)) = answer.and_then(|said| said.code().zip(said.message())) {
            return format!("{code}: {message}");
        }
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text.trim_end_matches('.').to_owned()
}
