//! The limits of Lambda and of function URLs, each once.
//!
//! Source: AWS Lambda Developer Guide, “Lambda quotas” and “Response streaming”; what is measured
//! or reported otherwise says so.

use std::time::Duration;

/// The largest event, in bytes of JSON: 6 MiB. The Invoke API names this figure when it refuses.
pub(super) const EVENT_BYTES: u64 = 6_291_456;

/// The largest buffered result, in bytes: 6 MiB and 100 bytes, as the Runtime API says when it
/// refuses a larger one.
pub(super) const RESULT_BYTES: u64 = 6_291_556;

/// The largest streamed response, in bytes: 200 MiB.
pub(super) const STREAM_BYTES: u64 = 200 * 1024 * 1024;

/// The bytes of a stream that pass at full speed, before [`STREAM_BYTES_A_SECOND`] holds.
pub(super) const STREAM_BURST_BYTES: u64 = 6 * 1024 * 1024;

/// The bytes a second of a stream, after its burst.
pub(super) const STREAM_BYTES_A_SECOND: u64 = 2 * 1024 * 1024;

/// The largest head of a request: request line and headers together, in bytes.
pub(super) const HEAD_BYTES: usize = 1024 * 1024;

/// The most headers of a request. Choice: the service only limits their bytes, to [`HEAD_BYTES`].
pub(super) const HEADERS: usize = 2_000;

/// The time that a client has to send a body. Choice: the service names none.
pub(super) const BODY_TIME: Duration = Duration::from_secs(20);

/// The connections to one port at the same time; further ones wait. Choice, for this machine's
/// sake: each holds a file descriptor and its buffers. One that sends no request is closed after
/// 30 seconds.
pub(super) const CONNECTIONS: usize = 2_048;
