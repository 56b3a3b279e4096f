//! HTTP: a client for ordinary requests, and bytes by hand for odd ones.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use ureq::http;

use crate::PATIENCE;

/// A client of one server, which keeps its connections as browsers do.
#[derive(Debug)]
pub(crate) struct Client {
    agent: ureq::Agent,
    address: String,
}

/// A response as it came off the wire.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(address: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // One in the environment would come between.
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            agent: config.into(),
            address: address.to_owned(),
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sends a request; an answer that breaks off is an error.
    pub(crate) fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Response, ureq::Error> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("http://{}{target}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = if body.is_empty() && !matches!(method, "POST" | "PUT") {
            self.agent.run(request.body(())?)?
        } else {
            self.agent.run(request.body(body)?)?
        };
        let (head, mut body) = response.into_parts();
        let headers = head.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        });
        Ok(Response {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body: body.read_to_vec()?,
        })
    }

    /// Sends these bytes on a connection of their own, and reads until the other side closes it.
    pub(crate) fn send(&self, request: &[u8]) -> std::io::Result<Response> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Response::read(&answer).ok_or_else(|| {
            let text = String::from_utf8_lossy(&answer).into_owned();
            std::io::Error::other(format!("no whole HTTP response: {text:?}"))
        })
    }
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
        let response = Self {
            status: head.code?,
            headers: pairs.collect(),
            body: bytes[length..].to_vec(),
        };
        let announced = response.header("content-length");
        let is_whole = announced.is_none_or(|it| it == response.body.len().to_string());
        is_whole.then_some(response)
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

    /// The id under which the server's log has the request.
    #[track_caller]
    pub fn request_id(&self) -> &str {
        let id = self.header("x-amzn-requestid");
        id.unwrap_or_else(|| panic!("no request id: {self:?}"))
    }

    /// The body as text.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON, of an answer with this status.
    #[track_caller]
    pub fn json(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text:?}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem of an answer with this status, whose form is checked.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        let problem = self.json(status);
        let content_type = self.header("content-type");
        assert_eq!(content_type, Some("application/problem+json"));
        assert!(problem["type"].is_string(), "{problem}");
        assert!(problem["title"].is_string(), "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["instance"], self.request_id(), "{problem}");
        problem
    }
}
