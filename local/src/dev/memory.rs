//! Memory that goes back to the system after a burst of large requests.
//!
//! The allocator of glibc gives an allocation of its own from the system to what is larger than a
//! threshold, and gives that back at once. But it raises the threshold, up to 32 MB, whenever such
//! an allocation is freed; from then on large bodies come from its heaps, which it keeps. A
//! threshold that is set in the environment stays as it is. It is read before a program begins, so
//! the program begins again with it.
//!
//! Source: mallopt(3), `M_MMAP_THRESHOLD`.

use std::{env, ffi::OsStr, os::unix::process::CommandExt as _, process::Command};

const THRESHOLD: &str = "MALLOC_MMAP_THRESHOLD_";
const BYTES: &str = "262144";

/// Begins this program again with the threshold, unless it has one. Where that fails, it goes on
/// without.
pub(super) fn keep_threshold() {
    if !cfg!(target_env = "gnu") || env::var_os(THRESHOLD).is_some() {
        return;
    }
    if let Ok(program) = env::current_exe() {
        let mut arguments = env::args_os();
        let name = arguments.next();
        let mut command = Command::new(&program);
        command.arg0(name.unwrap_or_else(|| program.into()));
        let _ = command.args(arguments).env(THRESHOLD, BYTES).exec();
    }
}

/// The variable that the function does not inherit: it is for this program alone.
pub(super) fn own_variable() -> Option<&'static str> {
    let is_ours = env::var_os(THRESHOLD).as_deref() == Some(OsStr::new(BYTES));
    is_ours.then_some(THRESHOLD)
}
