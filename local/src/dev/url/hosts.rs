//! The names that the local function URL answers to.
//!
//! A request for any other name gets what the service says of a URL that does not exist. That
//! keeps web pages from reaching it under a name of their own that leads to this machine.

use crate::dev::server::is_host;
use http::HeaderMap;
use std::net::SocketAddr;

#[derive(Debug)]
pub(in crate::dev) struct Hosts {
    /// `<url-id>.lambda-url.<region>.on.aws`.
    url: String,
    /// As it was given to `--host`.
    listening: String,
}

impl Hosts {
    pub(in crate::dev) fn new(url_id: &str, region: &str, listening: &str) -> Self {
        Self {
            url: format!("{url_id}.lambda-url.{region}.on.aws"),
            listening: listening.to_owned(),
        }
    }

    /// Whether a request that came to this address is meant for the function URL.
    pub(in crate::dev) fn is_known(&self, headers: &HeaderMap, local: SocketAddr) -> bool {
        is_host(
            headers,
            local,
            &self.names(local).each_ref().map(String::as_str),
        )
    }

    /// Every value of `host` that a client may reasonably have signed.
    pub(in crate::dev) fn known(&self, local: SocketAddr) -> Vec<String> {
        let names = self.names(local).into_iter();
        let both = names.flat_map(|name| {
            let name = if name.contains(':') {
                format!("[{name}]")
            } else {
                name
            };
            [format!("{name}:{}", local.port()), name]
        });
        both.collect()
    }

    fn names(&self, local: SocketAddr) -> [String; 4] {
        let ip = local.ip().to_canonical().to_string();
        [
            ip,
            "localhost".to_owned(),
            self.url.clone(),
            self.listening.clone(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::HOST;

    #[test]
    fn only_names_of_this_url_are_known() {
        let hosts = Hosts::new("abc", "eu-west-1", "mybox");
        let local = "127.0.0.1:9000".parse().unwrap();
        let is_known = |host: &'static str| {
            let headers = HeaderMap::from_iter([(HOST, http::HeaderValue::from_static(host))]);
            hosts.is_known(&headers, local)
        };
        for host in [
            "127.0.0.1:9000",
            "localhost",
            "LOCALHOST:9000",
            "abc.lambda-url.eu-west-1.on.aws",
            "mybox:9000",
        ] {
            assert!(is_known(host), "{host}");
        }
        for host in [
            "example.com",
            "127.0.0.1:9001",
            "abc.lambda-url.eu-west-1.on.aws.example.com",
            "abd.lambda-url.eu-west-1.on.aws",
            "",
            "127.0.0.2:9000",
        ] {
            assert!(!is_known(host), "{host}");
        }
        assert!(!hosts.is_known(&HeaderMap::new(), local));
    }
}
