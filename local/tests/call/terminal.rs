//! What somebody sees who calls at a terminal, and what a pipe gets instead.

use crate::{caller::Caller, server::Server};
use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};
use std::{fs::File, io::Read as _};

const BODY: &str = r#"{"name":"lamp","tags":[1]}"#;

/// What a call writes to a real pseudo-terminal, whose line ends are `\r\n`.
fn at_a_terminal(caller: Caller) -> String {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let terminal = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let mut caller = caller.stdout(File::from(terminal));
    let mut seen = Vec::new();
    let mut controller = File::from(controller);
    let reader = std::thread::spawn(move || {
        // The end of a terminal is an error.
        let _ = controller.read_to_end(&mut seen);
        seen
    });
    let outcome = caller.run();
    drop(caller);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    String::from_utf8(reader.join().unwrap())
        .unwrap()
        .replace("\r\n", "\n")
}

fn caller(server: &Server, body: &str) -> Caller {
    let url = format!("http://{}/raw", server.address);
    Caller::new()
        .env("TERM", "xterm")
        .args(["--no-sign", "POST", &url, "-d", body])
}

#[test]
fn json_is_laid_out_in_colour_at_a_terminal_only() {
    let server = Server::start([]);
    let seen = at_a_terminal(caller(&server, BODY));
    assert!(seen.contains("\u{1b}["), "{seen:?}");
    let plain = at_a_terminal(caller(&server, BODY).env("NO_COLOR", "1"));
    let expected = "{\n  \"name\": \"lamp\",\n  \"tags\": [\n    1\n  ]\n}\n";
    assert_eq!(plain, expected);
    assert_eq!(caller(&server, BODY).run().text(), BODY);
}

#[test]
fn text_is_shown_as_it_came_and_the_prompt_gets_a_line_of_its_own() {
    let server = Server::start([]);
    let body = r#"{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"{\"a\":1}"}"#;
    assert_eq!(at_a_terminal(caller(&server, body)), "{\"a\":1}\n");
}
