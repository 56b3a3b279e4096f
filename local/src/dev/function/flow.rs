//! A streamed answer on its way from the function to the client: bytes as they come, no faster
//! than the service lets them pass.

use crate::dev::limits::{STREAM_BURST_BYTES, STREAM_BYTES_A_SECOND};
use bytes::Bytes;
use http_body::{Body, Frame};
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

/// Where the function's bytes come out. It is the body of a response.
#[derive(Debug)]
pub(in crate::dev) struct Flow {
    chunks: mpsc::Receiver<Bytes>,
    /// What was put back.
    first: Option<Bytes>,
}

impl Flow {
    /// A way for bytes, with little room: a slow client makes the function wait.
    pub(in crate::dev) fn channel() -> (mpsc::Sender<Bytes>, Self) {
        let (sender, chunks) = mpsc::channel(4);
        let first = None;
        (sender, Self { chunks, first })
    }

    /// The next bytes; `None` at the end of the stream.
    pub(in crate::dev) async fn next(&mut self) -> Option<Bytes> {
        match self.first.take() {
            Some(first) => Some(first),
            None => self.chunks.recv().await,
        }
    }

    /// Puts bytes back: they come first again.
    pub(in crate::dev) fn put_back(&mut self, bytes: Bytes) {
        self.first = Some(bytes).filter(|bytes| !bytes.is_empty());
    }
}

impl Body for Flow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = match self.first.take() {
            Some(first) => Some(first),
            None => ready!(self.chunks.poll_recv(context)),
        };
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// Holds a stream to the service's rate.
#[derive(Debug)]
pub(in crate::dev) struct Pace {
    passed: u64,
    /// When the bytes that have passed the burst are allowed to be through.
    free_at: Instant,
}

impl Pace {
    pub(in crate::dev) fn new() -> Self {
        Self {
            passed: 0,
            free_at: Instant::now(),
        }
    }

    /// Waits until so many more bytes may pass.
    pub(in crate::dev) async fn pass(&mut self, bytes: u64) {
        let over = (self.passed + bytes).saturating_sub(STREAM_BURST_BYTES.max(self.passed));
        self.passed += bytes;
        if over > 0 {
            let takes = Duration::from_secs_f64(over as f64 / STREAM_BYTES_A_SECOND as f64);
            self.free_at = self.free_at.max(Instant::now()) + takes;
            sleep_until(self.free_at).await;
        }
    }

    pub(in crate::dev) fn passed(&self) -> u64 {
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn six_mebibytes_pass_at_once_and_two_a_second_after_that() {
        let began = Instant::now();
        let mut pace = Pace::new();
        pace.pass(STREAM_BURST_BYTES - 1).await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        pace.pass(1 + STREAM_BYTES_A_SECOND).await;
        assert_eq!(began.elapsed(), Duration::from_secs(1));
        pace.pass(STREAM_BYTES_A_SECOND / 2).await;
        assert_eq!(began.elapsed(), Duration::from_millis(1_500));
    }
}
