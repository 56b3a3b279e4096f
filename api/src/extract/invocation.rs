//! Extractors for the invocation and for the source address of the request.

use std::net::IpAddr;

use super::Extract;
use super::optional::MaybeExtract;
use crate::contract::Operation;
use crate::message::{Invocation, Request};
use crate::problem::{INTERNAL_ERROR, MALFORMED_EVENT, Problem};

/// # Problems
/// 500 when the request did not come through an invocation: another server called the API.
impl<S: Sync> Extract<S> for Invocation {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let invocation = request.extensions().get::<Self>();
        invocation
            .cloned()
            .ok_or_else(|| INTERNAL_ERROR.hiding("the request did not come through an invocation"))
    }

    fn describe(_operation: &mut Operation) {}
}

/// The address of the client, or of the proxy in front of the function URL.
///
/// ```
/// use fnurl::SourceIp;
///
/// async fn who(SourceIp(address): SourceIp) -> String {
///     format!("you call from {address}")
/// }
/// # let _ = fnurl::get::<(), _>(who);
/// ```
///
/// Behind CloudFront or another proxy, take [`ClientIp`](crate::layers::ClientIp) instead.
///
/// Source: `requestContext.http.sourceIp`, the peer of the TCP connection; the header
/// `x-forwarded-for` is not used.
///
/// # Problems
/// 400 when the event does not have it; take `Option<SourceIp>` if that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceIp(pub IpAddr);

impl<S: Sync> Extract<S> for SourceIp {
    async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
        let invocation = Invocation::of(request);
        invocation
            .and_then(Invocation::source_ip)
            .map(Self)
            .ok_or_else(|| {
                MALFORMED_EVENT.because("`requestContext.http.sourceIp` is not an IP address")
            })
    }

    fn describe(_operation: &mut Operation) {}
}

impl<S: Sync> MaybeExtract<S> for SourceIp {
    fn is_present(request: &Request) -> bool {
        let invocation = Invocation::of(request);
        invocation.and_then(Invocation::source_ip).is_some()
    }
}
