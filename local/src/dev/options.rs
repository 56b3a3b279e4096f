//! The command line of `fnurl dev`.

use super::clock::Clock;
use clap::{Args, ValueEnum, ValueHint};
use std::{ffi::OsString, path::PathBuf};

/// Run a Lambda function behind a local function URL, with DynamoDB beside it.
///
/// Without --function, --bin or a command, builds and runs the workspace's binary `bootstrap`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Port of the function URL; 0 picks a free one
    #[arg(long, default_value_t = 9000)]
    pub(super) port: u16,
    /// Address or name to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub(super) host: String,
    /// Folder for what lasts: tables, keys, sessions
    #[arg(long, value_name = "DIR", default_value = ".fnurl", value_hint = ValueHint::DirPath)]
    pub(super) data: PathBuf,
    /// The tables: `embedded`, or the URL of another DynamoDB
    #[arg(long, value_name = "embedded|URL", default_value = "embedded", value_parser = dynamodb)]
    pub(super) dynamodb: Tables,
    /// Run this executable
    #[arg(long, value_name = "PATH", conflicts_with_all = ["bin", "command"], value_hint = ValueHint::ExecutablePath)]
    pub(super) function: Option<PathBuf>,
    /// Build this binary of the workspace with cargo, and run it
    #[arg(
        long,
        value_name = "NAME",
        default_value = "bootstrap",
        conflicts_with = "command"
    )]
    pub(super) bin: String,
    /// Build with cargo's release profile
    #[arg(long, conflicts_with_all = ["function", "command"])]
    pub(super) release: bool,
    /// Build again when a source changes; a build that fails leaves the last one serving
    #[arg(long, conflicts_with_all = ["function", "command"])]
    pub(super) watch: bool,
    /// Instances at most, each with one request at a time; more requests get 429
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) concurrency: u16,
    /// Reserved concurrency: N instances at most and 10 × N requests a second; 0 switches the URL off
    #[arg(long, value_name = "N", conflicts_with = "concurrency", value_parser = clap::value_parser!(u16).range(..=1000))]
    pub(super) reserved_concurrency: Option<u16>,
    /// The function's timeout in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=900))]
    pub(super) timeout: u64,
    /// Memory in MB, as told to the function; nothing limits it to that
    #[arg(long, value_name = "MB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(128..=10_240))]
    pub(super) memory: u32,
    /// The URL's CORS configuration: the object `Cors` of the Lambda API, as JSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) cors: Option<PathBuf>,
    /// Who may call: everybody, or who signs with AWS_IAM
    #[arg(
        long,
        value_enum,
        value_name = "none|iam",
        default_value = "none",
        hide_possible_values = true
    )]
    pub(super) auth: Auth,
    /// The URL's InvokeMode: results in one piece, or as the function writes them
    #[arg(
        long,
        value_enum,
        value_name = "buffered|stream",
        default_value = "buffered",
        hide_possible_values = true
    )]
    pub(super) invoke_mode: InvokeMode,
    /// Stop the process between invocations, as Lambda does: background work stands still
    #[arg(long)]
    pub(super) freeze: bool,
    /// Seconds after which an instance that nobody calls is ended
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(super) idle_timeout: u64,
    /// The handler, for programs that need to be told one (_HANDLER)
    #[arg(long, value_name = "NAME", default_value = "bootstrap")]
    pub(super) handler: String,
    /// Write the log as one JSON object a line, each with its request id
    #[arg(long)]
    pub(super) json: bool,
    /// Write Lambda's own lines: START, END and REPORT for each invocation
    #[arg(long, conflicts_with = "json")]
    pub(super) lambda_log: bool,
    /// Known principals, instead of the key made in the data folder: an AWS credentials file
    ///
    /// Each profile is one, with optional lines `fnurl_user_arn` and `fnurl_expires`.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) credentials: Option<PathBuf>,
    /// Roles: who may assume them, and whether they may call the URL; TOML
    ///
    /// Tables `[[role]]` with `arn`, `assumed_by` (ARNs, account ids or `*`), `invoke` and, where
    /// wanted, `external_id` and `max_session_seconds`. Without it, every key may assume
    /// arn:aws:iam::000000000000:role/fnUrlRole, which may call.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) roles: Option<PathBuf>,
    /// Port of the local STS and of the Invoke API; 0 picks a free one [default: the one after `--port`]
    #[arg(long, value_name = "PORT")]
    pub(super) control_port: Option<u16>,
    /// Let pages of this origin use the control port (STS, Invoke API); can be repeated
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub(super) allow_origin: Vec<String>,
    /// The region of the URL and of its function
    #[arg(long, default_value = "us-east-1", value_parser = region)]
    pub(super) region: String,
    /// The URL's id, 32 lower-case letters and digits [default: made once, kept in the data folder]
    #[arg(long, value_name = "ID", value_parser = url_id)]
    pub(super) url_id: Option<String>,
    /// A clock that stands still at this time, for tests
    #[arg(long, value_name = "RFC3339")]
    pub(super) clock: Option<Clock>,
    /// Run this command, with its arguments
    #[arg(last = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub(super) command: Vec<OsString>,
}

impl Options {
    /// The port beside the URL's, unless another one is asked for.
    pub(super) fn control_port(&self, url_port: u16) -> u16 {
        let beside = match self.port {
            0 => 0,
            _ => url_port.checked_add(1).unwrap_or_default(),
        };
        self.control_port.unwrap_or(beside)
    }
}

/// The URL's AuthType.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Auth {
    None,
    Iam,
}

/// The URL's InvokeMode: BUFFERED or RESPONSE_STREAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum InvokeMode {
    Buffered,
    Stream,
}

impl InvokeMode {
    /// As it is named here and to functions made with the framework.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Buffered => "buffered",
            Self::Stream => "stream",
        }
    }
}

/// Where the function's tables are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tables {
    /// In this process, durable under the data folder.
    Embedded,
    /// At this URL.
    At(String),
}

/// The name of a region, by its form.
pub(crate) fn region(text: &str) -> Result<String, String> {
    let is_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match text.chars().all(is_label) && !text.is_empty() {
        true => Ok(text.to_owned()),
        false => Err("not the name of a region, such as eu-west-1".to_owned()),
    }
}

/// An origin as browsers send it: scheme, host and port.
fn origin(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    let authority = rest.and_then(|rest| rest.parse::<http::uri::Authority>().ok());
    match authority.is_some_and(|it| !it.host().is_empty() && !it.as_str().contains('@')) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("not an origin, such as http://localhost:5173".to_owned()),
    }
}

fn url_id(text: &str) -> Result<String, String> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    match text.len() == 32 && text.bytes().all(is_allowed) {
        true => Ok(text.to_owned()),
        false => Err("not 32 lower-case letters and digits".to_owned()),
    }
}

fn dynamodb(text: &str) -> Result<Tables, String> {
    match text {
        "embedded" => Ok(Tables::Embedded),
        url if url.starts_with("http://") || url.starts_with("https://") => {
            url.parse::<http::Uri>().map_err(|err| err.to_string())?;
            Ok(Tables::At(url.to_owned()))
        }
        _ => Err("neither `embedded` nor an http:// or https:// URL".to_owned()),
    }
}
