//! The command line of `fnurl call`.

use super::{
    body::Data,
    header::Header,
    target::{Target, TargetError},
};
use clap::{ArgAction, Args, ValueHint};
use http::Method;
use std::path::PathBuf;

/// Call a function URL, signed with AWS Signature Version 4.
///
/// A path alone goes to the local function URL, http://127.0.0.1:9000. Exits with 0 after any
/// answer, 22 after 4xx and 5xx with --fail-with-body, 2 for a command line that cannot be used, 3
/// without credentials, 7 if the answer did not arrive.
#[derive(Debug, Args)]
#[command(override_usage = "fnurl call [OPTIONS] [METHOD] URL|PATH")]
pub(crate) struct Options {
    /// The method [default: GET, or POST with --data], and the URL or path
    #[arg(required = true, num_args = 1..=2, value_name = "[METHOD] URL|PATH")]
    words: Vec<String>,
    /// Send this, or the bytes of a file (`@FILE`) or of the standard input (`@-`)
    ///
    /// As `application/json`, unless `-H content-type:…` says otherwise.
    #[arg(
        short,
        long,
        visible_alias = "data-binary",
        value_name = "DATA|@FILE",
        allow_hyphen_values = true
    )]
    pub(super) data: Option<Data>,
    /// Send this header; `NAME:` leaves out one that is sent otherwise, `NAME;` sends it empty
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", action = ArgAction::Append)]
    pub(super) headers: Vec<Header>,
    /// Show the status and the headers of the answer before its body
    #[arg(short, long)]
    pub(super) include: bool,
    /// Write the answer to this file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
    /// Sign with this profile of the AWS configuration
    #[arg(long, value_name = "NAME", conflicts_with = "no_sign")]
    pub(super) profile: Option<String>,
    /// The region of the function [default: that of the function URL's name, else the configured one]
    #[arg(long, conflicts_with = "no_sign", value_parser = crate::dev::region)]
    pub(super) region: Option<String>,
    /// Sign nothing
    #[arg(long)]
    pub(super) no_sign: bool,
    /// Exit with 22 if the status is 400 or more; the body is written all the same
    #[arg(long)]
    pub(super) fail_with_body: bool,
}

impl Options {
    /// The method that is written, else the one that goes with the data.
    pub(super) fn method(&self) -> Result<Method, UsageError> {
        match self.words.as_slice() {
            [method, _] => parse_method(method),
            _ if self.data.is_some() => Ok(Method::POST),
            _ => Ok(Method::GET),
        }
    }

    pub(super) fn target(&self) -> Result<Target, UsageError> {
        let word = self.words.last().map(String::as_str).unwrap_or_default();
        Target::parse(word).map_err(UsageError::Target)
    }
}

/// A command line that clap takes and nobody can follow.
#[derive(Debug, thiserror::Error)]
pub(super) enum UsageError {
    #[error("{0:?} is no HTTP method: `fnurl call [METHOD] URL|PATH`")]
    Method(String),
    #[error(transparent)]
    Target(TargetError),
}

/// In capitals, as all methods are that a function URL lets through.
fn parse_method(word: &str) -> Result<Method, UsageError> {
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let method = Method::from_bytes(word.to_ascii_uppercase().as_bytes());
    match (is_word, method) {
        (true, Ok(method)) => Ok(method),
        _ => Err(UsageError::Method(word.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_a_word_in_any_case() {
        assert_eq!(parse_method("patch").unwrap(), Method::PATCH);
        for word in ["", "/items", "GET ", "http://a"] {
            assert!(parse_method(word).is_err(), "{word:?}");
        }
    }
}
