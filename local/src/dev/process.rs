//! A function's process and everything it starts: one process group, ended as a whole.

use super::{function::Function, log};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    io,
    net::SocketAddr,
    process::{ExitStatus, Stdio},
};
use tokio::process::{Child, Command};

/// A running process. Dropping it ends the whole group.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pid: u32,
    is_over: bool,
}

impl Process {
    /// Starts the function; both of its outputs go to our standard error, unchanged.
    ///
    /// A group of its own keeps Ctrl-C in the terminal from reaching it: stopping is ours to do,
    /// in order.
    ///
    /// # Errors
    /// When the program cannot be executed.
    pub(super) fn start(function: &Function, runtime_api: SocketAddr) -> io::Result<Self> {
        let mut command = Command::new(&function.program);
        command
            .args(&function.arguments)
            .process_group(0)
            .kill_on_drop(true);
        command
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .stderr(Stdio::inherit());
        function.environment.apply(&mut command, runtime_api);
        let child = command.spawn()?;
        let pid = child
            .id()
            .ok_or_else(|| io::Error::other("the process ended at once"))?;
        Ok(Self {
            child,
            pid,
            is_over: false,
        })
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits for the process to end by itself. Safe to give up and begin again.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends the process and everything it has started, and waits until it is gone.
    ///
    /// Lambda gives a function without extensions no warning either.
    pub(super) async fn end(mut self) {
        self.kill_group();
        self.is_over = true;
        if let Err(err) = self.child.wait().await {
            log::line(format_args!(
                "fnurl: waiting for process {} failed: {err}",
                self.pid
            ));
        }
    }

    /// The group outlives the process that began it for as long as it has members, so the id
    /// cannot have passed to strangers while there is something to end.
    pub(super) fn kill_group(&self) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // An error says that nobody is left.
            let _ = kill_process_group(pid, Signal::KILL);
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

/// The most memory the process has held, in MB; only Linux tells, and only while it runs.
pub(super) fn peak_memory_mb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    Some(kilobytes.div_ceil(1024))
}
