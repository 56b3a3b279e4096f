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
    /// Show what is sent and the head of the answer on the standard error, secrets hidden
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Write the answer to this file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
    /// Sign with this profile of the AWS configuration
    #[arg(long, value_name = "NAME", conflicts_with = "no_sign")]
    pub(super) profile: Option<String>,
    /// The region of the function [default: that of the function URL's name, else the configured one]
    #[arg(long, conflicts_with = "no_sign", value_parser = crate::dev::region)]
    pub(super) region: Option<String>,
    /// Sign with temporary credentials of this role, from STS
    ///
    /// STS is that of the region, or the one at AWS_ENDPOINT_URL_STS; for the key of `fnurl dev`,
    /// the one that runs beside the URL.
    #[arg(long, value_name = "ARN", conflicts_with = "no_sign", value_parser = role_arn)]
    pub(super) role_arn: Option<String>,
    /// The session's name, as the function and the trail see it
    #[arg(long, value_name = "NAME", requires = "role_arn", default_value = "fnurl-call", value_parser = session_name)]
    pub(super) session_name: String,
    /// The external id that the role's trust policy asks for
    #[arg(long, value_name = "ID", requires = "role_arn")]
    pub(super) external_id: Option<String>,
    /// Seconds for which the credentials of the role last
    #[arg(long, value_name = "SECONDS", requires = "role_arn", default_value_t = 900, value_parser = clap::value_parser!(u32).range(900..=43_200))]
    pub(super) duration: u32,
    /// Call nothing: write a URL that is signed for so many seconds
    ///
    /// Its signature covers the method, the data and the headers of `-H`, which have to be sent
    /// with it.
    #[arg(long, value_name = "SECONDS", conflicts_with_all = ["no_sign", "include", "verbose", "fail_with_body"], value_parser = clap::value_parser!(u32).range(1..=604_800))]
    pub(super) presign: Option<u32>,
    /// Call nothing: write what would be signed, secrets hidden
    #[arg(long, conflicts_with_all = ["include", "verbose", "fail_with_body"])]
    pub(super) dry_run: bool,
    /// Give up after this many seconds without a byte of the response
    #[arg(long, value_name = "SECONDS", default_value_t = 930, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(super) timeout: u64,
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

/// `arn:PARTITION:iam::ACCOUNT:role/NAME`
fn role_arn(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let is_role = matches!(
        parts.as_slice(),
        ["arn", _, "iam", "", account, role]
            if account.bytes().all(|byte| byte.is_ascii_digit()) && role.starts_with("role/")
    );
    match is_role {
        true => Ok(text.to_owned()),
        false => Err("not of the form `arn:aws:iam::ACCOUNT:role/NAME`".to_owned()),
    }
}

/// As STS asks for it
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
fn session_name(text: &str) -> Result<String, String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    match (2..=64).contains(&text.len()) && text.bytes().all(is_allowed) {
        true => Ok(text.to_owned()),
        false => Err("not 2 to 64 letters, digits and characters of `_+=,.@-`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_that_is_not_of_a_role_is_refused() {
        assert!(role_arn("arn:aws:iam::123456789012:role/path/fnUrlRole").is_ok());
        assert!(role_arn("arn:aws-cn:iam::123456789012:role/a").is_ok());
        for text in [
            "fnUrlRole",
            "arn:aws:iam::123456789012:user/a",
            "arn:aws:sts::123456789012:assumed-role/a/b",
        ] {
            assert!(role_arn(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_session_name_has_the_form_that_sts_asks_for() {
        assert!(session_name("me@example.com").is_ok());
        for text in ["a", "a b", "é2", &"a".repeat(65)] {
            assert!(session_name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_method_is_a_word_in_any_case() {
        assert_eq!(parse_method("patch").unwrap(), Method::PATCH);
        for word in ["", "/items", "GET ", "http://a"] {
            assert!(parse_method(word).is_err(), "{word:?}");
        }
    }
}
