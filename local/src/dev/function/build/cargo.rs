//! Building a binary of the workspace, and learning where cargo has put it.

use super::sources::Sources;
use crate::dev::start_error::StartError;
use serde::Deserialize;
use std::{path::PathBuf, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{ChildStdout, Command},
};

/// Builds the binary with cargo's output shown, and gives the path of the executable.
///
/// # Errors
/// [`StartError`] when cargo does not run, fails, or knows no such binary.
pub(in crate::dev) async fn build(bin: &str, is_release: bool) -> Result<PathBuf, StartError> {
    let mut command = cargo();
    command.args([
        "build",
        "--bin",
        bin,
        "--message-format=json-render-diagnostics",
    ]);
    if is_release {
        command.arg("--release");
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let mut cargo = command.spawn().map_err(StartError::NoCargo)?;
    let executable = match cargo.stdout.take() {
        Some(messages) => executable(messages, bin).await?,
        None => None,
    };
    if !cargo.wait().await?.success() {
        return Err(StartError::Build(bin.to_owned()));
    }
    executable.ok_or_else(|| StartError::NoSuchBinary(bin.to_owned()))
}

/// Where the sources of the workspace are, and of what it depends on by path.
///
/// # Errors
/// [`StartError`] when cargo does not run or fails.
pub(super) async fn sources() -> Result<Sources, StartError> {
    let mut command = cargo();
    command.args(["metadata", "--format-version=1"]);
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().await.map_err(StartError::NoCargo)?;
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).map_err(|_| StartError::NoWorkspace)?;
    let local = metadata.packages.iter().filter(|it| it.source.is_none());
    let folders = local.filter_map(|it| Some(it.manifest_path.parent()?.to_owned()));
    Ok(Sources {
        packages: folders.collect(),
        root: metadata.workspace_root,
        target: metadata.target_directory,
    })
}

/// Set when we were started by `cargo run`: the same toolchain then builds the function.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Package {
    manifest_path: PathBuf,
    /// None for a package in a folder of this machine.
    source: Option<String>,
}

/// What is read of cargo's messages; the others lack these members.
#[derive(Debug, Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

async fn executable(messages: ChildStdout, bin: &str) -> Result<Option<PathBuf>, StartError> {
    let mut lines = BufReader::new(messages).lines();
    let mut found = None;
    while let Some(line) = lines.next_line().await? {
        found = executable_in(&line, bin).or(found);
    }
    Ok(found)
}

fn executable_in(message: &str, bin: &str) -> Option<PathBuf> {
    let artifact = serde_json::from_str::<Artifact>(message).ok()?;
    let is_it =
        artifact.target.name == bin && artifact.target.kind.iter().any(|kind| kind == "bin");
    artifact.executable.filter(|_| is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_binary_is_found_among_cargos_messages() {
        let artifact = |name: &str, kind: &str, executable: &str| {
            let target = format!(r#"{{"name":"{name}","kind":["{kind}"],"src_path":"x"}}"#);
            format!(
                r#"{{"reason":"compiler-artifact","target":{target},"executable":{executable}}}"#
            )
        };
        let cases = [
            (
                artifact("bootstrap", "bin", r#""/t/bootstrap""#),
                Some("/t/bootstrap"),
            ),
            (artifact("bootstrap", "bin", "null"), None),
            (artifact("bootstrap", "example", r#""/t/bootstrap""#), None),
            (artifact("other", "bin", r#""/t/other""#), None),
            (
                r#"{"reason":"build-finished","success":true}"#.to_owned(),
                None,
            ),
            ("something a build script printed".to_owned(), None),
        ];
        for (message, path) in cases {
            assert_eq!(
                executable_in(&message, "bootstrap"),
                path.map(PathBuf::from),
                "{message}"
            );
        }
    }
}
