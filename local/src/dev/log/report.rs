//! The figures of one invocation, as Lambda reports them.

use serde_json::{Value, json};
use std::{
    fmt::{self, Write as _},
    time::Duration,
};

/// How an invocation or an init ended, where it did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dev) enum Ending {
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
pub(in crate::dev) struct Report<'a> {
    pub(in crate::dev) request_id: &'a str,
    pub(in crate::dev) duration: Duration,
    /// Only for the invocation that the instance was started for.
    pub(in crate::dev) init: Option<Duration>,
    pub(in crate::dev) memory_size_mb: u32,
    /// Unknown where the system does not tell, or the process is gone.
    pub(in crate::dev) memory_used_mb: Option<u64>,
    pub(in crate::dev) ending: Option<Ending>,
}

impl Report<'_> {
    /// Init is billed like any other time, and a started millisecond counts as a whole one.
    fn billed_millis(&self) -> u128 {
        let billed = self.duration + self.init.unwrap_or_default();
        billed.as_nanos().div_ceil(1_000_000)
    }

    pub(super) fn record(&self) -> Value {
        json!({
            "requestId": self.request_id,
            "status": self.ending.map_or_else(|| "success".to_owned(), |ending| ending.to_string()),
            "metrics": {
                "durationMs": rounded(millis(self.duration)),
                "billedDurationMs": self.billed_millis() as u64,
                "memorySizeMB": self.memory_size_mb,
                "maxMemoryUsedMB": self.memory_used_mb,
                "initDurationMs": self.init.map(|init| rounded(millis(init))),
            },
        })
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!(
            "REPORT RequestId: {}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB",
            self.request_id,
            millis(self.duration),
            self.billed_millis(),
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

/// To the hundredth, as in the text form.
pub(super) fn rounded(millis: f64) -> f64 {
    (millis * 100.0).round() / 100.0
}

pub(super) fn millis(duration: Duration) -> f64 {
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
