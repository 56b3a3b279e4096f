//! A function's process, started as Lambda starts it, and what the kernel knows about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::Failure;
use crate::event::{Case, Expected};
use crate::runtime_api::RuntimeApi;

/// A program that can be started as a function.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    /// What it is told beside what Lambda tells every function.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// What it is asked.
    pub(crate) cases: Vec<Case>,
}

impl Program {
    /// The same program, asked nothing but the case of that name.
    pub(crate) fn only(&self, name: &str) -> Self {
        let mut only = self.clone();
        only.cases.retain(|case| case.name == name);
        only
    }

    /// A program that answers everything with the same greeting.
    pub(crate) fn greeting(mut self) -> Self {
        for case in &mut self.cases {
            case.expected = Expected::hello();
        }
        self
    }
}

/// What watches a function from outside.
#[derive(Debug)]
pub(crate) enum Tool {
    Nothing,
    /// Counts instructions, and writes the count to the file.
    Callgrind(PathBuf),
    /// Counts system calls, and writes the counts to the file.
    Strace(PathBuf),
}

/// A running function. Dropping it kills it.
pub(crate) struct Function {
    program: Program,
    child: Child,
    api: RuntimeApi,
    /// From exec until the function first asked for an event.
    pub(crate) first_next: Duration,
}

impl Function {
    /// Starts a function and waits until it asks for an event.
    pub(crate) async fn start(program: &Program, tool: Tool) -> Result<Self, Failure> {
        let mut api = RuntimeApi::start().await?;
        let mut command = command(program, &tool);
        command
            .env_clear()
            .envs(lambda_environment())
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .envs(
                program
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let start = Instant::now();
        let child = command.spawn().map_err(|err| {
            format!(
                "{:?} cannot be started: {err}",
                command.as_std().get_program()
            )
        })?;
        let since = api
            .waits()
            .await
            .map_err(|err| format!("{} does not start: {err}", program.name))?;
        Ok(Self {
            program: program.clone(),
            child,
            api,
            first_next: since - start,
        })
    }

    /// Has every event answered once, checks the answers, and gives the time that each took.
    pub(crate) async fn round(&mut self) -> Result<Vec<Duration>, Failure> {
        let mut times = Vec::with_capacity(self.program.cases.len());
        for case in &self.program.cases {
            let answered = async {
                let (result, time) = self.api.invoke(&case.payload).await?;
                case.expected.check(&result)?;
                self.api.waits().await?;
                Ok(time)
            };
            let time = answered.await.map_err(|err: Failure| {
                format!("{}, event `{}`: {err}", self.program.name, case.name)
            })?;
            times.push(time);
        }
        Ok(times)
    }

    /// Has one event answered; after it, the function is to be waited for.
    pub(crate) async fn invoke(&mut self, event: &Bytes) -> Result<Bytes, Failure> {
        Ok(self.api.invoke(event).await?.0)
    }

    /// Waits until the function asks for an event.
    pub(crate) async fn waits(&mut self) -> Result<(), Failure> {
        self.api.waits().await.map(drop)
    }

    /// How often the function has connected so far.
    pub(crate) fn connections(&self) -> usize {
        self.api.connections()
    }

    /// The time that all threads together were on a CPU.
    pub(crate) async fn cpu(&self) -> Result<Duration, Failure> {
        // The kernel adds up when a thread goes to sleep, which it is about to.
        tokio::time::sleep(Duration::from_millis(3)).await;
        let mut nanoseconds = 0;
        for thread in fs::read_dir(self.proc("task"))? {
            let schedstat = fs::read_to_string(thread?.path().join("schedstat"))?;
            let running = schedstat.split(' ').next().unwrap_or_default();
            nanoseconds += running.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// The most memory that was resident, in KiB.
    pub(crate) fn peak_memory_kib(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(self.proc("status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|it| it.trim().strip_suffix("kB"));
        Ok(peak.ok_or("no VmHWM")?.trim().parse()?)
    }

    /// Ends the function gently, and waits until its tool has written what it knows.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        let own = self.child.id().ok_or("the function has ended by itself")?;
        // What strace runs is its child; valgrind is the function's own process.
        let children = fs::read_to_string(self.proc(&format!("task/{own}/children")))?;
        let pid = children
            .split_whitespace()
            .next()
            .map_or(Ok(own), str::parse)?;
        let pid = Pid::from_raw(i32::try_from(pid)?).ok_or("no process id")?;
        kill_process(pid, Signal::TERM)?;
        self.child.wait().await?;
        Ok(())
    }

    fn proc(&self, file: &str) -> PathBuf {
        let id = self.child.id().unwrap_or_default();
        Path::new("/proc").join(id.to_string()).join(file)
    }
}

fn command(program: &Program, tool: &Tool) -> Command {
    let mut command = match tool {
        Tool::Nothing => return Command::new(&program.path),
        Tool::Callgrind(out) => {
            let mut valgrind = Command::new("valgrind");
            valgrind.arg("--tool=callgrind");
            valgrind.arg(format!("--callgrind-out-file={}", out.display()));
            valgrind
        }
        Tool::Strace(out) => {
            let mut strace = Command::new("strace");
            strace.args(["-f", "-c", "-o"]).arg(out);
            strace
        }
    };
    command.arg(&program.path);
    command
}

/// What Lambda tells every function.
///
/// Source: AWS Lambda Developer Guide, “Working with Lambda environment variables”.
fn lambda_environment() -> [(&'static str, &'static str); 12] {
    [
        ("_HANDLER", "bootstrap"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2025/08/17/[$LATEST]0"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("TZ", ":UTC"),
    ]
}
