//! However `fnurl dev` ends, nothing it has started goes on.

use crate::server::{Gate, Server, children, eventually, has_ended, is_gone};
use rustix::process::Signal;

#[test]
fn a_signal_ends_it_and_every_instance_and_what_these_have_started() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut server = Server::start([]);
        let instance = server.get("/pid").ok().as_u64().unwrap() as u32;
        let grandchild = server.get("/child").ok().as_u64().unwrap() as u32;
        assert_eq!(children(server.pid()), [instance]);
        assert!(!has_ended(grandchild));
        server.signal(signal);
        assert!(server.wait().success(), "{signal:?}");
        assert!(is_gone(instance), "{signal:?}");
        eventually("the grandchild goes on", || {
            has_ended(grandchild).then_some(())
        });
    }
}

#[test]
fn a_signal_does_not_wait_for_busy_functions() {
    let mut server = Server::start(["--timeout", "900"]);
    let gate = Gate::new();
    let mut connection = server.connect();
    connection.send(
        format!(
            "GET /gate?port={} HTTP/1.1\r\nhost: localhost\r\n\r\n",
            gate.port()
        )
        .as_bytes(),
    );
    let _arrival = gate.arrival();
    let instances = children(server.pid());
    server.signal(Signal::INT);
    assert!(server.wait().success());
    assert!(instances.into_iter().all(is_gone));
}

#[test]
fn idle_instances_end_by_themselves_when_it_is_killed() {
    let mut server = Server::start([]);
    let instance = server.get("/pid").ok().as_u64().unwrap() as u32;
    server.signal(Signal::KILL);
    server.wait();
    eventually("the instance goes on", || has_ended(instance).then_some(()));
}
