//! The line of one request, as a person reads it.
//!
//! ```text
//! 14:03:27  POST     /lamps                      201     12.40 ms  cold  5f0c2a9e
//!           the function's own output
//! 14:03:29  GET      /lamps/0192f3a1-7…efabcdef  200      1.07 ms        81b3d4c0
//! ```

use super::{Served, printable::printable, report::millis};
use anstyle::{AnsiColor, Style};
use http::StatusCode;
use rustix::termios::tcgetwinsize;
use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _},
};
use time::{OffsetDateTime, UtcOffset};

/// The column in which the method stands, and everything under the line.
const INDENT: &str = "          ";

/// The columns of everything but the path: time, method, status, duration, `cold` and id.
const OTHER_COLUMNS: usize = 54;

/// The path's columns on a wide terminal: further to the right, status and path are hard to read
/// together.
const WIDE_PATH: usize = 56;

/// A path is never cut to fewer characters than this.
const NARROW_PATH: usize = 16;

/// How lines look: colours and columns are for a terminal.
#[derive(Debug)]
pub(in crate::dev) struct Look {
    is_coloured: bool,
    is_terminal: bool,
    offset: UtcOffset,
}

impl Look {
    /// Times are local times, where the system tells the zone.
    pub(super) fn of_stderr() -> Self {
        let choice = anstream::AutoStream::choice(&io::stderr());
        Self {
            is_coloured: choice != anstream::ColorChoice::Never,
            is_terminal: io::stderr().is_terminal(),
            offset: UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC),
        }
    }

    pub(super) const fn plain() -> Self {
        Self {
            is_coloured: false,
            is_terminal: false,
            offset: UtcOffset::UTC,
        }
    }

    /// The line of a request, without a line break at its end.
    pub(super) fn request(&self, served: &Served<'_>, request_id: &str) -> String {
        let columns = self.is_terminal.then(columns);
        let at = OffsetDateTime::now_utc().to_offset(self.offset);
        self.line(served, request_id, at, columns)
    }

    /// A message of ours under the line of a request.
    pub(super) fn note(&self, text: &str) -> String {
        self.painted(text, colour(AnsiColor::Yellow))
    }

    fn line(
        &self,
        served: &Served<'_>,
        request_id: &str,
        at: OffsetDateTime,
        columns: Option<usize>,
    ) -> String {
        let (hour, minute, second) = at.to_hms();
        let time = format!("{hour:02}:{minute:02}:{second:02}");
        let method = printable(served.method.as_str());
        let path = printable(served.path);
        let status = self.painted(served.status.as_str(), of_class(served.status));
        let took = millis(served.took);
        let id = request_id.get(..8).unwrap_or(request_id);
        let dim = Style::new().dimmed();
        let (time, id) = (self.painted(&time, dim), self.painted(id, dim));
        let cold = match served.is_cold {
            true => self.painted("cold", colour(AnsiColor::Magenta)),
            false => "    ".to_owned(),
        };
        let Some(columns) = columns else {
            let cold = if served.is_cold { " cold" } else { "" };
            return format!("{time}  {method} {path} {status} {took:.2} ms{cold} {id}");
        };
        let room = columns.saturating_sub(OTHER_COLUMNS).max(NARROW_PATH);
        let path = padded(&shortened(&path, room), room.min(WIDE_PATH));
        format!("{time}  {method:<7}  {path}  {status}  {took:>8.2} ms  {cold}  {id}")
    }

    fn painted(&self, text: &str, style: Style) -> String {
        match self.is_coloured {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }
}

/// The text as lines under a request.
pub(super) fn indented(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + INDENT.len() + 1);
    for line in text.split('\n') {
        let _ = writeln!(lines, "{INDENT}{line}");
    }
    lines
}

fn colour(colour: AnsiColor) -> Style {
    colour.on_default()
}

fn of_class(status: StatusCode) -> Style {
    match status.as_u16() {
        200..300 => colour(AnsiColor::Green),
        300..400 => colour(AnsiColor::Cyan),
        400..500 => colour(AnsiColor::Yellow),
        _ => colour(AnsiColor::Red).bold(),
    }
}

/// At most `room` characters: the middle of a longer text is left out, because paths differ at
/// their ends.
fn shortened(text: &str, room: usize) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    let tail = (room - 1) / 3;
    let head = room - 1 - tail;
    let start = text.chars().take(head);
    let end = text.chars().skip(length - tail);
    start.chain(['…']).chain(end).collect()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

/// The columns of the terminal now: a window may have changed its size.
fn columns() -> usize {
    tcgetwinsize(io::stderr()).map_or(80, |size| size.ws_col.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;
    use std::time::Duration;
    use time::macros::datetime;

    const AT: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
    const ID: &str = "5f0c2a9e-0000-4000-8000-000000000000";

    fn served(path: &str) -> Served<'_> {
        Served {
            method: &Method::GET,
            path,
            status: StatusCode::OK,
            took: Duration::from_micros(1_070),
            is_cold: path == "/cold",
        }
    }

    fn line(path: &str, columns: Option<usize>) -> String {
        Look::plain().line(&served(path), ID, AT, columns)
    }

    #[test]
    fn a_line_fits_its_terminal_and_its_columns_stand_below_each_other() {
        let long = format!("/lamps/{}", "x".repeat(200));
        for columns in [80, 100, 160] {
            let lines = ["/", "/cold", "/lamps/0192", &long].map(|path| line(path, Some(columns)));
            for line in &lines {
                assert!(line.chars().count() <= columns, "{columns}: {line}");
            }
            let [a, b, c, _] = lines.map(|line| line.find("200"));
            assert!(a == b && b == c);
        }
        assert!(line(&long, Some(80)).contains('…'));
    }

    #[test]
    fn without_a_terminal_nothing_is_cut_or_padded() {
        let long = format!("/{}", "x".repeat(200));
        assert_eq!(
            line(&long, None),
            format!("03:04:05  GET {long} 200 1.07 ms 5f0c2a9e")
        );
        assert_eq!(
            line("/cold", None),
            "03:04:05  GET /cold 200 1.07 ms cold 5f0c2a9e"
        );
    }

    #[test]
    fn a_status_has_the_colour_of_its_class() {
        let look = Look {
            is_coloured: true,
            ..Look::plain()
        };
        let mut colours: Vec<String> = Vec::new();
        for status in [200, 304, 404, 502] {
            let status = StatusCode::from_u16(status).unwrap();
            let served = Served {
                status,
                ..served("/")
            };
            let line = look.line(&served, ID, AT, None);
            let (before, _) = line.split_once(status.as_str()).unwrap();
            colours.push(before.rsplit_once(' ').unwrap().1.to_owned());
        }
        colours.sort();
        colours.dedup();
        assert_eq!(colours.len(), 4, "{colours:?}");
    }

    #[test]
    fn every_line_of_a_text_is_indented() {
        assert_eq!(indented("a\nb"), format!("{INDENT}a\n{INDENT}b\n"));
    }
}
