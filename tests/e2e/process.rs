//! The processes: how they start, share a folder, and end.

use harness::{Server, fails_to_start};
use tempfile::TempDir;

#[test]
fn an_interrupt_ends_the_server_and_its_instances() {
    let server = Server::start();
    assert_eq!(server.get("/health").status, 200);
    assert_eq!(server.children().len(), 1);
    server.stop();
}

#[test]
fn a_second_server_on_the_same_data_says_who_has_it() {
    let data = TempDir::new().unwrap();
    let server = Server::at(data.path());
    let refusal = fails_to_start(data.path());
    assert!(refusal.contains("in use"), "{refusal}");
    assert_eq!(server.get("/health").status, 200);
    server.stop();
}

#[test]
fn servers_on_different_data_run_side_by_side() {
    let servers = [Server::start(), Server::start()];
    for server in &servers {
        assert_eq!(server.get("/health/ready").status, 200);
    }
    servers.into_iter().for_each(Server::stop);
}
