//! A running `fnurl dev`, whose end is checked: no test may leave a process behind.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::http::{Response, exchange, request};
use crate::programs::{bootstrap, fnurl};

/// Longer than anything here takes; a wait that meets it fails its test.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// `fnurl dev` with a function, on a free port.
#[derive(Debug)]
pub struct Server {
    process: Child,
    address: String,
    log: Mutex<mpsc::Receiver<String>>,
    _data: Option<TempDir>,
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
        server._data = Some(data);
        server
    }

    #[track_caller]
    fn spawn(mut command: Command) -> Self {
        let mut process = command.spawn().unwrap();
        let (sender, log) = mpsc::channel();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut first = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        // The rest of the greeting must be read, so that writing it never fails.
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).for_each(drop));
        let address = first.trim_end().strip_prefix("fnurl: listening on http://");
        let address = address.unwrap_or_else(|| {
            let log: Vec<String> = log.iter().collect();
            panic!("the first line is {first:?}, the log {log:?}")
        });
        Self {
            address: address.to_owned(),
            process,
            log: Mutex::new(log),
            _data: None,
        }
    }

    /// Sends these bytes as they are; they must ask for the connection to be closed.
    #[track_caller]
    pub fn send(&self, bytes: &[u8]) -> Response {
        exchange(&self.address, bytes).unwrap()
    }

    /// Sends a request that may get no answer because the server is being killed.
    pub fn try_post(&self, target: &str, body: &Value) -> std::io::Result<Response> {
        let body = body.to_string();
        let json = [("content-type", "application/json")];
        exchange(
            &self.address,
            &request("POST", target, &json, body.as_bytes()),
        )
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
        self.send(&request(method, target, headers, body))
    }

    /// Sends a GET request.
    #[track_caller]
    pub fn get(&self, target: &str) -> Response {
        self.request("GET", target, &[], b"")
    }

    /// Sends a POST request with JSON.
    #[track_caller]
    pub fn post(&self, target: &str, body: &Value) -> Response {
        self.json("POST", target, body)
    }

    /// Sends a PUT request with JSON.
    #[track_caller]
    pub fn put(&self, target: &str, body: &Value) -> Response {
        self.json("PUT", target, body)
    }

    /// Sends a DELETE request.
    #[track_caller]
    pub fn delete(&self, target: &str) -> Response {
        self.request("DELETE", target, &[], b"")
    }

    #[track_caller]
    fn json(&self, method: &str, target: &str, body: &Value) -> Response {
        let json = [("content-type", "application/json")];
        self.request(method, target, &json, body.to_string().as_bytes())
    }

    /// Waits for a line of the log that holds `text`.
    #[track_caller]
    pub fn log_line(&self, text: &str) -> String {
        let log = self.log.lock().unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match log.recv_timeout(left) {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(err) => panic!("no line of the log holds {text:?}: {err}"),
            }
        }
    }

    /// The processes that the server has started and that still run.
    pub fn children(&self) -> Vec<u32> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process.id())).unwrap();
        let mut children = Vec::new();
        for task in tasks {
            let listed = std::fs::read_to_string(task.unwrap().path().join("children")).unwrap();
            let pids = listed
                .split_whitespace()
                .map(|pid| pid.parse::<u32>().unwrap());
            children.extend(pids);
        }
        children
    }

    /// Interrupts the server as Ctrl-C does, and checks that it ends well and leaves no child.
    #[track_caller]
    pub fn stop(mut self) {
        let children = self.children();
        self.signal(Signal::INT);
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}");
        for child in children {
            assert!(!runs(child), "process {child} was left behind");
        }
    }

    /// Ends the server at once, as a crash would.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.process.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails for a server that has ended already, as it should have.
        let _ = self.process.kill();
        let _ = self.process.wait();
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

fn runs(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    // A zombie has ended; its parent, init, has only not asked yet.
    !stat.contains(") Z ")
}
