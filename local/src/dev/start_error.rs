//! Why `fnurl dev` cannot start, and what to do about it: one line each.

use std::{ffi::OsString, io, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("port {port} is in use: stop the other program or pass `{option}`")]
    PortInUse { port: u16, option: &'static str },
    #[error("cannot listen on {host}:{port}: {source}: pass another `--host` or `--port`")]
    Listen {
        host: String,
        port: u16,
        source: io::Error,
    },
    #[error("{} is in use by {holder}: stop it, or pass another folder with `--data`", data.display())]
    DataInUse { data: PathBuf, holder: String },
    #[error("cannot use the folder {}: {source}: mend that, or pass another one with `--data`", path.display())]
    Data { path: PathBuf, source: io::Error },
    #[error("cannot open the tables in {}: {reason}: mend or move the file, or pass another folder with `--data`", path.display())]
    Tables { path: PathBuf, reason: String },
    #[error("the CORS configuration {} cannot be used: {mistakes}", path.display())]
    Cors { path: PathBuf, mistakes: String },
    #[error("the credentials in {} cannot be used: {reason}", path.display())]
    Credentials { path: PathBuf, reason: String },
    #[error("the roles in {} cannot be used: {reason}", path.display())]
    Roles { path: PathBuf, reason: String },
    #[error("there is no program {}: check the path, or build it first", PathBuf::from(.0).display())]
    NoSuchProgram(OsString),
    #[error(
        "cargo cannot be started: {0}: install Rust, or pass a function that is built with `--function PATH`"
    )]
    NoCargo(io::Error),
    #[error(
        "cargo could not build `{0}`: mend what it says above, or pass a function that is built with `--function PATH`"
    )]
    Build(String),
    #[error(
        "cargo built no program `{0}`: name one of this workspace with `--bin NAME`, or pass `--function PATH`"
    )]
    NoSuchBinary(String),
    #[error(
        "cargo cannot say where the sources are: mend what it says above, or leave out `--watch`"
    )]
    NoWorkspace,
    #[error("cannot watch the sources: {0}: mend that, or leave out `--watch`")]
    Watch(#[from] notify::Error),
    #[error("the system refuses what `fnurl dev` needs: {0}")]
    System(#[from] io::Error),
}
