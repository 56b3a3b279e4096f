//! What `fnurl dev` writes to its standard error, in one of three forms.
//!
//! | form | option | for |
//! |---|---|---|
//! | one line a request, the function's output under it | | a person at a terminal |
//! | `START`, `END` and `REPORT` as in a log of Lambda | `--lambda-log` | comparing with Lambda |
//! | one JSON object a line, with Lambda's own names | `--json` | programs |
//!
//! Nothing here ever waits for whoever reads the log (`writer.rs`).

mod held;
mod printable;
mod report;
mod request_line;
mod writer;

pub(super) use report::{Ending, Report};
pub(super) use writer::finish;

use http::{Method, StatusCode};
use printable::printable;
use report::{millis, rounded};
use request_line::{Look, indented};
use serde_json::{Value, json, value::RawValue};
use std::{fmt, sync::OnceLock, time::Duration};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The longest line, in bytes, that is kept in one piece: longer ones of a function are cut.
///
/// Source: Amazon CloudWatch Logs quotas, “Event size”: 256 KB.
pub(super) const LINE_BYTES: usize = 256 * 1024;

/// Chosen once, before anything is written.
static FORM: OnceLock<Form> = OnceLock::new();

/// The form of the log.
#[derive(Debug)]
pub(super) enum Form {
    /// One line a request.
    Requests(Look),
    Lambda,
    Json,
}

impl Form {
    /// Reads the terminal and the local time zone, so it is called before a thread is started.
    pub(super) fn new(is_json: bool, is_lambda: bool) -> Self {
        match (is_json, is_lambda) {
            (true, _) => Self::Json,
            (false, true) => Self::Lambda,
            (false, false) => Self::Requests(Look::of_stderr()),
        }
    }
}

/// Every line has this form from now on.
pub(super) fn use_form(form: Form) {
    let _ = FORM.set(form);
}

fn form() -> &'static Form {
    FORM.get_or_init(|| Form::Requests(Look::plain()))
}

/// Checks whether the figures of each invocation are shown.
pub(super) fn has_reports() -> bool {
    !matches!(form(), Form::Requests(_))
}

/// Writes a message on a line of its own. Parts of it may come from a client or from the function.
pub(super) fn line(text: fmt::Arguments<'_>) {
    writer::write(&notice(&text.to_string()));
}

/// A message as a whole line of the log.
fn notice(text: &str) -> String {
    let text = printable(text);
    match form() {
        Form::Json => {
            let record = json!({"requestId": null, "message": without_name(&text)});
            entry("notice", "record", &record)
        }
        Form::Requests(_) | Form::Lambda => format!("{text}\n"),
    }
}

fn without_name(text: &str) -> &str {
    text.strip_prefix("fnurl: ").unwrap_or(text)
}

/// Writes a message about one request: under its line, or with its id.
pub(super) fn note(request_id: &str, text: fmt::Arguments<'_>) {
    let text = text.to_string();
    let text = printable(&text);
    match form() {
        Form::Requests(look) => under(Some(request_id), &look.note(&text)),
        Form::Lambda => writer::write(&format!("RequestId: {request_id} {text}\n")),
        Form::Json => {
            let record = json!({"requestId": request_id, "message": text});
            writer::write(&entry("notice", "record", &record));
        }
    }
}

/// A request that is under way. Its lines are held until its own line is written; if that never
/// comes, because the client has left, they are written when this is dropped.
#[derive(Debug)]
pub(super) struct Pending {
    request_id: String,
    is_held: bool,
}

/// What the line of a request tells.
#[derive(Debug)]
pub(super) struct Served<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) status: StatusCode,
    pub(super) took: Duration,
    /// Whether an instance was started for it.
    pub(super) is_cold: bool,
}

impl Pending {
    pub(super) fn new(request_id: &str) -> Self {
        let is_held = matches!(form(), Form::Requests(_));
        if is_held {
            held::begin(request_id);
        }
        Self {
            request_id: request_id.to_owned(),
            is_held,
        }
    }

    /// Writes the line of the request, and under it what was held.
    pub(super) fn finish(mut self, served: &Served<'_>) {
        let text = match form() {
            Form::Requests(look) => {
                self.is_held = false;
                let line = look.request(served, &self.request_id);
                format!("{line}\n{}", held::end(&self.request_id))
            }
            Form::Lambda => {
                let Served { method, status, .. } = served;
                let path = printable(served.path);
                let took = millis(served.took);
                format!("{method} {path} {} {took:.2} ms\n", status.as_u16())
            }
            Form::Json => {
                let record = json!({
                    "requestId": self.request_id,
                    "method": served.method.as_str(),
                    "path": printable(served.path),
                    "status": served.status.as_u16(),
                    "durationMs": rounded(millis(served.took)),
                    "coldStart": served.is_cold,
                });
                entry("request", "record", &record)
            }
        };
        writer::write(&text);
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.is_held {
            writer::write(&held::end(&self.request_id));
        }
    }
}

/// Writes `START RequestId: …`, where Lambda's lines are wanted.
pub(super) fn start(request_id: &str) {
    match form() {
        Form::Requests(_) => {}
        Form::Lambda => {
            writer::write(&format!("START RequestId: {request_id} Version: $LATEST\n"));
        }
        Form::Json => {
            let record = json!({"requestId": request_id, "version": "$LATEST"});
            writer::write(&entry("platform.start", "record", &record));
        }
    }
}

/// Writes `END RequestId: …` and `REPORT RequestId: …`, where Lambda's lines are wanted.
pub(super) fn end(report: &Report<'_>) {
    match form() {
        Form::Requests(_) => {}
        Form::Lambda => {
            writer::write(&format!("END RequestId: {}\n{report}\n", report.request_id));
        }
        Form::Json => writer::write(&entry("platform.report", "record", &report.record())),
    }
}

/// Writes a line of the function's output, unchanged but for its end.
///
/// In the JSON form, JSON that the function wrote stays JSON.
pub(super) fn output(request_id: Option<&str>, line: &str) {
    match form() {
        Form::Requests(_) => under(request_id, line),
        Form::Lambda => writer::write(&format!("{line}\n")),
        Form::Json => {
            let object = serde_json::from_str::<&RawValue>(line).ok();
            let record = match object.filter(|_| line.trim_start().starts_with('{')) {
                Some(object) => json!({"requestId": request_id, "record": object}),
                None => json!({"requestId": request_id, "line": line}),
            };
            writer::write(&entry("function", "record", &record));
        }
    }
}

/// Writes an indented line, once the line of its request is there.
fn under(request_id: Option<&str>, line: &str) {
    let line = indented(line);
    match request_id {
        None => writer::write(&line),
        Some(id) => {
            if let Some(text) = held::add(id, &line) {
                writer::write(&text);
            }
        }
    }
}

/// Writes `INIT_REPORT …`: an init that came to nothing.
pub(super) fn init_report(request_id: Option<&str>, took: Duration, ending: Ending, cause: &str) {
    let (took, cause) = (millis(took), &*printable(cause));
    match form() {
        Form::Requests(look) => {
            let text = format!("init ended with {ending} after {took:.0} ms: {cause}");
            under(request_id, &look.note(&text));
        }
        Form::Lambda => writer::write(&format!(
            "INIT_REPORT Init Duration: {took:.2} ms\tPhase: init\tStatus: {ending}\tError Type: {cause}\n"
        )),
        Form::Json => {
            let record = json!({
                "requestId": request_id,
                "phase": "init", "status": ending.to_string(), "errorType": cause,
                "metrics": {"durationMs": rounded(took)},
            });
            writer::write(&entry("platform.initReport", "record", &record));
        }
    }
}

/// One object on a line. Everything that takes part in it has a form in JSON.
fn entry(kind: &str, member: &str, record: &Value) -> String {
    let now = OffsetDateTime::now_utc()
        .format(&Rfc3339)
        .unwrap_or_default();
    let mut line = json!({"time": now, "type": kind, member: record}).to_string();
    line.push('\n');
    line
}
