//! The log: what a person reads, and what happens when nobody does.

use crate::{
    http::Connection,
    server::{Server, fnurl, probe},
};
use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// `fnurl dev`, whose log nobody reads until the test does.
struct Unread {
    process: Child,
    address: String,
    _data: tempfile::TempDir,
}

impl Unread {
    fn start(configure: impl FnOnce(&mut Command)) -> Self {
        let data = tempfile::TempDir::new().unwrap();
        let mut command = fnurl();
        command.args(["--port", "0", "--data"]).arg(data.path());
        configure(&mut command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut first = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        let address = first.trim_end().strip_prefix("fnurl: listening on http://");
        Self {
            process,
            address: address.unwrap().to_owned(),
            _data: data,
        }
    }

    fn connect(&self) -> Connection {
        Connection::open(&self.address)
    }

    /// The most memory that it has held, in kB.
    fn peak_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.unwrap().trim().strip_suffix("kB").unwrap();
        peak.trim().parse().unwrap()
    }

    /// Asks it to stop, and returns what was left of its log.
    fn stop(mut self) -> String {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let began = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut log = Vec::new();
        let mut stderr = self.process.stderr.take().unwrap();
        stderr.read_to_end(&mut log).unwrap();
        String::from_utf8_lossy(&log).into_owned()
    }
}

#[test]
fn a_log_that_nobody_reads_stops_no_request_and_says_what_it_dropped() {
    for option in [None, Some("--json"), Some("--lambda-log")] {
        let unread = Unread::start(|command| {
            command.args(option).arg("--function").arg(probe());
        });
        let mut connection = unread.connect();
        // A pipe holds 64 kB, and the log another megabyte.
        let path = format!("/raw/{}", "x".repeat(4_000));
        for _ in 0..600 {
            connection.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes());
            assert_eq!(connection.receive().status, 200, "{option:?}");
        }
        unread.stop();
    }
}

#[test]
fn once_somebody_reads_the_log_says_how_much_was_dropped() {
    let mut unread = Unread::start(|command| {
        command.arg("--function").arg(probe());
    });
    let mut connection = unread.connect();
    let path = format!("/raw/{}", "x".repeat(4_000));
    for _ in 0..400 {
        connection.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes());
        connection.receive();
    }
    let log = BufReader::new(unread.process.stderr.take().unwrap());
    let mut lines = log.lines().map_while(Result::ok);
    let notice = lines.find(|line| line.contains("dropped")).unwrap();
    let count = notice.split_whitespace().find_map(|word| word.parse().ok());
    assert!((1..400).contains(&count.unwrap()), "{notice}");
    unread.process.kill().unwrap();
    unread.process.wait().unwrap();
}

#[test]
fn a_line_without_an_end_is_cut_and_never_held_whole() {
    let mut unread = Unread::start(|command| {
        let script = "head -c 300000000 /dev/zero | tr '\\0' x; sleep 1; echo; echo finished; exec sleep 600";
        command.args(["--json", "--", "sh", "-c", script]);
    });
    let mut connection = unread.connect();
    connection.send(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let log = BufReader::new(unread.process.stderr.take().unwrap());
    for line in log.lines().map_while(Result::ok) {
        assert!(line.len() < 300_000, "{}", line.len());
        if line.contains("finished") {
            break;
        }
    }
    let peak = unread.peak_kb();
    assert!(peak < 150_000, "{peak} kB");
    unread.process.kill().unwrap();
    unread.process.wait().unwrap();
}

#[test]
fn what_the_function_writes_stands_under_the_line_of_its_request() {
    let server = Server::start([]);
    server.get("/talk");
    let line = server.log_line("/talk");
    assert!(
        line.contains(" GET /talk 204 ") && line.contains(" cold "),
        "{line}"
    );
    server.log_line("said on stdout");
    server.get("/talk");
    let line = server.log_line("/talk");
    assert!(!line.contains("cold"), "{line}");
    server.log_line("said on stdout");
}

#[test]
fn a_long_invocation_shows_its_lines_before_it_ends() {
    let server = Server::start(["--timeout", "900"]);
    let mut connection = server.connect();
    connection.send(b"GET /hang HTTP/1.1\r\nhost: localhost\r\n\r\n");
    server.log_line("begins to hang");
}

#[test]
fn a_carriage_return_of_the_function_ends_a_line() {
    let script = "printf 'Traceback:\\r  File x\\r\\nValueError\\n' >&2; exec sleep 600";
    let server = Server::start_command(["sh", "-c", script]);
    let mut connection = server.connect();
    connection.send(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    for line in ["Traceback:", "File x", "ValueError"] {
        assert_eq!(server.log_line(line), line);
    }
}
