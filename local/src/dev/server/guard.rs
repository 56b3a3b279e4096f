//! Closes a port to pages in a browser.
//!
//! A port on the loopback address is open to every program on this machine, and so to every page
//! that its browser shows. Two ways lead a page here, and each leaves a trace that it cannot
//! remove:
//!
//! - It sends a request to `http://127.0.0.1:PORT` from its own origin. The browser adds `Origin`,
//!   or at least `Sec-Fetch-Site` (Fetch §3.2, Fetch Metadata §2.4).
//! - It has its own name lead to this machine (DNS rebinding), so that the browser takes the answer
//!   for its own. Then `Host` has that name.

use http::{HeaderMap, HeaderName, HeaderValue, header, uri::Authority};
use std::{fmt, net::SocketAddr};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// Lets programs in, and pages only from the origins that are allowed.
#[derive(Debug, Clone, Default)]
pub(in crate::dev) struct Guard {
    /// The name that was given to `--host`, besides the address and `localhost`.
    listening: Option<String>,
    origins: Vec<String>,
}

/// The reason for which a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dev) enum Blocked {
    /// The host is another one.
    Host(String),
    /// A page of this origin has sent the request.
    Origin(String),
    /// A page of another site has sent the request.
    OtherSite,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(f, "its host {host:?} is not a name of this port"),
            Self::Origin(origin) => write!(
                f,
                "a page of the origin {origin:?} has sent it: `--allow-origin` lets it in"
            ),
            Self::OtherSite => f.write_str("a page of another site has sent it"),
        }
    }
}

impl Guard {
    pub(in crate::dev) fn new(listening: &str, origins: &[String]) -> Self {
        Self {
            listening: Some(listening.to_owned()),
            origins: origins.to_vec(),
        }
    }

    /// Checks the headers of a request that came to the address `local`. Returns the allowed origin
    /// of the page that has sent it; `None` for a program.
    ///
    /// # Errors
    /// [`Blocked`].
    pub(in crate::dev) fn check(
        &self,
        headers: &HeaderMap,
        local: SocketAddr,
    ) -> Result<Option<HeaderValue>, Blocked> {
        let ip = local.ip().to_canonical().to_string();
        let listening = self.listening.as_deref().unwrap_or("localhost");
        let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
        if host.is_some_and(is_of_a_site)
            && !is_host(headers, local, &[&ip, "localhost", listening])
        {
            return Err(Blocked::Host(text(headers.get(header::HOST))));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let is_allowed = |allowed: &String| *origin == **allowed;
            return match self.origins.iter().any(is_allowed) {
                true => Ok(Some(origin.clone())),
                false => Err(Blocked::Origin(text(Some(origin)))),
            };
        }
        let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
        match site {
            Some(b"cross-site" | b"same-site") => Err(Blocked::OtherSite),
            _ => Ok(None),
        }
    }
}

/// The headers that let a page read a response, and that answer its preflight.
///
/// Source: Fetch §3.2.
pub(in crate::dev) fn add_cors(
    request: &HeaderMap,
    origin: &HeaderValue,
    response: &mut HeaderMap,
) {
    response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    response.append(header::VARY, HeaderValue::from_static("origin"));
    response.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("*"),
    );
    let Some(method) = request.get(header::ACCESS_CONTROL_REQUEST_METHOD) else {
        return;
    };
    response.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
    if let Some(names) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        response.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    response.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
}

/// Checks whether the header `Host` has one of these names, and the port of `local` or none.
pub(in crate::dev) fn is_host(headers: &HeaderMap, local: SocketAddr, names: &[&str]) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = host.and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let name = authority.host().trim_matches(['[', ']']);
        names.iter().any(|known| known.eq_ignore_ascii_case(name))
            && authority.port_u16().is_none_or(|port| port == local.port())
    })
}

/// Checks whether a host may be the name of a site. A name without a dot is not: nobody can have
/// one registered. Runtimes that were written by hand send such names, or no host at all.
fn is_of_a_site(host: &[u8]) -> bool {
    host.is_empty() || host.contains(&b'.') || host.contains(&b'[')
}

fn text(value: Option<&HeaderValue>) -> String {
    let bytes = value.map(HeaderValue::as_bytes).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_allowed_pages_are_let_in_and_no_others() {
        let origins = ["https://app.example".to_owned()];
        let guard = Guard::new("mybox", &origins);
        let local = "127.0.0.1:9001".parse().unwrap();
        let check = |host: &str, others: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            for (name, value) in others {
                headers.insert(*name, value.parse().unwrap());
            }
            guard.check(&headers, local)
        };
        let mine = "127.0.0.1:9001";
        for host in [
            mine,
            "localhost:9001",
            "LOCALHOST",
            "mybox:9001",
            "runtime",
            "runtime:80",
        ] {
            assert_eq!(check(host, &[]), Ok(None), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:9001",
            "127.0.0.1:9000",
            "",
            "127.0.0.1.evil.example",
        ] {
            assert_eq!(check(host, &[]), Err(Blocked::Host(host.to_owned())));
        }
        for origin in [
            "https://evil.example",
            "null",
            "http://127.0.0.1:8080",
            "https://app.example.evil",
        ] {
            let refused = Err(Blocked::Origin(origin.to_owned()));
            assert_eq!(check(mine, &[("origin", origin)]), refused);
        }
        let allowed = check(mine, &[("origin", "https://app.example")]);
        assert_eq!(
            allowed,
            Ok(Some(HeaderValue::from_static("https://app.example")))
        );
        for (site, is_refused) in [
            ("cross-site", true),
            ("same-site", true),
            ("none", false),
            ("same-origin", false),
        ] {
            let outcome = check(mine, &[("sec-fetch-site", site)]);
            assert_eq!(outcome.is_err(), is_refused, "{site}");
        }
    }
}
