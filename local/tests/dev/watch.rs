//! `--watch`: what is edited is built, and serves without anybody doing anything.

use crate::{
    server::{Gate, Server, eventually},
    start::package,
};

const FUNCTION: &str = include_str!("../fixtures/watched.rs");

#[test]
fn an_edit_serves_new_requests_while_those_under_way_end_on_the_old_program() {
    let (folder, mut command) = package(FUNCTION);
    command.args(["tiny", "--watch"]);
    let server = Server::run(command);
    assert_eq!(server.get("/").text(), "first");

    let gate = Gate::new();
    let mut waiting = server.connect();
    let request = format!(
        "GET /?gate={} HTTP/1.1\r\nhost: localhost\r\n\r\n",
        gate.port()
    );
    waiting.send(request.as_bytes());
    let arrival = gate.arrival();

    let edited = FUNCTION.replace("\\\"first\\\"", "\\\"second\\\"");
    std::fs::write(folder.path().join("tiny.rs"), edited).unwrap();
    eventually("the edit does not serve", || {
        (server.get("/").text() == "second").then_some(())
    });
    drop(arrival);
    assert_eq!(waiting.receive().text(), "first");
}

#[test]
fn a_build_that_fails_is_shown_and_leaves_the_last_one_serving() {
    let (folder, mut command) = package(FUNCTION);
    command.args(["tiny", "--watch"]);
    let server = Server::run(command);
    let source = folder.path().join("tiny.rs");
    std::fs::write(&source, format!("{FUNCTION}\nfn broken() {{ nonsense }}")).unwrap();
    server.log_line("cannot find value `nonsense`");
    server.log_line("the last build that worked goes on serving");
    assert_eq!(server.get("/").text(), "first");

    std::fs::write(&source, FUNCTION.replace("\\\"first\\\"", "\\\"mended\\\"")).unwrap();
    server.log_line("built in");
    assert_eq!(server.get("/").text(), "mended");
}

#[test]
fn what_is_no_source_builds_nothing() {
    let (folder, mut command) = package(FUNCTION);
    command.args(["tiny", "--watch"]);
    let server = Server::run(command);
    std::fs::write(folder.path().join(".hidden"), "x").unwrap();
    std::fs::write(folder.path().join("out/x"), "x").unwrap();
    let before = server.get("/").text();
    std::fs::write(folder.path().join("tiny.rs"), FUNCTION).unwrap();
    // One build for the source, and none before it.
    server.log_line("a source has changed, building");
    server.log_line("built in");
    assert_eq!(
        (before.as_str(), server.get("/").text().as_str()),
        ("first", "first")
    );
}
