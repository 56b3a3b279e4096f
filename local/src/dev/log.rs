//! What `fnurl dev` writes to its standard error: the lines Lambda writes to a function's log, and
//! one line for each request.

use http::{Method, StatusCode};
use std::{
    fmt::{self, Write as _},
    io::Write as _,
    time::Duration,
};

/// Writes one line in one piece, so that it does not mix with what functions write.
///
/// A closed standard error is no reason to stop serving, so a failure is passed over.
pub(super) fn line(text: fmt::Arguments<'_>) {
    let line = format!("{text}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// `GET /items 200 1.23 ms`.
pub(super) fn request(method: &Method, path: &str, status: StatusCode, took: Duration) {
    line(format_args!(
        "{method} {path} {} {:.2} ms",
        status.as_u16(),
        millis(took)
    ));
}

/// `START RequestId: …`.
pub(super) fn start(request_id: &str) {
    line(format_args!(
        "START RequestId: {request_id} Version: $LATEST"
    ));
}

/// How an invocation or an init ended, where it did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Error,
    Timeout,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Timeout => "timeout",
        })
    }
}

/// The figures of one finished invocation.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) request_id: &'a str,
    pub(super) duration: Duration,
    /// Only for the invocation that the instance was started for.
    pub(super) init: Option<Duration>,
    pub(super) memory_size_mb: u32,
    /// Unknown where the system does not tell, or the process is gone.
    pub(super) memory_used_mb: Option<u64>,
    pub(super) ending: Option<Ending>,
}

/// `END RequestId: …` and `REPORT RequestId: …`.
pub(super) fn end(report: &Report<'_>) {
    line(format_args!(
        "END RequestId: {}\n{report}",
        report.request_id
    ));
}

/// `INIT_REPORT …`: an init that came to nothing.
pub(super) fn init_report(took: Duration, ending: Ending, cause: &str) {
    let took = millis(took);
    line(format_args!(
        "INIT_REPORT Init Duration: {took:.2} ms\tPhase: init\tStatus: {ending}\tError Type: {cause}"
    ));
}

/// Init is billed like any other time, and a started millisecond counts as a whole one.
impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let billed = self.duration + self.init.unwrap_or_default();
        let mut line = format!(
            "REPORT RequestId: {}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB",
            self.request_id,
            millis(self.duration),
            billed.as_nanos().div_ceil(1_000_000),
            self.memory_size_mb,
        );
        if let Some(used) = self.memory_used_mb {
            write!(line, "\tMax Memory Used: {used} MB")?;
        }
        if let Some(init) = self.init {
            write!(line, "\tInit Duration: {:.2} ms", millis(init))?;
        }
        if let Some(ending) = self.ending {
            write!(line, "\tStatus: {ending}")?;
        }
        f.write_str(&line)
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_bills_init_and_started_milliseconds() {
        let mut report = Report {
            request_id: "id",
            duration: Duration::from_micros(1_010),
            init: Some(Duration::from_micros(20_500)),
            memory_size_mb: 256,
            memory_used_mb: Some(12),
            ending: None,
        };
        assert_eq!(
            report.to_string(),
            "REPORT RequestId: id\tDuration: 1.01 ms\tBilled Duration: 22 ms\tMemory Size: 256 MB\
             \tMax Memory Used: 12 MB\tInit Duration: 20.50 ms"
        );
        report.init = None;
        report.memory_used_mb = None;
        report.ending = Some(Ending::Timeout);
        assert_eq!(
            report.to_string(),
            "REPORT RequestId: id\tDuration: 1.01 ms\tBilled Duration: 2 ms\tMemory Size: 256 MB\
             \tStatus: timeout"
        );
    }
}
