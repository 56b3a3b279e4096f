//! The beginning of a streamed response: a prelude with status, headers and cookies, then the body.

use super::{Answer, Malformed, split_prelude};
use crate::dev::function::flow::Flow;
use bytes::{Bytes, BytesMut};

/// A prelude with more bytes than this is not accepted.
const LONGEST_PRELUDE: usize = 1024 * 1024;

/// Waits for the prelude of a stream. Returns the answer that it announces, without its body; what
/// came behind the prelude stays in the flow.
///
/// # Errors
/// [`Malformed`] when the stream does not begin with a prelude.
pub(in crate::dev::url) async fn read_prelude(flow: &mut Flow) -> Result<Answer, Malformed> {
    let mut begun = BytesMut::new();
    while begun.len() < LONGEST_PRELUDE {
        let chunk = flow.next().await.ok_or(Malformed::Prelude)?;
        begun.extend_from_slice(&chunk);
        if let Some((prelude, rest)) = split_prelude(&begun) {
            let answer = Answer::from_stream_prelude(prelude)?;
            flow.put_back(Bytes::copy_from_slice(rest));
            return Ok(answer);
        }
    }
    Err(Malformed::Prelude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_prelude_is_found_wherever_the_chunks_end() {
        let stream = b"{\"statusCode\":201}\0\0\0\0\0\0\0\0body";
        for at in 1..stream.len() {
            let (sender, mut flow) = Flow::channel();
            let (one, two) = stream.split_at(at);
            sender.send(Bytes::from_static(one)).await.unwrap();
            sender.send(Bytes::from_static(two)).await.unwrap();
            drop(sender);
            assert_eq!(read_prelude(&mut flow).await.unwrap().status, 201);
            let body = http_body_util::BodyExt::collect(flow).await.unwrap();
            assert_eq!(body.to_bytes(), "body", "split at {at}");
        }
    }

    #[tokio::test]
    async fn a_stream_that_ends_within_its_prelude_is_malformed() {
        let (sender, mut flow) = Flow::channel();
        sender.send(Bytes::from_static(b"{}\0\0\0")).await.unwrap();
        drop(sender);
        assert_eq!(read_prelude(&mut flow).await, Err(Malformed::Prelude));
    }
}
