//! The control port and the Runtime API as a page in a browser meets them.

use crate::{
    http::{Connection, Response},
    server::Server,
};

const INVOKE: &str = "/2015-03-31/functions/probe/invocations";
const EVENT: &str = r#"{"requestContext":{"authorizer":{"iam":{"userArn":"made-up"}}}}"#;

fn send(address: &str, method: &str, path: &str, headers: &str, body: &str) -> Response {
    let host = match headers.starts_with("host:") {
        true => String::new(),
        false => format!("host: {address}\r\n"),
    };
    let mut connection = Connection::open(address);
    let length = body.len();
    connection.send(
        format!(
            "{method} {path} HTTP/1.1\r\n{host}{headers}content-length: {length}\r\n\r\n{body}"
        )
        .as_bytes(),
    );
    connection.receive()
}

/// What browsers add to the requests of pages that have no business here.
const OF_PAGES: [&str; 5] = [
    "origin: https://evil.example\r\ncontent-type: text/plain\r\n",
    "origin: null\r\n",
    "sec-fetch-site: cross-site\r\n",
    "sec-fetch-site: same-site\r\n",
    "host: evil.example\r\n",
];

#[test]
fn a_page_cannot_invoke_the_function_or_ask_the_sts() {
    let server = Server::start([]);
    let control = server.control();
    for headers in OF_PAGES {
        for (path, body) in [
            (INVOKE, EVENT),
            ("/", "Action=GetCallerIdentity&Version=2011-06-15"),
        ] {
            let refused = send(&control, "POST", path, headers, body);
            assert_eq!(refused.status, 403, "{headers}");
            assert_eq!(
                refused.text(),
                "The control port is for programs on this machine\n"
            );
            assert_eq!(refused.header("access-control-allow-origin"), None);
        }
    }
    server.log_line("a request to the control port is refused: a page of the origin");
    // A program sends none of these headers.
    assert_eq!(send(&control, "POST", INVOKE, "", EVENT).status, 200);
}

#[test]
fn a_page_of_an_allowed_origin_reads_what_the_control_port_answers() {
    let server = Server::start(["--allow-origin", "http://localhost:5173"]);
    let control = server.control();
    let preflight = send(
        &control,
        "OPTIONS",
        INVOKE,
        "origin: http://localhost:5173\r\naccess-control-request-method: POST\r\n\
         access-control-request-headers: authorization,x-amz-date\r\n",
        "",
    );
    assert_eq!(preflight.status, 200);
    for (name, value) in [
        ("access-control-allow-origin", "http://localhost:5173"),
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "authorization,x-amz-date"),
        ("vary", "origin"),
    ] {
        assert_eq!(preflight.header(name), Some(value));
    }
    let headers = "origin: http://localhost:5173\r\n";
    let invoked = send(&control, "POST", INVOKE, headers, EVENT);
    assert_eq!(invoked.status, 200);
    let origin = invoked.header("access-control-allow-origin");
    assert_eq!(origin, Some("http://localhost:5173"));
    for headers in OF_PAGES {
        assert_eq!(send(&control, "POST", INVOKE, headers, EVENT).status, 403);
    }
}

#[test]
fn what_is_not_an_origin_is_refused_at_the_start() {
    for origin in [
        "*",
        "localhost:5173",
        "https://",
        "file:///x",
        "https://a.example/path",
    ] {
        let mut command = crate::server::fnurl();
        command.args(["--allow-origin", origin, "--function", "none"]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{origin}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            said.contains("not an origin, such as http://localhost:5173"),
            "{said}"
        );
    }
}

#[test]
fn a_page_cannot_reach_the_runtime_api() {
    let server = Server::start([]);
    let environment = server.get("/environment").ok();
    let address = environment["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap();
    for headers in OF_PAGES {
        let path = "/2018-06-01/runtime/init/error";
        let refused = send(address, "POST", path, headers, "{}");
        assert_eq!(refused.status, 403, "{headers}");
    }
    // The function still serves: nothing has told it that its init failed.
    server.get("/environment").ok();
}

#[test]
fn the_folder_is_ignored_by_git_and_one_that_exists_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::TempDir::new().unwrap();
    let made = folder.path().join("made");
    let exists = folder.path().join("exists");
    std::fs::create_dir(&exists).unwrap();
    std::fs::set_permissions(&exists, std::fs::Permissions::from_mode(0o755)).unwrap();
    for data in [&made, &exists] {
        let mut command = crate::server::fnurl();
        command.args(["--port", "0", "--data"]).arg(data);
        command.arg("--function").arg(crate::server::probe());
        drop(Server::run(command));
    }
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&made), mode(&exists)), (0o700, 0o755));
    assert_eq!(
        std::fs::read_to_string(made.join(".gitignore")).unwrap(),
        "*\n"
    );
    assert!(!exists.join(".gitignore").exists());
}
