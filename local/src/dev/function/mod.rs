//! The function: which program it is, and what it is told about itself.

mod alarm;
pub(super) mod build;
mod environment;
pub(super) mod flow;
mod instance;
mod instances;
pub(super) mod invocation;
mod lifecycle;
mod open_files;
mod output;
mod process;
mod rate;
pub(super) mod runtime_api;
mod seats;

pub(super) use instances::Instances;
pub(super) use open_files::raise as raise_open_files;

use crate::dev::{
    data::dynamodb::RunKey,
    iam::ACCOUNT,
    options::{InvokeMode, Options},
    start_error::StartError,
};
use environment::Environment;
use invocation::Invocation;
use runtime_api::Delivery;
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    time::Duration,
};

/// A Lambda function with its configuration.
#[derive(Debug)]
pub(in crate::dev) struct Function {
    pub(in crate::dev) name: String,
    pub(in crate::dev) program: PathBuf,
    pub(in crate::dev) arguments: Vec<OsString>,
    pub(in crate::dev) environment: Environment,
    pub(in crate::dev) memory_mb: u32,
    pub(in crate::dev) timeout_secs: u64,
    pub(in crate::dev) invoke_mode: InvokeMode,
    /// Whether the process stands still between invocations.
    pub(in crate::dev) is_frozen_idle: bool,
    /// How long an instance waits for its next invocation.
    pub(in crate::dev) idle_timeout: Duration,
    arn: String,
}

/// A program with its arguments, known to exist.
#[derive(Debug)]
pub(in crate::dev) struct Executable {
    pub(in crate::dev) path: PathBuf,
    pub(in crate::dev) arguments: Vec<OsString>,
}

impl Function {
    pub(in crate::dev) fn new(
        executable: Executable,
        options: &Options,
        dynamodb: &str,
        key: Option<&RunKey>,
    ) -> Self {
        let name = name(&executable.path);
        let environment = Environment::new(&name, &executable.path, options, dynamodb, key);
        Self {
            arn: format!(
                "arn:aws:lambda:{}:{ACCOUNT}:function:{name}",
                options.region
            ),
            environment,
            name,
            program: executable.path,
            arguments: executable.arguments,
            memory_mb: options.memory,
            timeout_secs: options.timeout,
            invoke_mode: options.invoke_mode,
            is_frozen_idle: options.freeze,
            idle_timeout: Duration::from_secs(options.idle_timeout),
        }
    }

    pub(in crate::dev) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs)
    }

    pub(in crate::dev) fn delivery(&self, invocation: &Invocation, deadline_ms: u64) -> Delivery {
        Delivery {
            request_id: invocation.request_id.clone(),
            deadline_ms,
            function_arn: self.arn.clone(),
            trace: invocation.trace.clone(),
            event: invocation.event.clone(),
        }
    }
}

impl Executable {
    /// Finds a program as a shell would: a path as it is, a bare name in `PATH`.
    ///
    /// # Errors
    /// [`StartError::NoSuchProgram`] when there is no such file.
    pub(in crate::dev) fn find(
        program: &OsStr,
        arguments: &[OsString],
    ) -> Result<Self, StartError> {
        let candidates = match Path::new(program).components().count() {
            1 if !program.as_encoded_bytes().contains(&b'/') => {
                let path = std::env::var_os("PATH").unwrap_or_default();
                std::env::split_paths(&path)
                    .map(|folder| folder.join(program))
                    .collect()
            }
            _ => vec![PathBuf::from(program)],
        };
        let found = candidates.into_iter().find(|path| path.is_file());
        let found = found.ok_or_else(|| StartError::NoSuchProgram(program.into()))?;
        // Absolute, so that it does not depend on the folder the function is started in.
        let path = std::path::absolute(&found).unwrap_or(found);
        Ok(Self {
            path,
            arguments: arguments.to_vec(),
        })
    }
}

/// A program's file name, with only the characters that a function's name may have.
fn name(program: &Path) -> String {
    let stem = program.file_stem().unwrap_or_default().to_string_lossy();
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    stem.chars().map(allowed).take(64).collect()
}
