//! A `fnurl call` with an environment of its own: no credentials but those that a test gives it.

use crate::server::Server;
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// What will call. It runs in a folder of its own.
#[derive(Debug)]
pub(crate) struct Caller {
    command: Command,
    pub(crate) folder: TempDir,
}

/// What a call has left.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Caller {
    /// Without any credentials.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_fnurl"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .arg("call")
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        Self { command, folder }
    }

    /// With the key that this server has made, by its profile.
    pub(crate) fn of(server: &Server) -> Self {
        let credentials = server.data().join("credentials");
        Self::new()
            .env("AWS_SHARED_CREDENTIALS_FILE", &credentials)
            .env("AWS_PROFILE", "fnurl")
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.command.env(name, value.as_ref());
        self
    }

    pub(crate) fn args<const N: usize>(mut self, args: [&str; N]) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn stdin(mut self, file: &Path) -> Self {
        self.command.stdin(std::fs::File::open(file).unwrap());
        self
    }

    /// Nothing of what is written there is in the outcome.
    pub(crate) fn stdout(mut self, file: std::fs::File) -> Self {
        self.command.stdout(file);
        self
    }

    pub(crate) fn run(&mut self) -> Outcome {
        let output = self.command.output().unwrap();
        Outcome {
            code: output.status.code().unwrap(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Outcome {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// The answer of a call that went well and had nothing to say beside it.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        serde_json::from_slice(&self.stdout).unwrap_or_else(|err| panic!("{err}: {self:?}"))
    }

    /// Checks that there is no answer but this exit code, with a line that has this in it.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, part: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.stderr.contains(part), "{:?} in {self:?}", part);
        assert_eq!(self.text(), "");
    }
}
