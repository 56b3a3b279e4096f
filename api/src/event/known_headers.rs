//! A fast lookup of the header names that nearly every event has. It does not check a name byte by
//! byte, and does not allocate for names without a constant in the `http` crate.
//!
//! Each name is a constant that the compiler has checked. A name that is not here is parsed as any
//! other, so the list only decides how fast it is.

use http::header::HeaderName;

/// Makes the function `known` from names; function URLs send all names in lower case.
macro_rules! known {
    ($($name:literal)*) => {
        /// The header with this name, if browsers, AWS SDKs or the front door send it.
        pub(super) fn known(name: &str) -> Option<HeaderName> {
            Some(match name {
                $($name => const { HeaderName::from_static($name) },)*
                _ => return None,
            })
        }
    };
}

known! {
    // every client
    "accept" "accept-encoding" "accept-language" "authorization" "cache-control" "content-length"
    "content-type" "cookie" "host" "if-match" "if-modified-since" "if-none-match" "user-agent" "via"
    // browsers
    "dnt" "origin" "pragma" "priority" "referer" "sec-ch-ua" "sec-ch-ua-mobile"
    "sec-ch-ua-platform" "sec-fetch-dest" "sec-fetch-mode" "sec-fetch-site" "sec-fetch-user"
    "upgrade-insecure-requests" "x-requested-with"
    // AWS SDKs, and tracing
    "amz-sdk-invocation-id" "amz-sdk-request" "baggage" "traceparent" "tracestate"
    "x-amz-content-sha256" "x-amz-date" "x-amz-security-token" "x-request-id"
    // the front door, and CloudFront before it
    "x-amz-cf-id" "x-amzn-tls-cipher-suite" "x-amzn-tls-version" "x-amzn-trace-id"
    "x-forwarded-for" "x-forwarded-port" "x-forwarded-proto"
    // this framework
    "idempotency-key" "prefer"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_lower_case_are_known_as_the_same_header_and_others_are_not() {
        for name in ["accept", "x-amzn-trace-id"] {
            assert_eq!(known(name), HeaderName::from_bytes(name.as_bytes()).ok());
        }
        assert_eq!(known("Accept"), None);
        assert_eq!(known("x-other"), None);
    }
}
