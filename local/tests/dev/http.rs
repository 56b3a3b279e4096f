//! HTTP by hand: bytes out, bytes in, nothing normalised on the way.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Longer than anything here takes; a read that meets it fails its test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that stays open for as long as the server keeps it.
#[derive(Debug)]
pub(crate) struct Connection(BufReader<TcpStream>);

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// Reads one response, which must say how long it is, or have no body.
    #[track_caller]
    pub(crate) fn receive(&mut self) -> Response {
        let (status, headers) = self.receive_head();
        let mut response = Response {
            status,
            headers,
            body: Vec::new(),
        };
        let length = response
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        response.body.resize(length, 0);
        self.0.read_exact(&mut response.body).unwrap();
        response
    }

    /// The next chunk of a chunked body; the last one is empty.
    #[track_caller]
    pub(crate) fn receive_chunk(&mut self) -> Vec<u8> {
        let size = self.line();
        let size = usize::from_str_radix(&size, 16);
        let mut chunk = vec![0; size.unwrap()];
        self.0.read_exact(&mut chunk).unwrap();
        assert_eq!(self.line(), "");
        chunk
    }

    /// A chunked body up to its end, which has to come.
    #[track_caller]
    pub(crate) fn receive_chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            match self.receive_chunk() {
                last if last.is_empty() => return body,
                chunk => body.extend(chunk),
            }
        }
    }

    #[track_caller]
    pub(crate) fn receive_head(&mut self) -> (u16, Vec<(String, String)>) {
        let status_line = self.line();
        let status = status_line
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3));
        let status = status.unwrap_or_else(|| panic!("no status line: {status_line:?}"));
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        (status.parse().unwrap(), headers)
    }

    /// Whether the other side has closed, with nothing left to read.
    pub(crate) fn is_closed(&mut self) -> bool {
        matches!(self.0.read(&mut [0]), Ok(0) | Err(_))
    }

    #[track_caller]
    fn line(&mut self) -> String {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line).unwrap();
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }
}

impl Response {
    /// The value of a header that is there at most once.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let values = self.header_all(name);
        assert!(values.len() < 2, "{name} is repeated: {values:?}");
        values.first().copied()
    }

    pub(crate) fn header_all(&self, name: &str) -> Vec<&str> {
        let matching = self.headers.iter().filter(|(header, _)| header == name);
        matching.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|err| panic!("{err}: {}", self.text()))
    }

    /// The body of a success, as JSON.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }

    /// Checks that this is the answer for any failure of a function.
    #[track_caller]
    pub(crate) fn is_bad_gateway(&self) {
        assert_eq!(
            (self.status, self.text().as_str()),
            (502, "Internal Server Error")
        );
        assert!(self.header("x-amzn-requestid").is_some());
    }
}
