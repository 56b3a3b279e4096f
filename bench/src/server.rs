//! Servers in processes of their own.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::Failure;
use crate::programs::KEY;

/// A server that says on its first line where it listens. Dropping it kills it.
pub(crate) struct Server {
    address: String,
    output: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    /// The local function URL before so many instances of a function.
    pub(crate) async fn local_url(
        fnurl: &Path,
        function: &Path,
        data: &Path,
        instances: usize,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(fnurl);
        // The tables accept a key of AWS that the function inherits.
        command.envs(KEY);
        command.args([
            "dev",
            "--port",
            "0",
            "--concurrency",
            &instances.to_string(),
        ]);
        command
            .arg("--data")
            .arg(data)
            .arg("--function")
            .arg(function);
        Self::start(command).await
    }

    pub(crate) async fn start(mut command: Command) -> Result<Self, Failure> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let name = format!("{:?}", command.as_std().get_program());
        let mut process = command.spawn().map_err(|err| format!("{name}: {err}"))?;
        let output = process.stdout.take().ok_or("no standard output")?;
        let mut output = BufReader::new(output).lines();
        let first = output.next_line().await?.unwrap_or_default();
        let address = first.split_once("listening on http://");
        let (_, address) = address.ok_or_else(|| format!("{name} does not start: {first}"))?;
        Ok(Self {
            address: address.to_owned(),
            output,
            _process: process,
        })
    }

    /// Address and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Where the local function URL has its tables: the URL of a DynamoDB.
    pub(crate) async fn tables(&mut self) -> Result<String, Failure> {
        while let Some(line) = self.output.next_line().await? {
            let url = line
                .trim_start()
                .strip_prefix("tables ")
                .and_then(|it| Some(it.rsplit_once('(')?.1.split_once(',')?.0));
            if let Some(url) = url {
                return Ok(url.to_owned());
            }
        }
        Err("the local function URL has no tables".into())
    }
}
