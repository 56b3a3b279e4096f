//! What `fnurl dev` writes to its standard error: the lines Lambda writes to a function's log, and
//! one line for each request; with `--json`, each as one JSON object with Lambda's own names.

use http::{Method, StatusCode};
use serde_json::{Value, json, value::RawValue};
use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    io::Write as _,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Set once, before anything is written.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// From now on, every line is a JSON object.
pub(super) fn use_json() {
    IS_JSON.store(true, Ordering::Relaxed);
}

pub(super) fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// A message on one line. Parts of it may come from a client or from the function.
pub(super) fn line(text: fmt::Arguments<'_>) {
    let text = text.to_string();
    let text = printable(&text);
    if is_json() {
        let message = text.strip_prefix("fnurl: ").unwrap_or(&text);
        entry("notice", "message", &json!(message));
    } else {
        write(&text);
    }
}

/// The text with escapes for what a terminal would obey instead of show: control characters (line
/// breaks and C1 among them), and those that change the direction of text. A line break before four
/// spaces stays: it continues a message, and cannot be taken for another one.
///
/// Sources: ECMA-48 §5.3; Unicode Standard Annex 9 §2, the explicit directional characters.
fn printable(text: &str) -> Cow<'_, str> {
    let is_obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
                | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        let continues = c == '\n' && text[at + 1..].starts_with("    ");
        match is_obeyed(c) && !continues {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// `GET /items 200 1.23 ms`.
pub(super) fn request(method: &Method, path: &str, status: StatusCode, took: Duration) {
    let (status, millis) = (status.as_u16(), millis(took));
    let path = &*printable(path);
    if is_json() {
        let record = json!({
            "method": method.as_str(), "path": path, "status": status, "durationMs": rounded(millis),
        });
        entry("request", "record", &record);
    } else {
        write(&format!("{method} {path} {status} {millis:.2} ms"));
    }
}

/// `START RequestId: …`.
pub(super) fn start(request_id: &str) {
    if is_json() {
        let record = json!({"requestId": request_id, "version": "$LATEST"});
        entry("platform.start", "record", &record);
    } else {
        write(&format!("START RequestId: {request_id} Version: $LATEST"));
    }
}

/// A line that the function wrote, for the JSON form: there it is told apart from ours.
///
/// JSON that the function wrote stays JSON.
pub(super) fn output(request_id: Option<&str>, line: &str) {
    let object = serde_json::from_str::<&RawValue>(line).ok();
    let record = match object.filter(|_| line.trim_start().starts_with('{')) {
        Some(object) => json!({"requestId": request_id, "record": object}),
        None => json!({"requestId": request_id, "line": line}),
    };
    entry("function", "record", &record);
}

/// Writes one object. What takes part in it always has a form in JSON.
fn entry(kind: &str, member: &str, record: &Value) {
    let now = OffsetDateTime::now_utc()
        .format(&Rfc3339)
        .unwrap_or_default();
    write(&json!({"time": now, "type": kind, member: record}).to_string());
}

/// Writes one line in one piece, so that it does not mix with what functions write.
///
/// A closed standard error is no reason to stop serving, so a failure is passed over.
fn write(text: &str) {
    let line = format!("{text}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
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
    if is_json() {
        entry("platform.report", "record", &report.record());
    } else {
        write(&format!("END RequestId: {}\n{report}", report.request_id));
    }
}

/// `INIT_REPORT …`: an init that came to nothing.
pub(super) fn init_report(took: Duration, ending: Ending, cause: &str) {
    let (took, cause) = (millis(took), &*printable(cause));
    if is_json() {
        let record = json!({
            "phase": "init", "status": ending.to_string(), "errorType": cause,
            "metrics": {"durationMs": rounded(took)},
        });
        entry("platform.initReport", "record", &record);
    } else {
        write(&format!(
            "INIT_REPORT Init Duration: {took:.2} ms\tPhase: init\tStatus: {ending}\tError Type: {cause}"
        ));
    }
}

impl Report<'_> {
    /// Init is billed like any other time, and a started millisecond counts as a whole one.
    fn billed_millis(&self) -> u128 {
        let billed = self.duration + self.init.unwrap_or_default();
        billed.as_nanos().div_ceil(1_000_000)
    }

    fn record(&self) -> Value {
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
fn rounded(millis: f64) -> f64 {
    (millis * 100.0).round() / 100.0
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        for (text, shown) in [
            ("/items/café/日本", "/items/café/日本"),
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\nGET / 200", "a\\nGET / 200"),
            ("a:\n    b\n  c", "a:\n    b\\n  c"),
            ("a\r\tb", "a\\r\\tb"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

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
