//! Where a call goes: the host, and the path and query exactly as they were given.
//!
//! No `Url` type is used on purpose: those take out `..` and encode again what is encoded, and the
//! function would see another path than the one that was asked for.

use http::{Uri, uri::Authority};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

const LOCAL: &str = "http://127.0.0.1:9000";

/// What no request line can carry (RFC 3986 section 2), `[` and `]` left out: servers take them,
/// and `filter[name]=…` is common.
const NOT_SENT_RAW: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A URL in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) is_https: bool,
    authority: Authority,
    /// Begins with a slash.
    pub(super) path_and_query: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TargetError {
    #[error(
        "{0:?} is neither a path, such as /items, nor a URL that begins with https:// or http://"
    )]
    Neither(String),
    #[error("{0:?} is no host with an optional port")]
    Host(String),
    #[error("a user name or password in the URL is not sent: leave it out, requests are signed")]
    UserInfo,
    #[error("what follows the # in {0:?} would not be sent: write %23 for a # that is meant")]
    Fragment(String),
    #[error("the path and query in {0:?} cannot be sent: they are longer than 65,534 bytes")]
    Unsendable(String),
}

impl Target {
    /// # Errors
    /// [`TargetError`].
    pub(super) fn parse(text: &str) -> Result<Self, TargetError> {
        if text.starts_with('/') {
            return Self::parse(&format!("{LOCAL}{text}"));
        }
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| TargetError::Neither(text.to_owned()))?;
        let is_https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(TargetError::Neither(text.to_owned())),
        };
        if rest.contains('#') {
            return Err(TargetError::Fragment(text.to_owned()));
        }
        let (host, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if host.contains('@') {
            return Err(TargetError::UserInfo);
        }
        let authority: Authority = host
            .parse()
            .map_err(|_| TargetError::Host(host.to_owned()))?;
        let is_port = authority.as_str().rsplit_once(':').is_none_or(|(_, port)| {
            port.ends_with(']') || port.parse::<u16>().is_ok_and(|port| port > 0)
        });
        if authority.host().is_empty() || !is_port {
            return Err(TargetError::Host(host.to_owned()));
        }
        let slash = if rest.starts_with('/') { "" } else { "/" };
        let path_and_query = format!("{slash}{}", utf8_percent_encode(rest, NOT_SENT_RAW));
        let target = Self {
            is_https,
            authority,
            path_and_query,
        };
        match target.url().parse::<Uri>() {
            Ok(_) => Ok(target),
            Err(_) => Err(TargetError::Unsendable(text.to_owned())),
        }
    }

    /// As it goes into the header `Host`: without the port that the scheme implies.
    pub(super) fn host(&self) -> &str {
        let implied = if self.is_https { ":443" } else { ":80" };
        let host = self.authority.as_str();
        host.strip_suffix(implied).unwrap_or(host)
    }

    pub(super) fn url(&self) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!("{scheme}://{}{}", self.host(), self.path_and_query)
    }

    /// Whether it is on this machine: what `fnurl dev` serves.
    pub(super) fn is_local(&self) -> bool {
        let host = self.authority.host();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback());
        is_loopback || host == "localhost" || host.ends_with(".localhost")
    }

    /// The control port of `fnurl dev`, the one after the URL's unless it is told otherwise.
    pub(super) fn control_url(&self) -> Option<String> {
        let implied = if self.is_https { 443 } else { 80 };
        let port = self
            .authority
            .port_u16()
            .unwrap_or(implied)
            .checked_add(1)?;
        Some(format!("http://{}:{port}", self.authority.host()))
    }

    /// The region in the name of a function URL, `<id>.lambda-url.<region>.on.aws`.
    pub(super) fn region(&self) -> Option<&str> {
        let host = self.authority.host();
        let (id, rest) = host.split_once(".lambda-url.")?;
        let region = rest.strip_suffix(".on.aws")?;
        let is_label = |text: &str| !text.is_empty() && !text.contains('.');
        (is_label(id) && is_label(region)).then_some(region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> String {
        Target::parse(text).unwrap().url()
    }

    #[test]
    fn a_path_alone_is_local_and_everything_else_needs_a_scheme() {
        assert_eq!(url("/items?limit=2"), "http://127.0.0.1:9000/items?limit=2");
        assert_eq!(url("//a//b"), "http://127.0.0.1:9000//a//b");
        for text in ["", "items", "localhost:9000/items", "ftp://a/", "?a=1"] {
            let refused = Target::parse(text);
            assert_eq!(refused, Err(TargetError::Neither(text.to_owned())));
        }
    }

    #[test]
    fn what_was_given_is_kept_byte_by_byte() {
        for text in [
            "https://h.example/a/./b/../c//d/",
            "https://h.example/a%20b%2Fc%2fd/%zz/%",
            "https://h.example/?a[b]=c&&=&d=e+f&%C3%A9=~!$'()*,;:@/?",
            "http://[::1]:9000/",
        ] {
            assert_eq!(url(text), text);
        }
    }

    #[test]
    fn what_http_cannot_carry_is_encoded_once() {
        assert_eq!(
            url("http://h/a b/é?q=\"<x>\"&r={1|2}\t"),
            "http://h/a%20b/%C3%A9?q=%22%3Cx%3E%22&r=%7B1%7C2%7D%09"
        );
    }

    #[test]
    fn a_url_without_a_path_gets_the_root() {
        assert_eq!(url("https://h.example"), "https://h.example/");
        assert_eq!(url("https://h.example?a=1"), "https://h.example/?a=1");
        assert_eq!(url("https://h.example:443"), "https://h.example/");
        assert_eq!(url("http://h.example:443"), "http://h.example:443/");
    }

    #[test]
    fn a_host_has_to_be_one() {
        for host in ["", ":80", "a b", "h:x", "h:70000", "h:0", "h:"] {
            let refused = Target::parse(&format!("http://{host}/"));
            assert_eq!(refused, Err(TargetError::Host(host.to_owned())));
        }
        let refused = Target::parse("https://me:secret@h.example/");
        assert_eq!(refused, Err(TargetError::UserInfo));
        assert!(matches!(
            Target::parse("/a#b"),
            Err(TargetError::Fragment(_))
        ));
        let long = format!("/{}", "a".repeat(70_000));
        assert!(matches!(
            Target::parse(&long),
            Err(TargetError::Unsendable(_))
        ));
    }

    #[test]
    fn the_region_is_read_off_function_urls_only() {
        let region = |host: &str| {
            let target = Target::parse(&format!("https://{host}/")).unwrap();
            target.region().map(str::to_owned)
        };
        assert_eq!(
            region("abc.lambda-url.eu-central-1.on.aws").as_deref(),
            Some("eu-central-1")
        );
        for host in [
            "lambda-url.eu-central-1.on.aws",
            "abc.lambda-url.on.aws",
            "abc.lambda-url.a.b.on.aws",
            "abc.lambda-url.eu-central-1.on.aws.example",
            "api.example",
        ] {
            assert_eq!(region(host), None, "{host}");
        }
    }

    #[test]
    fn the_control_port_is_the_one_after_the_urls() {
        let control = |url: &str| Target::parse(url).unwrap().control_url();
        assert_eq!(control("/a").as_deref(), Some("http://127.0.0.1:9001"));
        assert_eq!(control("http://[::1]/").as_deref(), Some("http://[::1]:81"));
        assert_eq!(control("http://127.0.0.1:65535/"), None);
    }

    #[test]
    fn loopback_addresses_and_localhost_are_local() {
        for (host, expected) in [
            ("127.0.0.1:1", true),
            ("127.8.0.1", true),
            ("[::1]:9000", true),
            ("localhost:9000", true),
            ("api.localhost", true),
            ("10.0.0.1", false),
            ("localhost.example", false),
        ] {
            let target = Target::parse(&format!("http://{host}/")).unwrap();
            assert_eq!(target.is_local(), expected, "{host}");
        }
    }
}
