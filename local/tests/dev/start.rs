//! What it says when it starts, and when it cannot.

use crate::server::{Server, fnurl, probe};
use rustix::process::Signal;
use std::{
    net::TcpListener,
    process::{Command, Output},
};
use tempfile::TempDir;

#[track_caller]
fn refusal<const N: usize>(options: [&str; N], code: i32) -> String {
    let data = TempDir::new().unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = fnurl()
        .arg("--data")
        .arg(data.path())
        .args(options)
        .output()
        .unwrap();
    assert_eq!(status.code(), Some(code));
    assert!(stdout.is_empty());
    String::from_utf8(stderr).unwrap()
}

#[test]
fn it_says_where_it_listens_where_the_tables_are_and_what_to_try() {
    let server = Server::start([]);
    let address = &server.address;
    let (place, commands) = server.greeting.split_once("Try it:\n").unwrap();
    assert!(address.starts_with("127.0.0.1:"));
    assert!(place.contains("examples/probe\n"), "{place}");
    assert!(
        place.contains("/dynamodb.sqlite (http://127.0.0.1:"),
        "{place}"
    );
    let expected = [
        format!("  curl -s http://{address}/health"),
        format!("  curl -s http://{address}/items -H 'content-type: application/json' -d "),
        format!("  curl -s 'http://{address}/items?limit=2'"),
    ];
    assert_eq!(commands.lines().count(), 3);
    for (line, expected) in commands.lines().zip(expected) {
        assert!(line.starts_with(&expected), "{line}");
    }
}

#[test]
fn a_port_in_use_is_said_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    assert_eq!(
        refusal(["--port", &port.to_string(), "--", "true"], 1),
        format!("fnurl: port {port} is in use: stop the other program or pass `--port`\n")
    );
}

#[test]
fn a_data_folder_in_use_is_said_with_its_holder() {
    let data = TempDir::new().unwrap();
    let start = || {
        let mut command = fnurl();
        command
            .args(["--port", "0", "--data"])
            .arg(data.path())
            .arg("--function")
            .arg(probe());
        command
    };
    let mut first = Server::run(start());
    let second = start().output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(second.stderr).unwrap(),
        format!(
            "fnurl: {} is in use by process {} (another `fnurl dev`): stop it, or pass another folder with `--data`\n",
            data.path().display(),
            first.pid()
        )
    );
    first.signal(Signal::KILL);
    first.wait();
    drop(Server::run(start()));
}

#[test]
fn what_cannot_be_started_is_one_line_that_says_what_to_do() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let file = file.path().to_str().unwrap();
    let cases = [
        (
            refusal(["--function", "/no/such/program"], 1),
            "there is no program /no/such/program",
        ),
        (
            refusal(["--", "no-such-program-anywhere"], 1),
            "there is no program no-such-program-anywhere",
        ),
        (
            refusal(["--host", "host.invalid", "--", "true"], 1),
            "cannot listen on host.invalid",
        ),
        (refusal_of_data(file), "cannot use the folder"),
    ];
    for (said, expected) in cases {
        assert!(said.starts_with(&format!("fnurl: {expected}")), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[track_caller]
fn refusal_of_data(path: &str) -> String {
    let output = fnurl()
        .args(["--port", "0", "--data", path, "--", "true"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let cases = [
        (
            refusal(["--dynamodb", "somewhere"], 2),
            "neither `embedded` nor an http:// or https:// URL",
        ),
        (refusal(["--timeout", "0"], 2), "--timeout"),
        (refusal(["--concurrency", "0"], 2), "--concurrency"),
        (
            refusal(["--function", "a", "--", "b"], 2),
            "cannot be used with",
        ),
        (refusal(["--bin", "a", "--", "b"], 2), "cannot be used with"),
        (refusal(["--frobnicate"], 2), "--frobnicate"),
    ];
    for (said, expected) in cases {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn any_command_can_be_the_function() {
    let probe = probe();
    let server = Server::start_command(["env".as_ref(), "EXTRA=given".as_ref(), probe.as_os_str()]);
    let environment = server.get("/environment").ok();
    assert_eq!(environment["EXTRA"], "given");
    assert_eq!(environment["AWS_LAMBDA_FUNCTION_NAME"], "env");
    assert_eq!(environment["_HANDLER"], "bootstrap");
}

/// A package with a program that is none of Lambda's, and what `fnurl dev` needs to build it.
pub(crate) fn package(source: &str) -> (TempDir, Command) {
    let folder = TempDir::new().unwrap();
    let manifest = "[package]\nname = \"tiny\"\nedition = \"2024\"\n[workspace]\n[[bin]]\nname = \"tiny\"\npath = \"tiny.rs\"\n";
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.path().join("tiny.rs"), source).unwrap();
    let mut command = fnurl();
    command
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", folder.path().join("out"));
    command.args(["--port", "0", "--bin"]);
    (folder, command)
}

#[test]
fn a_binary_of_the_workspace_is_built_first() {
    let (folder, mut command) = package("fn main() {}");
    command.arg("tiny");
    let server = Server::run(command);
    let built = folder.path().join("out/debug/tiny");
    assert!(built.is_file());
    assert!(
        server
            .greeting
            .contains(&format!("function  {}\n", built.display()))
    );
    assert!(server.log_line("Finished").contains("dev"));
    server.get("/").is_bad_gateway();
}

#[test]
fn a_build_that_fails_is_shown_and_said() {
    let cases = [
        (
            "fn main() { nonsense }",
            "tiny",
            "cannot find value `nonsense`",
        ),
        ("fn main() {}", "other", "no bin target named `other`"),
    ];
    for (source, bin, shown) in cases {
        let (_folder, mut command) = package(source);
        let output = command.arg(bin).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains(shown), "{said}");
        assert!(said.ends_with(&format!(
            "fnurl: cargo could not build `{bin}`: mend what it says above, or pass a function that is built with `--function PATH`\n"
        )), "{said}");
    }
}

#[test]
fn a_handler_can_be_named_for_runtimes_that_need_one() {
    let server = Server::start(["--handler", "app.handler"]);
    assert_eq!(server.get("/environment").ok()["_HANDLER"], "app.handler");
}
