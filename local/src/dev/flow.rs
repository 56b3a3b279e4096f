//! A streamed answer on its way from the function to the client: bytes as they come, no faster
//! than the service lets them pass.

use super::answer::{Answer, Malformed, split_prelude};
use bytes::{Bytes, BytesMut};
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

/// The largest streamed response: 200 MiB.
pub(super) const STREAM_LIMIT: u64 = 200 * 1024 * 1024;

/// What passes at once, and how many bytes a second after that.
const BURST: u64 = 6 * 1024 * 1024;
const RATE: u64 = 2 * 1024 * 1024;

/// A prelude of more than this is none.
const LONGEST_PRELUDE: usize = 1024 * 1024;

/// Where the function's bytes come out. It is the body of a response.
#[derive(Debug)]
pub(super) struct Flow {
    chunks: mpsc::Receiver<Bytes>,
    /// What came in one piece with the prelude.
    first: Option<Bytes>,
}

impl Flow {
    /// A way for bytes, with little room: a slow client makes the function wait.
    pub(super) fn channel() -> (mpsc::Sender<Bytes>, Self) {
        let (sender, chunks) = mpsc::channel(4);
        let first = None;
        (sender, Self { chunks, first })
    }

    /// Waits for the prelude, and gives the answer that it announces, without its body.
    ///
    /// # Errors
    /// [`Malformed`] when the stream does not begin with one.
    pub(super) async fn answer(&mut self) -> Result<Answer, Malformed> {
        let mut begun = BytesMut::new();
        while begun.len() < LONGEST_PRELUDE {
            let chunk = self.chunks.recv().await.ok_or(Malformed::Prelude)?;
            begun.extend_from_slice(&chunk);
            if let Some((prelude, rest)) = split_prelude(&begun) {
                let answer = Answer::from_stream_prelude(prelude)?;
                self.first = Some(Bytes::copy_from_slice(rest)).filter(|rest| !rest.is_empty());
                return Ok(answer);
            }
        }
        Err(Malformed::Prelude)
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
pub(super) struct Pace {
    passed: u64,
    /// When the bytes that have passed the burst are allowed to be through.
    free_at: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            passed: 0,
            free_at: Instant::now(),
        }
    }

    /// Waits until so many more bytes may pass.
    pub(super) async fn pass(&mut self, bytes: u64) {
        let over = (self.passed + bytes).saturating_sub(BURST.max(self.passed));
        self.passed += bytes;
        if over > 0 {
            let takes = Duration::from_secs_f64(over as f64 / RATE as f64);
            self.free_at = self.free_at.max(Instant::now()) + takes;
            sleep_until(self.free_at).await;
        }
    }

    pub(super) fn passed(&self) -> u64 {
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
        pace.pass(BURST - 1).await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        pace.pass(1 + RATE).await;
        assert_eq!(began.elapsed(), Duration::from_secs(1));
        pace.pass(RATE / 2).await;
        assert_eq!(began.elapsed(), Duration::from_millis(1_500));
    }

    #[tokio::test]
    async fn a_prelude_is_found_wherever_the_chunks_end() {
        let stream = b"{\"statusCode\":201}\0\0\0\0\0\0\0\0body";
        for at in 1..stream.len() {
            let (sender, mut flow) = Flow::channel();
            let (one, two) = stream.split_at(at);
            sender.send(Bytes::from_static(one)).await.unwrap();
            sender.send(Bytes::from_static(two)).await.unwrap();
            drop(sender);
            assert_eq!(flow.answer().await.unwrap().status, 201);
            let body = http_body_util::BodyExt::collect(flow).await.unwrap();
            assert_eq!(body.to_bytes(), "body", "split at {at}");
        }
    }

    #[tokio::test]
    async fn a_stream_that_ends_within_its_prelude_is_malformed() {
        let (sender, mut flow) = Flow::channel();
        sender.send(Bytes::from_static(b"{}\0\0\0")).await.unwrap();
        drop(sender);
        assert_eq!(flow.answer().await, Err(Malformed::Prelude));
    }
}
