//! A running `fnurl dev`, whose end is checked: no test may leave a process behind.

use crate::http::{Connection, PATIENCE, Response};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The function under `examples/`, which `cargo test` builds beside the tests.
pub(crate) fn probe() -> PathBuf {
    let built = PathBuf::from(env!("CARGO_BIN_EXE_fnurl"));
    let probe = built.with_file_name("examples").join("probe");
    assert!(
        probe.is_file(),
        "no {probe:?}: run `cargo build --example probe`"
    );
    probe
}

/// `fnurl dev`, not started yet.
pub(crate) fn fnurl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fnurl"));
    command
        .arg("dev")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    /// The rest of the standard output.
    pub(crate) greeting: String,
    log: mpsc::Receiver<String>,
    data: Option<TempDir>,
}

impl Server {
    /// The probe with these options, on a free port and in a folder of its own.
    pub(crate) fn start<const N: usize>(options: [&str; N]) -> Self {
        Self::start_with(options, &[])
    }

    pub(crate) fn start_with<const N: usize>(
        options: [&str; N],
        variables: &[(&str, &str)],
    ) -> Self {
        let data = TempDir::new().unwrap();
        let mut command = fnurl();
        command.args(["--port", "0", "--data"]).arg(data.path());
        command.arg("--function").arg(probe()).args(options);
        command.envs(variables.iter().copied());
        let mut server = Self::run(command);
        server.data = Some(data);
        server
    }

    /// A command instead of the probe.
    pub(crate) fn start_command<S: AsRef<OsStr>>(
        command_line: impl IntoIterator<Item = S>,
    ) -> Self {
        let data = TempDir::new().unwrap();
        let mut command = fnurl();
        command
            .args(["--port", "0", "--data"])
            .arg(data.path())
            .arg("--")
            .args(command_line);
        let mut server = Self::run(command);
        server.data = Some(data);
        server
    }

    /// As [`Server::run`], with the data folder that the command names.
    #[track_caller]
    pub(crate) fn run_with(command: Command, data: TempDir) -> Self {
        let mut server = Self::run(command);
        server.data = Some(data);
        server
    }

    #[track_caller]
    pub(crate) fn run(mut command: Command) -> Self {
        let mut process = command.spawn().unwrap();
        let (sender, log) = mpsc::channel();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // Without the indentation under a request.
                let _ = sender.send(line.trim_start().to_owned());
            }
        });
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut first = String::new();
        stdout.read_line(&mut first).unwrap();
        let address = first.trim_end().strip_prefix("fnurl: listening on http://");
        let address = address.unwrap_or_else(|| {
            panic!(
                "first line {first:?}, then {:?}",
                log.iter().collect::<Vec<_>>()
            )
        });
        let mut server = Self {
            address: address.to_owned(),
            greeting: String::new(),
            process,
            log,
            data: None,
        };
        // It ends with the list of commands, the last of which is this one.
        while !server.greeting.contains("limit=2") {
            stdout.read_line(&mut server.greeting).unwrap();
        }
        server
    }

    /// The data folder, of a server that was given one of its own.
    pub(crate) fn data(&self) -> &Path {
        self.data.as_ref().unwrap().path()
    }

    /// `127.0.0.1:PORT` of the control port, as the greeting says it.
    pub(crate) fn control(&self) -> String {
        let line = self
            .greeting
            .lines()
            .find(|line| line.starts_with("  control "));
        let (_, url) = line.unwrap().split_once("http://").unwrap();
        url.split(' ').next().unwrap().to_owned()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.address)
    }

    /// Sends these bytes on a connection of their own.
    #[track_caller]
    pub(crate) fn send(&self, request: impl AsRef<[u8]>) -> Response {
        let mut connection = self.connect();
        connection.send(request.as_ref());
        connection.receive()
    }

    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Response {
        self.send(format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n"))
    }

    #[track_caller]
    pub(crate) fn post(
        &self,
        target: &str,
        content_type: &str,
        body: impl AsRef<[u8]>,
    ) -> Response {
        self.send(post(target, content_type, body.as_ref()))
    }

    /// Has the probe answer exactly this JSON.
    #[track_caller]
    pub(crate) fn raw(&self, result: &str) -> Response {
        self.post("/raw", "application/json", result)
    }

    /// The next line of the log that has this in it.
    #[track_caller]
    pub(crate) fn log_line(&self, part: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.log.recv_timeout(left) {
                Ok(line) if line.contains(part) => return line,
                Ok(_) => {}
                Err(err) => panic!("no line with {part:?}: {err}"),
            }
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.pid() as i32).unwrap(), signal).unwrap();
    }

    /// Waits for the end that something else has begun.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        eventually("fnurl dev has not ended", || {
            self.process.try_wait().unwrap()
        })
    }
}

/// Every server has to end cleanly when it is told to, and to take all its processes with it.
impl Drop for Server {
    fn drop(&mut self) {
        if self.process.try_wait().unwrap().is_some() {
            return;
        }
        let children = children(self.pid());
        self.signal(Signal::TERM);
        let deadline = Instant::now() + PATIENCE;
        let ended = until(deadline, || self.process.try_wait().unwrap());
        if ended.is_none() {
            let _ = self.process.kill();
        }
        // A second panic would abort the other tests.
        if !std::thread::panicking() {
            assert!(ended.is_some_and(|status| status.success()), "{ended:?}");
            for child in children {
                assert!(is_gone(child), "process {child} was left behind");
            }
        }
    }
}

pub(crate) fn post(target: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Where a probe waits for the test: it connects, and goes on when the connection is closed.
#[derive(Debug)]
pub(crate) struct Gate(TcpListener);

impl Gate {
    pub(crate) fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// Waits until a probe has arrived; dropping what this gives lets it go on.
    pub(crate) fn arrival(&self) -> impl Drop + use<> {
        let (mut stream, _) = self.0.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.read_exact(&mut [0]).unwrap();
        Arrival(stream)
    }
}

struct Arrival(std::net::TcpStream);

impl Drop for Arrival {
    fn drop(&mut self) {
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// The processes that this one has started and that still run.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let parent = format!("PPid:\t{pid}");
    let running = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = running.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|child| process_status(*child).lines().any(|line| line == parent))
        .collect()
}

/// Neither running nor waiting to be collected.
pub(crate) fn is_gone(pid: u32) -> bool {
    process_status(pid).is_empty()
}

/// Not running any more, whether or not somebody has collected it.
pub(crate) fn has_ended(pid: u32) -> bool {
    let status = process_status(pid);
    status.is_empty() || status.contains("State:\tZ")
}

pub(crate) fn process_status(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default()
}

/// Asks again until there is an answer, or fails the test.
#[track_caller]
pub(crate) fn eventually<T>(failure: &str, answer: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    until(deadline, answer).unwrap_or_else(|| panic!("{failure}"))
}

fn until<T>(deadline: Instant, mut answer: impl FnMut() -> Option<T>) -> Option<T> {
    loop {
        match answer() {
            None if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            answer => return answer,
        }
    }
}
