//! A process and all that come from it, however far down and whoever their parent is by now.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};

const MARK: &str = "E2E_FAMILY";

/// Every process whose environment has inherited one mark.
#[derive(Debug)]
pub(crate) struct Family {
    mark: String,
}

impl Family {
    /// Marks what `command` is going to start.
    pub(crate) fn begin(command: &mut Command) -> Self {
        static BEGUN: AtomicU32 = AtomicU32::new(0);
        let number = BEGUN.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        command.env(MARK, &name);
        Self {
            mark: format!("{MARK}={name}"),
        }
    }

    /// The members that run; a zombie has no environment any more.
    pub(crate) fn running(&self) -> Vec<u32> {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid| self.has(*pid)).collect()
    }

    fn has(&self, pid: u32) -> bool {
        // Fails for processes of other users, and for those that have just ended.
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let mut variables = environment.split(|&byte| byte == 0);
        variables.any(|variable| variable == self.mark.as_bytes())
    }
}

/// Sends a signal to a process, which may have ended.
pub(crate) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = pid.try_into().ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}
