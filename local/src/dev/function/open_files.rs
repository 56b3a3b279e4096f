//! The number of files and sockets that a process may have open at the same time.

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

/// The limit of a function.
///
/// Source: AWS Lambda Developer Guide, “Lambda quotas”: 1,024 file descriptors.
const OF_A_FUNCTION: u64 = 1_024;

/// Lets this process have as many files open as the system allows it. The usual limit of 1,024
/// would be reached by a thousand idle connections.
pub(in crate::dev) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Where that fails, fewer connections are served at the same time.
    let _ = setrlimit(Resource::Nofile, raised);
}

/// Gives a function the limit that it has on Lambda, instead of ours.
pub(super) fn limit_as_lambda(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let inherited = getrlimit(Resource::Nofile);
    let limit = Rlimit {
        current: inherited.maximum.map_or(Some(OF_A_FUNCTION), |maximum| {
            Some(maximum.min(OF_A_FUNCTION))
        }),
        ..inherited
    };
    // It may have ended already.
    let _ = prlimit(pid, Resource::Nofile, limit);
}
