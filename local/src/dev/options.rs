//! The command line of `fnurl dev`.

use clap::{Args, ValueHint};
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
    /// Folder for what lasts: the tables
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
    /// The function's timeout in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=900))]
    pub(super) timeout: u64,
    /// Memory in MB, as told to the function; nothing limits it to that
    #[arg(long, value_name = "MB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(128..=10_240))]
    pub(super) memory: u32,
    /// The URL's CORS configuration: the object `Cors` of the Lambda API, as JSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) cors: Option<PathBuf>,
    /// The region the function finds itself in
    #[arg(long, default_value = "us-east-1")]
    pub(super) region: String,
    /// Run this command, with its arguments
    #[arg(last = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub(super) command: Vec<OsString>,
}

/// Where the function's tables are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tables {
    /// In this process, durable under the data folder.
    Embedded,
    /// At this URL.
    At(String),
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
