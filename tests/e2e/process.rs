//! The processes: how they start, share a folder, and end.

use std::process::Command;

use harness::{Server, bootstrap, fails_to_start};
use serde_json::json;
use tempfile::TempDir;

use crate::items::listed;

#[test]
fn an_interrupt_ends_the_server_and_its_instances() {
    let server = Server::start();
    assert_eq!(server.get("/health").status, 200);
    assert_eq!(server.children().len(), 1);
    server.stop();
}

#[test]
fn instances_do_not_outlive_a_server_that_is_killed() {
    let server = Server::start();
    assert_eq!(server.get("/health").status, 200);
    assert_eq!(server.children().len(), 1);
    server.kill();
    server.wait_until_nothing_runs();
}

/// With a trace id each, which must not stay in the environment: at 144 bytes for each, 20,000
/// would be 2.9 MB.
#[test]
fn memory_does_not_grow_with_the_number_of_invocations() {
    let server = Server::start();
    let invoke = |times| {
        for _ in 0..times {
            assert_eq!(server.get("/health").status, 200);
        }
    };
    invoke(2_000);
    let [instance] = server.children()[..] else {
        panic!("not one instance: {:?}", server.children());
    };
    let before = resident_kb(instance);
    invoke(20_000);
    assert_eq!(server.children(), [instance]);
    let growth = resident_kb(instance).saturating_sub(before);
    assert!(growth < 1_000, "{growth} kB");
    server.stop();
}

/// The memory that a process holds now.
fn resident_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.unwrap().trim().strip_suffix("kB").unwrap();
    kilobytes.trim().parse().unwrap()
}

#[test]
fn requests_at_the_same_time_are_all_answered() {
    let server = Server::start();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let server = &server;
            scope.spawn(move || {
                let item = json!({"name": format!("lamp {n}")});
                server.post("/items", &item).json(201)
            });
        }
    });
    assert_eq!(listed(&server, "/items?limit=3").len(), 8);
    server.stop();
}

#[test]
fn each_request_has_a_line_in_the_log_under_the_id_that_its_client_sees() {
    let server = Server::start();
    let missing = "/items/01890a5d-ac96-774b-bcce-b302099a8057";
    let cases = [
        ("GET", "/health", "route=\"/health\"", 200),
        ("GET", missing, "route=\"/items/{itemId}\"", 404),
        ("DELETE", missing, "route=\"/items/{itemId}\"", 404),
        ("GET", "/items/a%2Fb", "route=\"/items/{itemId}\"", 422),
    ];
    for (method, target, route, status) in cases {
        let answer = server.request(method, target, &[], b"");
        let line = server.log_line("request finished");
        let expected = [
            format!("method=\"{method}\""),
            route.to_owned(),
            format!("status={status}"),
            format!("request_id=\"{}\"", answer.request_id()),
        ];
        for field in expected {
            assert!(line.contains(&field), "{field} is not in {line}");
        }
    }
    server.stop();
}

#[test]
fn a_second_server_on_the_same_data_says_who_has_it() {
    let data = TempDir::new().unwrap();
    let server = Server::at(data.path());
    let refusal = fails_to_start(data.path());
    let holder = format!("in use by process {} ", server.pid());
    assert!(refusal.contains(&holder), "{refusal}");
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

#[test]
fn the_program_prints_its_contract_without_any_environment() {
    let output = Command::new(bootstrap())
        .arg("openapi")
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success());
    let published = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml");
    assert_eq!(output.stdout, std::fs::read(published).unwrap());
}
