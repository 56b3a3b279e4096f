//! A function's process and everything it starts: one process group, ended as a whole.

use super::{
    Function, open_files,
    output::{Output, UnderWay},
};
use crate::dev::log;
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    io,
    net::SocketAddr,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::process::{Child, Command};

/// A running process. Dropping it ends the whole group.
#[derive(Debug)]
pub(in crate::dev) struct Process {
    child: Child,
    pid: u32,
    output: Arc<Output>,
    is_over: bool,
    is_frozen: bool,
}

impl Process {
    /// Starts the function; both of its outputs go to the log.
    ///
    /// A group of its own keeps Ctrl-C in the terminal from reaching it: stopping is ours to do,
    /// in order.
    ///
    /// # Errors
    /// When the program cannot be executed.
    pub(in crate::dev) fn start(
        function: &Function,
        runtime_api: SocketAddr,
        under_way: &UnderWay,
    ) -> io::Result<Self> {
        let mut command = Command::new(&function.program);
        command
            .args(&function.arguments)
            .process_group(0)
            .kill_on_drop(true);
        // One pipe for both, so that their lines keep their order.
        let (outputs, written) = io::pipe()?;
        command
            .stdin(Stdio::null())
            .stdout(written.try_clone()?)
            .stderr(written);
        function.environment.apply(&mut command, runtime_api);
        let child = command.spawn()?;
        let pid = child
            .id()
            .ok_or_else(|| io::Error::other("the process ended at once"))?;
        open_files::limit_as_lambda(pid);
        // It holds the writing end, and the pipe ends when nobody does.
        drop(command);
        let output = Output::read(outputs.into(), under_way)?;
        Ok(Self {
            child,
            pid,
            output,
            is_over: false,
            is_frozen: false,
        })
    }

    pub(in crate::dev) fn pid(&self) -> u32 {
        self.pid
    }

    /// What the process writes.
    pub(in crate::dev) fn output(&self) -> &Arc<Output> {
        &self.output
    }

    /// Waits for the process to end by itself. Safe to give up and begin again.
    pub(in crate::dev) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends the process and everything it has started, and waits until it is gone.
    ///
    /// Lambda gives a function without extensions no warning either.
    pub(in crate::dev) async fn end(mut self) {
        self.kill_group();
        self.is_over = true;
        if let Err(err) = self.child.wait().await {
            log::line(format_args!(
                "fnurl: waiting for process {} failed: {err}",
                self.pid
            ));
        }
    }

    /// Has the process and everything it has started stand still, or go on.
    ///
    /// A frozen process can still be ended: SIGKILL does not wait.
    pub(in crate::dev) fn set_frozen(&mut self, is_frozen: bool) {
        if self.is_frozen != is_frozen {
            self.signal_group(if is_frozen {
                Signal::STOP
            } else {
                Signal::CONT
            });
            self.is_frozen = is_frozen;
        }
    }

    /// The group outlives the process that began it for as long as it has members, so the id
    /// cannot have passed to strangers while there is something to end.
    pub(in crate::dev) fn kill_group(&self) {
        self.signal_group(Signal::KILL);
    }

    fn signal_group(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // An error says that nobody is left.
            let _ = kill_process_group(pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Not twice: by now the id may belong to somebody else.
        if !self.is_over {
            self.kill_group();
        }
    }
}

/// The most memory that a process has held, as it is reported with each invocation.
///
/// The kernel takes longer to tell than a short invocation takes to serve, so that under load a
/// figure that is fresh and cannot have grown by much is told again.
#[derive(Debug)]
pub(in crate::dev) struct PeakMemory {
    pid: u32,
    read: Option<(Instant, Option<u64>)>,
}

impl PeakMemory {
    /// How long a figure is fresh.
    const FRESH: Duration = Duration::from_millis(100);
    /// An invocation of at least this length may have touched tens of megabytes.
    const LONG: Duration = Duration::from_millis(1);

    pub(in crate::dev) const fn of(pid: u32) -> Self {
        Self { pid, read: None }
    }

    /// In MB, after an invocation of that `duration`; only Linux tells, and only while the process
    /// runs.
    pub(in crate::dev) fn peak_mb(&mut self, duration: Duration) -> Option<u64> {
        match self.read {
            Some((at, peak)) if duration < Self::LONG && at.elapsed() < Self::FRESH => peak,
            _ => {
                let peak = peak_memory_mb(self.pid);
                self.read = Some((Instant::now(), peak));
                peak
            }
        }
    }
}

fn peak_memory_mb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    Some(kilobytes.div_ceil(1024))
}
