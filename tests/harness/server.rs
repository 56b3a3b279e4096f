//! A running `fnurl dev`, whose end is checked: no test may leave a process behind.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::family::{Family, signal};
use crate::http::{Client, Response};
use crate::programs::{bootstrap, fnurl};

/// Longer than anything here takes; a wait that meets it fails its test.
pub const PATIENCE: Duration = Duration::from_secs(60);

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// `fnurl dev` with a function, on a free port.
#[derive(Debug)]
pub struct Server {
    process: Child,
    family: Family,
    client: Client,
    /// Its sender is gone once the process has ended.
    output: Mutex<Receiver<String>>,
    log: Mutex<Receiver<String>>,
    data: Option<TempDir>,
}

impl Server {
    /// The application, with a data folder of its own.
    #[track_caller]
    pub fn start() -> Self {
        Self::of(bootstrap(), &[])
    }

    /// The application, with its data in `data`.
    #[track_caller]
    pub fn at(data: &Path) -> Self {
        Self::spawn(command(bootstrap(), data))
    }

    /// Any function, with a data folder of its own.
    #[track_caller]
    pub fn of(function: &Path, options: &[&str]) -> Self {
        let data = TempDir::new().unwrap();
        let mut command = command(function, data.path());
        command.args(options);
        let mut server = Self::spawn(command);
        server.data = Some(data);
        server
    }

    #[track_caller]
    fn spawn(mut command: Command) -> Self {
        let family = Family::begin(&mut command);
        let mut process = command.spawn().unwrap();
        let output = lines(process.stdout.take().unwrap());
        let log = lines(process.stderr.take().unwrap());
        let first = output.recv_timeout(PATIENCE).unwrap_or_default();
        let address = first.strip_prefix("fnurl: listening on http://");
        let Some(address) = address else {
            let _ = process.kill();
            let log: Vec<String> = log.iter().collect();
            panic!("the first line is {first:?}, the log {log:?}")
        };
        Self {
            client: Client::new(address),
            process,
            family,
            output: Mutex::new(output),
            log: Mutex::new(log),
            data: None,
        }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.client.address()
    }

    /// Sends these bytes as they are; they must ask for the connection to be closed.
    #[track_caller]
    pub fn send(&self, bytes: &[u8]) -> Response {
        self.client.send(bytes).unwrap()
    }

    /// Sends a request.
    #[track_caller]
    pub fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let answer = self.client.request(method, target, headers, body);
        answer.unwrap_or_else(|err| panic!("{method} {target}: {err}"))
    }

    /// Sends a GET request.
    #[track_caller]
    pub fn get(&self, target: &str) -> Response {
        self.request("GET", target, &[], b"")
    }

    /// Sends a POST request with JSON.
    #[track_caller]
    pub fn post(&self, target: &str, body: &Value) -> Response {
        self.request("POST", target, &JSON, body.to_string().as_bytes())
    }

    /// Sends a POST request with JSON, to a server that may be dead; `None` if no whole answer
    /// came.
    pub fn try_post(&self, target: &str, body: &Value) -> Option<Response> {
        let body = body.to_string();
        let answer = self.client.request("POST", target, &JSON, body.as_bytes());
        answer.ok()
    }

    /// Sends a PUT request with JSON.
    #[track_caller]
    pub fn put(&self, target: &str, body: &Value) -> Response {
        self.request("PUT", target, &JSON, body.to_string().as_bytes())
    }

    /// Sends a DELETE request.
    #[track_caller]
    pub fn delete(&self, target: &str) -> Response {
        self.request("DELETE", target, &[], b"")
    }

    /// Waits for a line of the log that holds `text`; those before it are gone.
    #[track_caller]
    pub fn log_line(&self, text: &str) -> String {
        line_with(&self.log, text)
    }

    /// The URL of the control port, which has STS. To be asked for once: the greeting that says it
    /// is gone then.
    #[track_caller]
    pub fn control_url(&self) -> String {
        let line = line_with(&self.output, "  control ");
        let (_, url) = line.split_once("http://").unwrap();
        format!("http://{}", url.split(' ').next().unwrap())
    }

    /// The folder of its own, of a server that has one.
    #[track_caller]
    pub fn data(&self) -> &Path {
        self.data.as_ref().unwrap().path()
    }

    /// The id of the server's own process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The processes that the server has started and that still run.
    pub fn children(&self) -> Vec<u32> {
        let mut running = self.family.running();
        running.retain(|pid| *pid != self.pid());
        running
    }

    /// Interrupts the server as Ctrl-C does, and checks that it ends well and leaves no process.
    #[track_caller]
    pub fn stop(mut self) {
        signal(self.pid(), Signal::INT);
        self.wait_for_end();
        let status = self.process.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{status}");
        let left = self.family.running();
        assert!(left.is_empty(), "processes {left:?} were left behind");
    }

    /// Ends the server at once, as a crash would.
    pub fn kill(&self) {
        signal(self.pid(), Signal::KILL);
    }

    /// Waits for the end of a server that was killed, and of everything it has started.
    #[track_caller]
    pub fn wait_until_nothing_runs(&self) {
        let deadline = Instant::now() + PATIENCE;
        // Nobody tells about the end of somebody else's child, so this can only be asked for.
        while !self.family.running().is_empty() {
            assert!(Instant::now() < deadline, "{:?}", self.family.running());
            std::thread::yield_now();
        }
    }

    #[track_caller]
    fn wait_for_end(&self) {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match output.recv_timeout(left) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => panic!("the server has not ended"),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails for a server that has ended already, as it should have.
        let _ = self.process.kill();
        let _ = self.process.wait();
        // Without their server, instances end by themselves; a test that failed waits for nobody.
        for pid in self.family.running() {
            signal(pid, Signal::KILL);
        }
    }
}

/// What the application's server says on standard error when it cannot start with this data.
#[track_caller]
pub fn fails_to_start(data: &Path) -> String {
    let output = command(bootstrap(), data).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

fn command(function: &Path, data: &Path) -> Command {
    let mut command = Command::new(fnurl());
    command
        .args(["dev", "--port", "0", "--data"])
        .arg(data)
        .arg("--function")
        .arg(function)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[track_caller]
fn line_with(lines: &Mutex<Receiver<String>>, text: &str) -> String {
    let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match lines.recv_timeout(left) {
            Ok(line) if line.contains(text) => return line,
            Ok(_) => {}
            Err(err) => panic!("no line holds {text:?}: {err}"),
        }
    }
}

/// Every line as it comes; read to the end, so that writing never blocks or fails.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}
