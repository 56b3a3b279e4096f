//! A function's process and everything it starts: one process group, ended as a whole.

use super::Function;
use crate::dev::log;
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    io,
    net::SocketAddr,
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
};

/// A running process. Dropping it ends the whole group.
#[derive(Debug)]
pub(in crate::dev) struct Process {
    child: Child,
    pid: u32,
    is_over: bool,
    is_frozen: bool,
}

impl Process {
    /// Starts the function; both of its outputs go to our standard error: unchanged, or with the
    /// request they belong to where the log is JSON.
    ///
    /// A group of its own keeps Ctrl-C in the terminal from reaching it: stopping is ours to do,
    /// in order.
    ///
    /// # Errors
    /// When the program cannot be executed.
    pub(in crate::dev) fn start(
        function: &Function,
        runtime_api: SocketAddr,
        request_id: watch::Receiver<Option<String>>,
    ) -> io::Result<Self> {
        let mut command = Command::new(&function.program);
        command
            .args(&function.arguments)
            .process_group(0)
            .kill_on_drop(true);
        command.stdin(Stdio::null());
        if log::is_json() {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        } else {
            command.stdout(io::stderr()).stderr(Stdio::inherit());
        }
        function.environment.apply(&mut command, runtime_api);
        let mut child = command.spawn()?;
        if let Some(output) = child.stdout.take() {
            tokio::spawn(log_output(output, request_id.clone()));
        }
        if let Some(output) = child.stderr.take() {
            tokio::spawn(log_output(output, request_id));
        }
        let pid = child
            .id()
            .ok_or_else(|| io::Error::other("the process ended at once"))?;
        Ok(Self {
            child,
            pid,
            is_over: false,
            is_frozen: false,
        })
    }

    pub(in crate::dev) fn pid(&self) -> u32 {
        self.pid
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

/// Reads what the function writes, to the end, line by line.
async fn log_output(output: impl AsyncRead + Unpin, request_id: watch::Receiver<Option<String>>) {
    let mut lines = BufReader::new(output).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = String::from_utf8_lossy(&line);
        log::output(request_id.borrow().as_deref(), line.trim_end());
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
