//! `TrustedProxies`: the client's address behind proxies that are trusted.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use super::Around;
use crate::contract::Operation;
use crate::extract::{Extract, MaybeExtract, SourceIp};
use crate::message::{Invocation, Request, Response};
use crate::problem::Problem;
use crate::router::Route;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Finds the client's address in `x-forwarded-for`, for the argument [`ClientIp`] of handlers.
///
/// Every proxy adds, on the right, the address that called it. The first address from the right
/// that is not trusted is the client's. The client can make up everything to its left; that part
/// is ignored.
///
/// ```
/// use fnurl::layers::{ClientIp, TrustedProxies};
/// use fnurl::{Api, get, testing::TestApi};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// async fn who(ClientIp(address): ClientIp) -> String { address.to_string() }
///
/// // Requests of tests come from 198.51.100.7.
/// let proxies = TrustedProxies::ranges(["198.51.100.0/24", "2001:db8::/32"])?;
/// let api = TestApi::new(Api::builder(()).at("/", get(who)).layer(proxies).build()?);
/// let request = api.get("/").header("x-forwarded-for", "10.9.8.7, 192.0.2.1");
/// request.await.assert_text(200, "192.0.2.1");
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
///
/// Example: the request comes from `10.0.0.1`, with
/// `x-forwarded-for: 203.0.113.9, 192.0.2.1, 10.0.0.2` and `10.0.0.0/8` trusted. From the right:
/// `10.0.0.1` and `10.0.0.2` are proxies, `192.0.2.1` is not, so it is the client. It may have made
/// up `203.0.113.9`.
///
/// Source: MDN, “X-Forwarded-For”, “Selecting an IP address”; the header has no RFC.
#[derive(Debug, Clone)]
pub struct TrustedProxies(Trust);

#[derive(Debug, Clone)]
enum Trust {
    Ranges(Vec<IpNet>),
    Hops(usize),
}

/// The error for a text that is not a range of addresses.
///
/// ```
/// use fnurl::layers::TrustedProxies;
///
/// let error = TrustedProxies::ranges(["10.0.0.0/8", "cloudfront"]).unwrap_err();
/// assert!(error.to_string().starts_with("`cloudfront` is not a valid address range"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressRangeError(String);

impl fmt::Display for AddressRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        write!(
            f,
            "`{text}` is not a valid address range: write it like `192.0.2.0/24`, `2001:db8::/32` or one address"
        )
    }
}

impl std::error::Error for AddressRangeError {}

impl TrustedProxies {
    /// Proxies whose addresses are in these ranges, such as `192.0.2.0/24`.
    ///
    /// # Errors
    /// One of them is not a valid range.
    pub fn ranges<'a>(
        ranges: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, AddressRangeError> {
        let parse = |text: &str| {
            let one = text.parse::<IpAddr>().map(IpNet::from);
            text.parse::<IpNet>()
                .or(one)
                .map_err(|_| AddressRangeError(text.to_owned()))
        };
        let ranges = ranges.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self(Trust::Ranges(ranges)))
    }

    /// This many proxies, with any addresses: 1 for CloudFront alone.
    ///
    /// Use it only if every call of the function URL comes through them (AuthType `AWS_IAM` and an
    /// origin access control). Otherwise a client could claim any address.
    ///
    /// ```
    /// use fnurl::layers::TrustedProxies;
    /// use fnurl::{Api, get};
    ///
    /// let cloudfront = TrustedProxies::hops(1);
    /// let api = Api::builder(()).at("/", get(async || "Hello!")).layer(cloudfront).build()?;
    /// # Ok::<(), fnurl::BuildError>(())
    /// ```
    #[must_use]
    pub const fn hops(proxies: usize) -> Self {
        Self(Trust::Hops(proxies))
    }

    /// The client of a request that came from `source` with these headers.
    ///
    /// It walks to the left, from proxy to proxy, as long as the address at hand is trusted. It
    /// stops at the first text that is not an address: a trusted proxy would not have written it.
    fn client(&self, source: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all(X_FORWARDED_FOR).iter();
        let forwarded: Vec<Option<IpAddr>> = values
            .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
            .map(address)
            .collect();
        let source = source.to_canonical();
        let mut forwarded = forwarded.into_iter().rev().peekable();
        // The front door adds the source, but no document says that it always does.
        forwarded.next_if_eq(&Some(source));
        let mut client = source;
        let mut passed = 0;
        while self.trusts(client, passed) {
            // An address that cannot be read comes from the client, too.
            let Some(Some(before)) = forwarded.next() else {
                break;
            };
            client = before;
            passed += 1;
        }
        client
    }

    fn trusts(&self, address: IpAddr, passed: usize) -> bool {
        match &self.0 {
            Trust::Ranges(ranges) => ranges.iter().any(|range| range.contains(&address)),
            Trust::Hops(hops) => passed < *hops,
        }
    }
}

/// Parses an address; some proxies add a port.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let with_port = || text.parse::<SocketAddr>().map(|it| it.ip());
    let address = text.parse::<IpAddr>().or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}

impl Around for TrustedProxies {
    async fn respond(&self, mut request: Request, inner: &Route) -> Result<Response, Problem> {
        let invocation = Invocation::of(&request);
        if let Some(source) = invocation.and_then(Invocation::source_ip) {
            let client = ClientIp(self.client(source, request.headers()));
            request.extensions_mut().insert(client);
        }
        Ok(inner.call_now(request).await)
    }
}

/// The address of the client, from [`TrustedProxies`] or else from [`SourceIp`].
///
/// ```
/// use fnurl::layers::ClientIp;
///
/// async fn who(ClientIp(address): ClientIp) -> String {
///     format!("you call from {address}")
/// }
/// # let _ = fnurl::get::<(), _>(who);
/// ```
///
/// It is for logs and limits. It says where a request came from, not who sent it; for that, take a
/// [`Caller`](crate::Caller).
///
/// # Problems
/// 400 when the event does not have it; take `Option<ClientIp>` if that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

impl<S: Sync> Extract<S> for ClientIp {
    async fn extract(request: &mut Request, state: &S) -> Result<Self, Problem> {
        if let Some(found) = request.extensions().get::<Self>() {
            return Ok(*found);
        }
        let SourceIp(address) = SourceIp::extract(request, state).await?;
        Ok(Self(address))
    }

    fn describe(_operation: &mut Operation) {}
}

impl<S: Sync> MaybeExtract<S> for ClientIp {
    fn is_present(request: &Request) -> bool {
        request.extensions().get::<Self>().is_some()
            || <SourceIp as MaybeExtract<S>>::is_present(request)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(proxies: &TrustedProxies, source: &str, forwarded: &[&str]) -> String {
        let value = |text: &&str| (X_FORWARDED_FOR, HeaderValue::from_str(text).unwrap());
        let headers = forwarded.iter().map(value);
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| _ = map.append(name, value));
        proxies.client(source.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn the_first_address_from_the_right_that_is_not_trusted_is_the_client() {
        let proxies = TrustedProxies::ranges(["10.0.0.0/8", "2001:db8::1"]).unwrap();
        let cases: [(&str, &[&str], &str); 11] = [
            // Without a trusted proxy.
            ("192.0.2.1", &[], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.9"], "192.0.2.1"),
            ("192.0.2.1", &["10.1.1.1, 192.0.2.1"], "192.0.2.1"),
            // One proxy, with its own address added or not.
            ("10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.1,10.0.0.1"], "192.0.2.1"),
            // Two proxies, and a forged address.
            (
                "10.0.0.1",
                &["203.0.113.9", "192.0.2.1, 10.0.0.2"],
                "192.0.2.1",
            ),
            ("2001:db8::1", &["192.0.2.1"], "192.0.2.1"),
            ("::ffff:10.0.0.1", &["192.0.2.1:4711"], "192.0.2.1"),
            ("10.0.0.1", &["[2001:db8::2]:80"], "2001:db8::2"),
            // Only proxies, and a text that is not an address.
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ];
        for (source, forwarded, expected) in cases {
            let client = client(&proxies, source, forwarded);
            assert_eq!(client, expected, "{source} {forwarded:?}");
        }
    }

    #[test]
    fn hops_are_counted_from_the_right() {
        let forwarded = &["203.0.113.9, 192.0.2.1, 198.51.100.2"];
        let cases = [
            (0, "198.51.100.3"),
            (1, "198.51.100.2"),
            (2, "192.0.2.1"),
            (9, "203.0.113.9"),
        ];
        for (hops, expected) in cases {
            let client = client(&TrustedProxies::hops(hops), "198.51.100.3", forwarded);
            assert_eq!(client, expected, "{hops}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_range_is_named() {
        for text in ["10.0.0.0/33", "cloudfront", ""] {
            let mistake = TrustedProxies::ranges(["10.0.0.0/8", text]).unwrap_err();
            assert!(mistake.to_string().contains(&format!("`{text}`")));
        }
    }
}
