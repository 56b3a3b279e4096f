//! Reading a message body without ever holding more of it than a limit.

use crate::dev::limits::BODY_TIME;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

/// How much of a refused body is read and thrown away, so that a client that is still sending
/// sees the refusal instead of a broken connection.
const DISCARDED_BYTES: u64 = 64 * 1024 * 1024;

/// A body as it arrived.
#[derive(Debug)]
pub(in crate::dev) struct Received {
    pub(in crate::dev) bytes: Bytes,
    pub(in crate::dev) trailers: HeaderMap,
}

/// Why a body was not received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::dev) enum NotReceived {
    #[error("the body is larger than the limit")]
    TooLarge,
    #[error("the body broke off")]
    Truncated,
    #[error("the body did not come within {} seconds", BODY_TIME.as_secs())]
    TooSlow,
}

/// Reads a body as [`receive`] does, within [`BODY_TIME`].
///
/// # Errors
/// [`NotReceived`].
pub(in crate::dev) async fn receive_in_time(
    body: Incoming,
    limit: u64,
    is_waiting: bool,
) -> Result<Received, NotReceived> {
    let received = timeout(BODY_TIME, receive(body, limit, is_waiting)).await;
    received.unwrap_or(Err(NotReceived::TooSlow))
}

/// Reads a body of at most `limit` bytes.
///
/// A sender who waits for `100 Continue` gets it when reading begins, so a body that announces
/// itself as too large is refused unread when `is_waiting`.
///
/// # Errors
/// [`NotReceived`].
pub(in crate::dev) async fn receive(
    mut body: Incoming,
    limit: u64,
    is_waiting: bool,
) -> Result<Received, NotReceived> {
    let announced = body.size_hint().lower();
    if announced > limit && (is_waiting || announced > DISCARDED_BYTES) {
        return Err(NotReceived::TooLarge);
    }
    let mut bytes = BytesMut::new();
    let mut trailers = HeaderMap::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        match frame.map_err(|_| NotReceived::Truncated)?.into_data() {
            Ok(data) => {
                total += data.len() as u64;
                match total {
                    _ if total <= limit => bytes.extend_from_slice(&data),
                    _ if total <= DISCARDED_BYTES => bytes = BytesMut::new(),
                    _ => break,
                }
            }
            Err(frame) => trailers = frame.into_trailers().unwrap_or_default(),
        }
    }
    if total > limit {
        return Err(NotReceived::TooLarge);
    }
    Ok(Received {
        bytes: bytes.freeze(),
        trailers,
    })
}
