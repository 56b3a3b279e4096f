//! What becomes of an instance between invocations.

use crate::server::{Server, eventually, has_ended, process_status};

fn state(pid: u32) -> Option<char> {
    let status = process_status(pid);
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("State:\t"))?;
    line.chars().next()
}

#[test]
fn a_frozen_function_stands_still_between_invocations_and_goes_on_with_the_next() {
    let server = Server::start(["--freeze"]);
    let pid = server.get("/pid").ok().as_u64().unwrap() as u32;
    eventually("the process is not stopped", || {
        (state(pid) == Some('T')).then_some(())
    });
    assert_eq!(server.get("/pid").ok(), pid);
    let child = server.get("/child").ok().as_u64().unwrap() as u32;
    eventually("what it started goes on", || {
        (state(child) == Some('T')).then_some(())
    });
}

#[test]
fn without_freezing_the_function_goes_on() {
    let server = Server::start(["--lambda-log"]);
    let pid = server.get("/pid").ok().as_u64().unwrap() as u32;
    server.log_line("REPORT RequestId");
    assert_ne!(state(pid), Some('T'));
}

#[test]
fn an_instance_that_nobody_calls_ends_and_the_next_call_gets_a_new_one() {
    let server = Server::start(["--idle-timeout", "1"]);
    let pid = server.get("/pid").ok().as_u64().unwrap() as u32;
    eventually("it goes on idling", || has_ended(pid).then_some(()));
    assert_ne!(server.get("/pid").ok(), pid);
}
