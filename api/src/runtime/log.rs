//! Log lines in the format and at the level of Lambda's logging configuration.

use std::fmt;
use std::panic::PanicHookInfo;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Starts logging to standard output.
///
/// Source: AWS Lambda Developer Guide, “Configuring advanced logging controls”:
/// `AWS_LAMBDA_LOG_FORMAT` is `JSON` or `Text`, `AWS_LAMBDA_LOG_LEVEL` one of `TRACE`, `DEBUG`,
/// `INFO`, `WARN`, `ERROR` and `FATAL`.
pub(super) fn start() {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let level = level(&variable("AWS_LAMBDA_LOG_LEVEL"));
    let format = match variable("AWS_LAMBDA_LOG_FORMAT").eq_ignore_ascii_case("json") {
        true => Format::Json,
        false => Format::Text,
    };
    let lines = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .fmt_fields(format)
        .event_format(format);
    // If the program already has a subscriber, it stays.
    let _ = lines.try_init();
    std::panic::set_hook(Box::new(log_panic));
}

/// The level of a name. Lambda's `FATAL` is the nearest that `tracing` has, `ERROR`; any name that
/// is not known is `INFO`, Lambda's own default.
fn level(name: &str) -> LevelFilter {
    match name.to_ascii_uppercase().as_str() {
        "TRACE" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "WARN" => LevelFilter::WARN,
        "ERROR" | "FATAL" => LevelFilter::ERROR,
        _ => LevelFilter::INFO,
    }
}

/// Logs the place of a panic; the request's own line has its message and request id.
///
/// The hook runs before the panic unwinds to the place where it is caught, and only the hook knows
/// where it began.
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(place, "the program panicked");
}

/// The format of a log line. Each line is built in one buffer, because every invocation writes
/// one.
///
/// The same line in both forms:
///
/// ```text
/// {"timestamp":"…","level":"INFO","message":"request answered","status":200,"requestId":"r-1"}
/// INFO request answered status=200 request_id="r-1"
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// One JSON object, with the members that Lambda's own lines have (`timestamp`, `level`,
    /// `message` and `requestId`), then the fields of the line and those of the invocation.
    ///
    /// Source: AWS Lambda Developer Guide, “Configuring JSON and plain text log formats”.
    Json,
    /// The level, the message and the fields as `name=value`. Lambda adds the time.
    Text,
}

impl<S, N> FormatEvent<S, N> for Format
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::with_capacity(512);
        let level = event.metadata().level().as_str();
        match self {
            Self::Json => {
                line.push_str("{\"timestamp\":\"");
                SystemTime.format_time(&mut Writer::new(&mut line))?;
                line.push_str("\",\"level\":\"");
                line.push_str(level);
                line.push('"');
            }
            Self::Text => line.push_str(level),
        }
        let mut fields = Fields(&mut line, *self);
        event.record(&mut fields);
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            if let Some(fields) = extensions.get::<FormattedFields<N>>() {
                line.push_str(fields);
            }
        }
        line.push_str(match self {
            Self::Json => "}\n",
            Self::Text => "\n",
        });
        writer.write_str(&line)
    }
}

/// The fields of a span, written once and added to each of its lines.
impl<'writer> FormatFields<'writer> for Format {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        let mut text = String::with_capacity(256);
        fields.record(&mut Fields(&mut text, *self));
        writer.write_str(&text)
    }
}

/// Appends fields to the line: `,"name":value` or ` name=value`.
struct Fields<'a>(&'a mut String, Format);

impl Fields<'_> {
    fn name(&mut self, field: &Field) {
        let name = field.name();
        let name = name.strip_prefix("r#").unwrap_or(name);
        match self.1 {
            Format::Json => {
                self.0.push_str(",\"");
                // The name in Lambda's own lines.
                self.0.push_str(if name == "request_id" {
                    "requestId"
                } else {
                    name
                });
                self.0.push_str("\":");
            }
            Format::Text => {
                self.0.push(' ');
                // The message is written without its name.
                if name != "message" {
                    self.0.push_str(name);
                    self.0.push('=');
                }
            }
        }
    }

    /// Writes a value whose text is the same in both formats.
    fn bare(&mut self, field: &Field, value: impl fmt::Display) {
        self.name(field);
        // Writing to a string does not fail.
        let _ = fmt::Write::write_fmt(self.0, format_args!("{value}"));
    }

    fn text(&mut self, field: &Field, value: &str) {
        self.name(field);
        // A message may hold line breaks, which would end the line.
        let is_bare = self.1 == Format::Text && field.name() == "message" && !value.contains('\n');
        if is_bare || !value.bytes().all(is_plain) {
            let value = match is_bare {
                true => value.to_owned(),
                false => serde_json::to_string(value).unwrap_or_default(),
            };
            self.0.push_str(&value);
        } else {
            self.0.push('"');
            self.0.push_str(value);
            self.0.push('"');
        }
    }
}

/// Checks whether a byte stays the same inside a JSON string.
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\' && byte.is_ascii()
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        match value.is_finite() {
            true => self.bare(field, value),
            false => self.text(field, &value.to_string()),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn levels_have_lambdas_names_and_info_is_the_default() {
        let cases = [
            ("DEBUG", LevelFilter::DEBUG),
            ("warn", LevelFilter::WARN),
            ("FATAL", LevelFilter::ERROR),
            ("", LevelFilter::INFO),
            ("loud", LevelFilter::INFO),
        ];
        for (name, expected) in cases {
            assert_eq!(level(name), expected, "{name:?}");
        }
    }

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Logs two lines inside an invocation, and returns the output.
    fn written(format: Format) -> String {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .fmt_fields(format)
            .event_format(format)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let route: Option<&str> = None;
            let span =
                tracing::error_span!("invocation", request_id = "r-1", route, cold_start = true);
            span.in_scope(|| tracing::warn!(count = 3, ratio = f64::NAN, "a \"line\"\nof two"));
            span.in_scope(|| tracing::info!(path = "/a b", "done"));
        });
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_json_line_has_the_members_of_its_invocation() {
        let text = written(Format::Json);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        let mut line: Value = serde_json::from_str(lines[0]).unwrap();
        let stamp = line["timestamp"].take();
        assert!(stamp.as_str().unwrap().ends_with('Z'), "{stamp}");
        let expected = json!({
            "timestamp": null, "level": "WARN", "message": "a \"line\"\nof two", "count": 3,
            "ratio": "NaN", "requestId": "r-1", "cold_start": true,
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn a_line_of_text_has_them_too() {
        let text = written(Format::Text);
        let lines: Vec<&str> = text.lines().collect();
        let expected = [
            r#"WARN "a \"line\"\nof two" count=3 ratio="NaN" request_id="r-1" cold_start=true"#,
            r#"INFO done path="/a b" request_id="r-1" cold_start=true"#,
        ];
        assert_eq!(lines, expected);
    }
}
