//! Which names are this URL's.

use crate::server::Server;

#[test]
fn a_request_for_another_host_gets_the_services_answer_for_an_unknown_url() {
    let server = Server::start([]);
    let answer = server.send("GET / HTTP/1.1\r\nhost: example.com\r\n\r\n");
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (403, r#"{"Message":null}"#)
    );
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("AccessDeniedException")
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-amzn-requestid").is_some());
    server.log_line("its host is none of this URL's names");
}

#[test]
fn the_names_of_the_url_reach_the_function() {
    let id = "0123456789abcdefghijklmnopqrstuv";
    let server = Server::start(["--url-id", id, "--region", "eu-west-1"]);
    let url = format!("{id}.lambda-url.eu-west-1.on.aws");
    for host in [server.address.as_str(), "localhost", &url] {
        let event = server
            .send(format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n"))
            .ok();
        assert_eq!(event["headers"]["host"], host);
        assert_eq!(event["requestContext"]["domainName"], url);
        assert_eq!(event["requestContext"]["apiId"], id);
    }
}

#[test]
fn the_id_of_the_url_is_kept_with_the_data() {
    let server = Server::start([]);
    let id = server.get("/").ok()["requestContext"]["apiId"].clone();
    let kept = std::fs::read_to_string(server.data().join("url-id")).unwrap();
    assert_eq!(id, kept);
}
