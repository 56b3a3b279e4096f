//! The Runtime API, with the test in the place of the runtime.

use crate::{
    http::{Connection, Response},
    server::Server,
};

/// A function that only says where its Runtime API is, and leaves the rest to the test.
fn start() -> Server {
    Server::start_command([
        "sh",
        "-c",
        "echo api=$AWS_LAMBDA_RUNTIME_API >&2; exec sleep 600",
    ])
}

struct Runtime(Connection);

impl Runtime {
    /// Waits for the instance that a request has started.
    fn of(server: &Server) -> Self {
        let line = server.log_line("api=");
        Self(Connection::open(&line["api=".len()..]))
    }

    #[track_caller]
    fn next(&mut self) -> Response {
        self.0
            .send(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: localhost\r\n\r\n");
        self.0.receive()
    }

    /// The id of the next invocation.
    #[track_caller]
    fn next_id(&mut self) -> String {
        self.next()
            .header("lambda-runtime-aws-request-id")
            .unwrap()
            .to_owned()
    }

    #[track_caller]
    fn post(&mut self, path: &str, headers: &str, body: &[u8]) -> Response {
        let length = body.len();
        let head = format!(
            "POST /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n{headers}\r\n"
        );
        self.0.send(&[head.as_bytes(), body].concat());
        self.0.receive()
    }

    #[track_caller]
    fn respond(&mut self, id: &str, body: &[u8]) -> Response {
        self.post(&format!("invocation/{id}/response"), "", body)
    }
}

/// Sends a request, lets the test be the runtime, and gives what the client got.
fn invoke(server: &Server, runtime: impl FnOnce(&mut Runtime)) -> Response {
    let mut client = server.connect();
    // The last instance has not asked for another event, so that a new one is started in the end.
    client.send(b"POST /a HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
    runtime(&mut Runtime::of(server));
    client.receive()
}

#[track_caller]
fn is_refused(response: &Response, status: u16, kind: &str) {
    assert_eq!(
        (response.status, response.json()["errorType"].as_str()),
        (status, Some(kind))
    );
    assert!(response.json()["errorMessage"].is_string());
}

#[test]
fn an_event_is_fetched_and_answered_once() {
    let server = start();
    let response = invoke(&server, |runtime| {
        let event = runtime.next();
        for header in ["deadline-ms", "invoked-function-arn", "trace-id"] {
            assert!(
                event.header(&format!("lambda-runtime-{header}")).is_some(),
                "{header}"
            );
        }
        assert_eq!(event.ok()["rawPath"], "/a");
        let id = event.header("lambda-runtime-aws-request-id").unwrap();

        is_refused(
            &runtime.respond("another-id", b"1"),
            400,
            "InvalidRequestID",
        );
        let accepted = runtime.respond(id, b"{\"statusCode\": 202}");
        assert_eq!(
            (accepted.status, accepted.text().as_str()),
            (202, r#"{"status":"OK"}"#)
        );
        is_refused(&runtime.respond(id, b"1"), 400, "InvalidRequestID");
    });
    assert_eq!(response.status, 202);
}

#[test]
fn calls_out_of_order_are_403() {
    let server = start();
    let response = invoke(&server, |runtime| {
        let id = runtime.next_id();
        is_refused(&runtime.next(), 403, "InvalidStateTransition");
        is_refused(
            &runtime.post("init/error", "", b"{}"),
            403,
            "InvalidStateTransition",
        );
        runtime.respond(&id, b"1");
    });
    assert_eq!(response.text(), "1");
}

#[test]
fn a_result_of_6291556_bytes_is_taken_and_one_more_is_413() {
    let server = start();
    let result_of = |length: usize| [b"\"".as_slice(), &vec![b'x'; length - 2], b"\""].concat();
    let response = invoke(&server, |runtime| {
        let id = runtime.next_id();
        assert_eq!(runtime.respond(&id, &result_of(6_291_556)).status, 202);
    });
    assert_eq!((response.status, response.body.len()), (200, 6_291_554));

    let response = invoke(&server, |runtime| {
        let id = runtime.next_id();
        let refused = runtime.respond(&id, &result_of(6_291_557));
        is_refused(&refused, 413, "RequestEntityTooLarge");
        let message = "Exceeded maximum allowed payload size (6291556 bytes).";
        assert_eq!(refused.json()["errorMessage"], message);
    });
    response.is_bad_gateway();
}

#[test]
fn a_response_mode_that_is_none_is_400_and_the_client_gets_502() {
    let server = start();
    let response = invoke(&server, |runtime| {
        let path = format!("invocation/{}/response", runtime.next_id());
        let mode = "lambda-runtime-function-response-mode: sometimes\r\n";
        is_refused(
            &runtime.post(&path, mode, b"1"),
            400,
            "InvalidFunctionResponseMode",
        );
    });
    response.is_bad_gateway();
}

#[test]
fn a_streamed_response_is_collected_and_its_prelude_read() {
    let server = start();
    let response = invoke(&server, |runtime| {
        let path = format!("invocation/{}/response", runtime.next_id());
        let headers = "lambda-runtime-function-response-mode: streaming\r\n\
                       content-type: application/vnd.awslambda.http-integration-response\r\n";
        let stream = b"{\"statusCode\":203,\"cookies\":[\"a=1\"]}\0\0\0\0\0\0\0\0streamed";
        assert_eq!(runtime.post(&path, headers, stream).status, 202);
    });
    assert_eq!(
        (response.status, response.text().as_str()),
        (203, "streamed")
    );
    assert_eq!(response.header("set-cookie"), Some("a=1"));
    assert_eq!(
        response.header("content-type"),
        Some("application/octet-stream")
    );
}

#[test]
fn a_stream_that_ends_in_an_error_is_502() {
    let server = start();
    let response = invoke(&server, |runtime| {
        let id = runtime.next_id();
        runtime.0.send(
            format!(
                "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: localhost\r\n\
                 lambda-runtime-function-response-mode: streaming\r\ntransfer-encoding: chunked\r\n\
                 trailer: lambda-runtime-function-error-type\r\n\r\n\
                 4\r\nhalf\r\n0\r\nlambda-runtime-function-error-type: Runtime.Broken\r\n\r\n"
            )
            .as_bytes(),
        );
        assert_eq!(runtime.0.receive().status, 202);
    });
    response.is_bad_gateway();
    server.log_line("Runtime.Broken");
}

#[test]
fn errors_of_invocation_and_init_are_accepted_and_logged() {
    let server = start();
    let body = br#"{"errorType":"Shop.Closed","errorMessage":"come back later","stackTrace":[]}"#;
    let response = invoke(&server, |runtime| {
        let path = format!("invocation/{}/error", runtime.next_id());
        assert_eq!(runtime.post(&path, "", body).status, 202);
        assert!(server.log_line("Shop.Closed").contains("come back later"));
        // Asks for no further event: the next request meets an instance of its own.
    });
    response.is_bad_gateway();

    let response = invoke(&server, |runtime| {
        assert_eq!(runtime.post("init/error", "", body).status, 202);
    });
    response.is_bad_gateway();
    assert!(
        server
            .log_line("init ended with error")
            .contains("Shop.Closed: come back later")
    );
}

#[test]
fn what_is_not_part_of_the_runtime_api_is_404() {
    let server = start();
    invoke(&server, |runtime| {
        assert_eq!(runtime.post("restore/error", "", b"").status, 404);
        runtime.0.send(b"POST /2020-01-01/extension/register HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(runtime.0.receive().status, 404);
        let id = runtime.next_id();
        runtime.respond(&id, b"null");
    });
}
