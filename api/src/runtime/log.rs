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
    let builder = tracing_subscriber::fmt().with_max_level(level);
    // A program that has a subscriber already keeps it.
    let _ = if variable("AWS_LAMBDA_LOG_FORMAT").eq_ignore_ascii_case("json") {
        let json = builder.fmt_fields(JsonMembers).event_format(JsonLine);
        json.try_init()
    } else {
        // Lambda stamps each line with the time it was written.
        let text = builder.with_target(false).without_time().with_ansi(false);
        text.try_init()
    };
    std::panic::set_hook(Box::new(log_panic));
}

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
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(place, "the program panicked");
}

/// One JSON object a line, with the members that Lambda's own lines have: `timestamp`, `level`,
/// `message` and `requestId`; then those of the invocation and those of the line itself.
///
/// Source: AWS Lambda Developer Guide, “Configuring JSON and plain text log formats”.
struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
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
        line.push_str("{\"timestamp\":\"");
        SystemTime.format_time(&mut Writer::new(&mut line))?;
        line.push_str("\",\"level\":\"");
        line.push_str(event.metadata().level().as_str());
        line.push('"');
        let mut members = Members(&mut line);
        event.record(&mut members);
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            if let Some(fields) = extensions.get::<FormattedFields<N>>() {
                line.push_str(fields);
            }
        }
        line.push_str("}\n");
        writer.write_str(&line)
    }
}

/// The fields of a span as members of a JSON object, each after a comma.
struct JsonMembers;

impl<'writer> FormatFields<'writer> for JsonMembers {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        let mut text = String::new();
        fields.record(&mut Members(&mut text));
        writer.write_str(&text)
    }
}

struct Members<'a>(&'a mut String);

impl Members<'_> {
    fn name(&mut self, field: &Field) {
        let name = match field.name() {
            // The name in Lambda's own lines.
            "request_id" => "requestId",
            name => name.strip_prefix("r#").unwrap_or(name),
        };
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// A value whose JSON is its text.
    fn bare(&mut self, field: &Field, value: impl fmt::Display) {
        self.name(field);
        // Writing to a string does not fail.
        let _ = fmt::Write::write_fmt(self.0, format_args!("{value}"));
    }

    fn text(&mut self, field: &Field, value: &str) {
        self.name(field);
        self.0
            .push_str(&serde_json::to_string(value).unwrap_or_default());
    }
}

impl Visit for Members<'_> {
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

    #[test]
    fn a_json_line_has_the_members_of_its_invocation() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .fmt_fields(JsonMembers)
            .event_format(JsonLine)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let route: Option<&str> = None;
            let span =
                tracing::error_span!("invocation", request_id = "r-1", route, cold_start = true);
            span.in_scope(|| tracing::warn!(count = 3, ratio = f64::NAN, "a \"line\"\nof two"));
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let mut line: Value = serde_json::from_str(&text).unwrap();
        let stamp = line["timestamp"].take();
        assert!(stamp.as_str().unwrap().ends_with('Z'), "{stamp}");
        let expected = json!({
            "timestamp": null, "level": "WARN", "message": "a \"line\"\nof two", "count": 3,
            "ratio": "NaN", "requestId": "r-1", "cold_start": true,
        });
        assert_eq!(line, expected);
        assert_eq!(text.matches('\n').count(), 1);
    }
}
