//! Starting, reusing and limiting instances, and what they find around them.

use crate::{
    http::Connection,
    server::{Gate, Server, eventually, is_gone},
};
use serde_json::Value;

/// Sends a request that stays inside the function until the gate opens.
fn enter(server: &Server, gate: &Gate) -> Connection {
    let mut connection = server.connect();
    let target = format!("/gate?port={}", gate.port());
    connection.send(format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes());
    connection
}

fn pid(value: &Value) -> u32 {
    value.as_u64().unwrap() as u32
}

#[test]
fn requests_one_after_the_other_share_an_instance() {
    let server = Server::start([]);
    let first = server.get("/pid").ok();
    for _ in 0..20 {
        assert_eq!(server.get("/pid").ok(), first);
    }
}

#[test]
fn requests_at_the_same_time_take_an_instance_each() {
    let server = Server::start([]);
    let gate = Gate::new();
    let mut connections = [enter(&server, &gate), enter(&server, &gate)];
    // Both are inside before either may leave.
    let arrivals = [gate.arrival(), gate.arrival()];
    drop(arrivals);
    let [first, second] = connections
        .each_mut()
        .map(|connection| connection.receive().ok());
    assert_ne!(first["pid"], second["pid"]);
}

#[test]
fn ten_requests_a_second_pass_for_each_instance_that_is_reserved() {
    let server = Server::start(["--reserved-concurrency", "1"]);
    let mut statuses = (0..500).map(|_| server.get("/").status);
    let first: Vec<u16> = statuses.by_ref().take(10).collect();
    assert_eq!(first, [200; 10]);
    assert_eq!(statuses.find(|status| *status != 200), Some(429));
    server.log_line("more than 10 requests came in a second");
}

#[test]
fn a_reserved_concurrency_of_zero_switches_the_url_off() {
    let server = Server::start(["--reserved-concurrency", "0"]);
    assert_eq!(server.get("/").status, 429);
}

#[test]
fn a_request_that_finds_every_instance_busy_is_429() {
    let server = Server::start(["--concurrency", "1"]);
    let gate = Gate::new();
    let mut inside = enter(&server, &gate);
    let arrival = gate.arrival();
    let refused = server.get("/");
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.header("x-amzn-errortype"),
        Some("TooManyRequestsException")
    );
    assert_eq!(refused.json()["message"], "Rate Exceeded.");
    server.log_line("all instances are busy");
    assert!(refused.header("x-amzn-requestid").is_some());
    drop(arrival);
    assert_eq!(inside.receive().status, 200);
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn a_client_that_leaves_does_not_stop_the_function() {
    let server = Server::start(["--concurrency", "1"]);
    let gate = Gate::new();
    let connection = enter(&server, &gate);
    let arrival = gate.arrival();
    drop(connection);
    drop(arrival);
    assert!(server.log_line("GET /gate").contains(" 200 "));
}

#[test]
fn an_instance_that_dies_idle_is_replaced_unseen() {
    let server = Server::start(["--concurrency", "1"]);
    let gate = Gate::new();
    let first = pid(&server.get(&format!("/die?port={}", gate.port())).ok());
    drop(gate.arrival());
    eventually("the idle instance has not ended", || {
        is_gone(first).then_some(())
    });
    assert_ne!(pid(&server.get("/pid").ok()), first);
}

#[test]
fn an_instance_finds_the_environment_of_lambda() {
    let server = Server::start_with(
        ["--memory", "512", "--region", "eu-central-1"],
        &[
            ("OWN", "kept"),
            ("AWS_LAMBDA_MAX_CONCURRENCY", "8"),
            ("AWS_ACCESS_KEY_ID", ""),
            ("TABLE_NAME", "mine"),
        ],
    );
    let environment = server.get("/environment").ok();
    let expected = [
        ("_HANDLER", "bootstrap"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_LAMBDA_FUNCTION_NAME", "probe"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/probe"),
        ("AWS_LAMBDA_LOG_FORMAT", "Text"),
        ("TZ", ":UTC"),
        ("TABLE_NAME", "mine"),
        ("CREATE_TABLE", "true"),
        ("OWN", "kept"),
    ];
    for (name, value) in expected {
        assert_eq!(environment[name], value, "{name}");
    }
    assert_eq!(environment.get("AWS_LAMBDA_MAX_CONCURRENCY"), None);
    let key = environment["AWS_ACCESS_KEY_ID"].as_str().unwrap();
    assert!(key.starts_with("AKIA") && key.len() == 20, "{key}");
    for name in [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "LAMBDA_TASK_ROOT",
        "AWS_ENDPOINT_URL_DYNAMODB",
    ] {
        assert!(environment[name].is_string(), "{name}");
    }
}

#[test]
fn an_invocation_finds_its_context() {
    let server = Server::start(["--timeout", "60", "--region", "eu-central-1"]);
    let context = server.get("/context").ok();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis() as u64;
    let deadline = context["deadline"].as_u64().unwrap();
    assert!(
        (now + 30_000..=now + 60_000).contains(&deadline),
        "{deadline} {now}"
    );
    assert_eq!(
        context["invoked_function_arn"],
        "arn:aws:lambda:eu-central-1:000000000000:function:probe"
    );
    assert!(
        context["xray_trace_id"]
            .as_str()
            .unwrap()
            .starts_with("Root=1-")
    );
}

#[test]
fn lambdas_log_has_lambdas_lines_the_functions_own_and_one_for_each_request() {
    let server = Server::start(["--lambda-log"]);
    let response = server.get("/talk?secret=1");
    let request_id = response.header("x-amzn-requestid").unwrap();
    assert_eq!(
        server.log_line("START"),
        format!("START RequestId: {request_id} Version: $LATEST")
    );
    server.log_line("said on stdout");
    server.log_line("said on stderr");
    let mut rest = [
        server.log_line(""),
        server.log_line(""),
        server.log_line(""),
    ];
    rest.sort();
    let [end, line, report] = rest;
    assert_eq!(end, format!("END RequestId: {request_id}"));
    assert!(
        line.starts_with("GET /talk 204 ") && line.ends_with(" ms"),
        "{line}"
    );
    for part in [
        request_id,
        "\tDuration: ",
        "\tBilled Duration: ",
        "\tMemory Size: 256 MB",
        "\tMax Memory Used: ",
        "\tInit Duration: ",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
    server.get("/");
    assert!(!server.log_line("REPORT").contains("Init Duration"));
}
