//! HTTP by hand: bytes out, bytes in, nothing normalised on the way.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use serde_json::value::Index;

use crate::PATIENCE;

/// A response as it came off the wire.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends `request` on a connection of its own, and reads until the other side closes it.
#[track_caller]
pub(crate) fn exchange(address: &str, request: &[u8]) -> std::io::Result<Response> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Response::read(&answer).ok_or_else(|| {
        let text = String::from_utf8_lossy(&answer).into_owned();
        std::io::Error::other(format!("no HTTP response: {text:?}"))
    })
}

/// A request that asks for the connection to be closed after the answer.
pub(crate) fn request(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut request =
        format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() || method == "POST" || method == "PUT" {
        request += &format!("content-length: {}\r\n", body.len());
    }
    request += "\r\n";
    [request.as_bytes(), body].concat()
}

impl Response {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(bytes).ok()? else {
            return None;
        };
        let pairs = head.headers.iter().map(|it| {
            let value = String::from_utf8_lossy(it.value).into_owned();
            (it.name.to_lowercase(), value)
        });
        Some(Self {
            status: head.code?,
            headers: pairs.collect(),
            body: bytes[length..].to_vec(),
        })
    }

    /// The value of the first header `name`, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of every header `name`, which is in lower case.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON, of an answer with this status.
    #[track_caller]
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{:?}",
            String::from_utf8_lossy(&self.body)
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem of an answer with this status, whose form is checked.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        let problem = self.json(status);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        for member in ["type", "title"] {
            assert!(
                member.index_into(&problem).is_some_and(Value::is_string),
                "{problem}"
            );
        }
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(
            problem["instance"].as_str(),
            self.header("x-amzn-requestid")
        );
        problem
    }
}
