//! A request whose signature is to be verified, and what it has to be signed for.

use http::request::Parts;
use time::OffsetDateTime;

/// What a signature is checked against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check<'a> {
    pub(super) request: &'a Parts,
    pub(super) body: &'a [u8],
    pub(super) now: OffsetDateTime,
    /// `None` for a service that answers in every region.
    pub(super) region: Option<&'a str>,
    pub(super) service: &'a str,
    /// Other names that the same service can be called by, for the diagnosis.
    pub(super) other_hosts: &'a [String],
}
