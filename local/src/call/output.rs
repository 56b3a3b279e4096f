//! Where the answer goes, piece by piece as it comes.

use super::failure::Failure;
use std::{
    fs::File,
    io::{self, IsTerminal as _, Write},
    path::{Path, PathBuf},
};

/// The standard output, or the file of `--output`.
#[derive(Debug)]
pub(super) enum Output {
    Standard(io::Stdout),
    File { file: File, path: PathBuf },
}

impl Output {
    /// Opens the file before anything is sent: a call that has had its effect must not find out
    /// that its answer has no place. What the file held stays until there is an answer.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::Standard(io::stdout()));
        };
        let path = path.to_owned();
        let options = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        match options {
            Ok(file) => Ok(Self::File { file, path }),
            Err(source) => Err(Failure::Output { path, source }),
        }
    }

    /// There is an answer now: what was in the file goes.
    pub(super) fn begin(&self) -> Result<(), Failure> {
        match self {
            Self::Standard(_) => Ok(()),
            // A device or a pipe has no length.
            Self::File { file, .. } if !file.metadata().is_ok_and(|file| file.is_file()) => Ok(()),
            Self::File { file, .. } => self.checked(file.set_len(0)),
        }
    }

    /// Whether somebody reads it as it comes.
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Standard(stdout) if stdout.is_terminal())
    }

    /// As the terminal and `NO_COLOR`, `CLICOLOR_FORCE` and the like ask for it.
    pub(super) fn is_coloured(&self) -> bool {
        match self {
            Self::Standard(stdout) => {
                anstream::AutoStream::choice(stdout) != anstream::ColorChoice::Never
            }
            Self::File { .. } => false,
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match self {
            Self::Standard(stdout) => stdout.write_all(bytes).and_then(|()| stdout.flush()),
            Self::File { file, .. } => file.write_all(bytes),
        };
        self.checked(written)
    }

    fn checked(&self, written: io::Result<()>) -> Result<(), Failure> {
        written.map_err(|source| match self {
            Self::Standard(_) => Failure::StandardOutput(source),
            Self::File { path, .. } => Failure::Output {
                path: path.clone(),
                source,
            },
        })
    }
}
