//! Log lines as Lambda's logging configuration asks for them.

use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;

/// Starts logging to standard output.
///
/// Source: AWS Lambda Developer Guide, “Configuring advanced logging controls”:
/// `AWS_LAMBDA_LOG_FORMAT` is `JSON` or `Text`, `AWS_LAMBDA_LOG_LEVEL` one of `TRACE`, `DEBUG`,
/// `INFO`, `WARN`, `ERROR` and `FATAL`.
pub(super) fn start() {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let level = level(&variable("AWS_LAMBDA_LOG_LEVEL"));
    let builder = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_target(false);
    // A program that has a subscriber already keeps it.
    let _ = if variable("AWS_LAMBDA_LOG_FORMAT").eq_ignore_ascii_case("json") {
        let json = builder.json().flatten_event(true);
        json.with_current_span(false)
            .with_span_list(false)
            .try_init()
    } else {
        // Lambda stamps each line with the time it was written.
        builder.without_time().with_ansi(false).try_init()
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

/// Where a panic was; the request's own line has its message and request id.
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(place, "the program panicked");
}

#[cfg(test)]
mod tests {
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
}
