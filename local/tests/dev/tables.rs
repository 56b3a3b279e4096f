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

/// Asks the engine where the function is told to.
fn dynamodb(server: &Server, operation: &str, input: &Value) -> Response {
    let environment = server.get("/environment").ok();
    let endpoint = environment["AWS_ENDPOINT_URL_DYNAMODB"].as_str().unwrap();
    let (body, authorization) = (
        input.to_string(),
        "AWS4-HMAC-SHA256 Credential=local/20251123/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    );
    let mut connection = Connection::open(endpoint.strip_prefix("http://").unwrap());
    let length = body.len();
    connection.send(
        format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: DynamoDB_20120810.{operation}\r\nx-amz-date: 20251123T000000Z\r\n\
             authorization: {authorization}\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .as_bytes(),
    );
    connection.receive()
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
