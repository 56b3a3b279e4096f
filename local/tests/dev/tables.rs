//! The embedded DynamoDB beside the function.

use crate::{
    http::{Connection, Response},
    server::{Server, fnurl, probe},
};
use serde_json::{Value, json};
use tempfile::TempDir;

fn start(data: &TempDir) -> Server {
    let mut command = fnurl();
    command
        .args(["--port", "0", "--data"])
        .arg(data.path().join("deep/er"));
    command.arg("--function").arg(probe());
    Server::run(command)
}

/// Asks the tables where and with the key that the function is told.
fn dynamodb(server: &Server, operation: &str, input: &Value) -> Response {
    let environment = server.get("/environment").ok();
    let key = environment["AWS_ACCESS_KEY_ID"].as_str().unwrap();
    ask(&endpoint(server), operation, input, key, "")
}

/// The host and port of the tables.
fn endpoint(server: &Server) -> String {
    let environment = server.get("/environment").ok();
    let endpoint = environment["AWS_ENDPOINT_URL_DYNAMODB"].as_str().unwrap();
    endpoint.strip_prefix("http://").unwrap().to_owned()
}

fn ask(endpoint: &str, operation: &str, input: &Value, key: &str, headers: &str) -> Response {
    let body = input.to_string();
    let host = match headers.starts_with("host:") {
        true => String::new(),
        false => format!("host: {endpoint}\r\n"),
    };
    let mut connection = Connection::open(endpoint);
    let length = body.len();
    connection.send(
        format!(
            "POST / HTTP/1.1\r\n{host}{headers}x-amz-target: DynamoDB_20120810.{operation}\r\nx-amz-date: 20251123T000000Z\r\n\
             authorization: AWS4-HMAC-SHA256 Credential={key}/20251123/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0\r\n\
             content-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .as_bytes(),
    );
    connection.receive()
}

#[test]
fn only_the_key_of_this_run_reaches_the_tables() {
    let server = Server::start([]);
    let endpoint = endpoint(&server);
    let list = json!({});
    dynamodb(&server, "ListTables", &list).ok();
    for key in ["local", "test", "AKIAIOSFODNN7EXAMPLE", ""] {
        let refused = ask(&endpoint, "ListTables", &list, key, "");
        assert_eq!(refused.status, 400, "{key}");
        assert!(
            refused.text().contains("UnrecognizedClientException"),
            "{key}"
        );
    }
    // The commands that are printed name a file with the key.
    let file = server.data().join("tables-credentials");
    assert!(server.greeting.contains(&file.display().to_string()));
    let environment = server.get("/environment").ok();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(environment["AWS_ACCESS_KEY_ID"].as_str().unwrap()));
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_key_of_aws_that_the_function_inherits_reaches_the_tables_too() {
    let mine = "AKIAIOSFODNN7EXAMPLE";
    let variables = [
        ("AWS_ACCESS_KEY_ID", mine),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let server = Server::start_with([], &variables);
    assert_eq!(server.get("/environment").ok()["AWS_ACCESS_KEY_ID"], mine);
    dynamodb(&server, "ListTables", &json!({})).ok();
}

#[test]
fn a_page_cannot_reach_the_tables_even_with_the_key() {
    let server = Server::start([]);
    let endpoint = endpoint(&server);
    let environment = server.get("/environment").ok();
    let key = environment["AWS_ACCESS_KEY_ID"].as_str().unwrap();
    for headers in [
        "origin: https://evil.example\r\n",
        "origin: null\r\n",
        "sec-fetch-site: cross-site\r\n",
        "host: evil.example\r\n",
        "host: evil.example:80\r\n",
    ] {
        let refused = ask(&endpoint, "ListTables", &json!({}), key, headers);
        assert_eq!(refused.status, 403, "{headers}");
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
    let mut connection = Connection::open(&endpoint);
    connection.send(
        format!(
            "OPTIONS / HTTP/1.1\r\nhost: {endpoint}\r\norigin: https://evil.example\r\n\
             access-control-request-method: POST\r\naccess-control-request-headers: x-amz-target\r\n\r\n"
        )
        .as_bytes(),
    );
    let preflight = connection.receive();
    assert_eq!(preflight.status, 403);
    assert_eq!(preflight.header("access-control-allow-origin"), None);
    server.log_line("a request to the tables is refused");
}

#[test]
fn no_other_port_at_127_0_0_1_leads_to_the_tables() {
    let server = Server::start([]);
    let gate = endpoint(&server);
    let others = listeners(server.pid())
        .into_iter()
        .filter(|it| it.starts_with("127.0.0.1:") && *it != gate)
        .collect::<Vec<_>>();
    assert!(others.contains(&server.address), "{others:?}");
    for address in others {
        let mut connection = Connection::open(&address);
        connection.send(
            format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes(),
        );
        assert!(
            !connection.receive().text().contains("healthy: dynamodb"),
            "{address}"
        );
    }
}

/// The addresses at which a process listens: those of its sockets in `/proc/PID/net/tcp`.
fn listeners(pid: u32) -> Vec<String> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten();
    let links = links.filter_map(|it| std::fs::read_link(it.path()).ok());
    let sockets: Vec<String> = links.map(|it| it.display().to_string()).collect();
    let table = std::fs::read_to_string(format!("/proc/{pid}/net/tcp")).unwrap();
    let rows = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    // The columns: local address, state (0A is LISTEN) and inode.
    let own = rows.filter(|row| {
        row.get(3) == Some(&"0A") && sockets.contains(&format!("socket:[{}]", row[9]))
    });
    let address = |row: Vec<&str>| {
        let (ip, port) = row[1].split_once(':').unwrap();
        let ip = std::net::Ipv4Addr::from(u32::from_str_radix(ip, 16).unwrap().swap_bytes());
        format!("{ip}:{}", u16::from_str_radix(port, 16).unwrap())
    };
    own.map(address).collect()
}

#[test]
fn tables_outlive_the_process() {
    let data = TempDir::new().unwrap();
    let table = json!({
        "TableName": "kept",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    });
    let item = json!({"TableName": "kept", "Item": {"pk": {"S": "a"}, "n": {"N": "1"}}});
    let key = json!({"TableName": "kept", "Key": {"pk": {"S": "a"}}});

    let server = start(&data);
    dynamodb(&server, "CreateTable", &table).ok();
    dynamodb(&server, "PutItem", &item).ok();
    drop(server);

    let server = start(&data);
    assert_eq!(
        dynamodb(&server, "GetItem", &key).ok()["Item"],
        item["Item"]
    );
}

#[test]
fn another_dynamodb_is_used_as_it_is_given() {
    let server = Server::start(["--dynamodb", "http://127.0.0.1:8000"]);
    let environment = server.get("/environment").ok();
    assert_eq!(
        environment["AWS_ENDPOINT_URL_DYNAMODB"],
        "http://127.0.0.1:8000"
    );
    assert_eq!(environment["TABLE_NAME"], "fnurl");
    assert!(
        server
            .greeting
            .contains("tables    http://127.0.0.1:8000\n")
    );
}
