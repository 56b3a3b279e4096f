//! What a client may send, and how much of it.

use crate::server::{Server, post};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::{Duration, Instant};

fn with_headers(count: usize) -> String {
    let mut request = "GET /many HTTP/1.1\r\nhost: localhost\r\n".to_owned();
    for n in 1..count {
        request.push_str(&format!("x-h{n}: {n}\r\n"));
    }
    request + "\r\n"
}

#[test]
fn two_thousand_headers_reach_the_function_and_more_are_refused_with_a_line() {
    let server = Server::start([]);
    for count in [101, 2_000] {
        let event = server.send(with_headers(count)).ok();
        let last = format!("x-h{}", count - 1);
        assert_eq!(event["headers"][last], (count - 1).to_string());
    }
    assert_eq!(server.send(with_headers(2_001)).status, 431);
    let line = server.log_line("431");
    assert!(line.contains("more than 2000 headers"), "{line}");
}

#[test]
fn a_target_that_cannot_be_read_is_refused_with_a_line() {
    let server = Server::start([]);
    let request = |length| {
        let query = "x".repeat(length);
        format!("GET /?{query} HTTP/1.1\r\nhost: localhost\r\n\r\n")
    };
    assert_eq!(server.send(request(60_000)).status, 200);
    assert_eq!(server.send(request(70_000)).status, 414);
    let line = server.log_line("414");
    assert!(line.contains("65,534 bytes"), "{line}");
}

#[test]
fn what_is_not_http_is_refused_with_a_line() {
    let server = Server::start([]);
    assert_eq!(server.send("\x16\x03\x01 not http\r\n\r\n").status, 400);
    server.log_line("it is not HTTP/1.1");
}

#[test]
fn a_body_that_does_not_come_in_time_is_408() {
    let server = Server::start([]);
    let mut connection = server.connect();
    let began = Instant::now();
    connection.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nabc");
    let answer = connection.receive();
    assert_eq!(answer.status, 408);
    assert!(began.elapsed() >= Duration::from_secs(20));
    server.log_line("the body did not come within 20 seconds");
}

#[test]
fn a_thousand_idle_connections_do_not_keep_a_request_waiting() {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum;
    setrlimit(Resource::Nofile, Rlimit { current, ..limit }).unwrap();
    let server = Server::start([]);
    let idle: Vec<_> = (0..1_000).map(|_| server.connect()).collect();
    assert_eq!(server.get("/").status, 200);
    drop(idle);
}

#[test]
fn a_function_may_open_as_many_files_as_on_lambda() {
    let script = "sleep 0.3; echo files=$(ulimit -n) >&2; exec sleep 600";
    let server = Server::start_command(["sh", "-c", script]);
    let mut connection = server.connect();
    connection.send(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert_eq!(server.log_line("files="), "files=1024");
}

/// Without a limit for what the allocator keeps, some hundreds of megabytes would stay.
#[test]
fn the_memory_of_a_burst_of_large_requests_comes_back() {
    let server = Server::start(["--concurrency", "20"]);
    let body = "x".repeat(5_000_000);
    for _ in 0..2 {
        std::thread::scope(|scope| {
            for _ in 0..20 {
                let mut connection = server.connect();
                let request = post("/", "text/plain", body.as_bytes());
                scope.spawn(move || {
                    connection.send(&request);
                    assert_eq!(connection.receive().status, 200);
                });
            }
        });
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let held = held.unwrap().trim().strip_suffix("kB").unwrap();
    let held: u64 = held.trim().parse().unwrap();
    assert!(held < 120_000, "{held} kB");
    // It is for fnurl dev alone.
    let environment = server.get("/environment").ok();
    assert_eq!(environment.get("MALLOC_MMAP_THRESHOLD_"), None);
}
