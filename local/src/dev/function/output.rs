//! What the function writes to its standard output and standard error, line by line, each with the
//! request that was under way.
//!
//! The pipe is read by a task, and once more when the function has answered: what it wrote
//! before its answer belongs to that request, and is in the pipe by then.

use crate::dev::log;
use std::{
    io,
    os::fd::OwnedFd,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::unix::pipe, sync::watch, task::yield_now};

/// The request that is under way; none between invocations.
pub(super) type UnderWay = watch::Receiver<Option<String>>;

/// A pipe is read in pieces of this many bytes.
const PIECE_BYTES: usize = 16 * 1024;

/// The pieces that are read in one go, so that a function that writes without end does not keep a
/// thread to itself.
const PIECES_IN_A_ROW: usize = 16;

/// The reading end of the pipe that is a process's standard output and standard error.
#[derive(Debug)]
pub(super) struct Output {
    pipe: pipe::Receiver,
    lines: Mutex<Lines>,
}

/// What a read came to.
#[derive(Debug, PartialEq, Eq)]
enum Drained {
    /// There may be more.
    Some,
    /// There is nothing now.
    Empty,
    /// The writers have closed it.
    Closed,
}

impl Output {
    /// Reads the pipe to its end, in a task of its own.
    ///
    /// # Errors
    /// When the system cannot wait for the pipe.
    pub(super) fn read(pipe: OwnedFd, under_way: &UnderWay) -> io::Result<Arc<Self>> {
        let output = Arc::new(Self {
            pipe: pipe::Receiver::from_owned_fd(pipe)?,
            lines: Mutex::default(),
        });
        tokio::spawn(Arc::clone(&output).read_to_end(under_way.clone()));
        Ok(output)
    }

    async fn read_to_end(self: Arc<Self>, under_way: UnderWay) {
        while self.pipe.readable().await.is_ok() {
            let request_id = under_way.borrow().clone();
            // As tokio reads: it learns from this that the pipe is empty.
            match self.lines(request_id.as_deref(), |piece| self.pipe.try_read(piece)) {
                Drained::Some => yield_now().await,
                Drained::Empty => {}
                Drained::Closed => return,
            }
        }
    }

    /// Writes to the log what the function has written by now.
    pub(super) fn drain(&self, request_id: Option<&str>) {
        // Past tokio, which may not have heard yet that something was written.
        self.lines(request_id, |piece| {
            rustix::io::read(&self.pipe, piece).map_err(Into::into)
        });
    }

    fn lines(
        &self,
        request_id: Option<&str>,
        read: impl Fn(&mut [u8]) -> io::Result<usize>,
    ) -> Drained {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut piece = [0; PIECE_BYTES];
        let say = |line: &str| log::output(request_id, line);
        for _ in 0..PIECES_IN_A_ROW {
            match read(&mut piece) {
                Ok(0) => {
                    lines.end(say);
                    return Drained::Closed;
                }
                Ok(length) => lines.push(&piece[..length], say),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Drained::Empty,
                Err(_) => return Drained::Closed,
            }
        }
        Drained::Some
    }
}

/// Bytes on their way to being lines.
///
/// A carriage return ends a line too: Lambda's runtimes for Python and Node.js write one for each
/// line break within an entry, so that a traceback is one entry in CloudWatch. A line with more
/// than [`log::LINE_BYTES`] is cut into several.
#[derive(Debug, Default)]
struct Lines {
    begun: Vec<u8>,
    /// The last byte was a carriage return: a line feed after it ends no other line.
    had_return: bool,
}

impl Lines {
    fn push(&mut self, mut bytes: &[u8], say: impl Fn(&str)) {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.had_return) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let room = log::LINE_BYTES - self.begun.len();
            match end {
                Some(end) if end <= room => {
                    self.begun.extend_from_slice(&bytes[..end]);
                    self.had_return = bytes[end] == b'\r';
                    bytes = &bytes[end + 1..];
                    self.say(self.begun.len(), &say);
                }
                None if bytes.len() <= room => {
                    self.begun.extend_from_slice(bytes);
                    return;
                }
                _ => {
                    self.begun.extend_from_slice(&bytes[..room]);
                    bytes = &bytes[room..];
                    self.say(whole_characters(&self.begun), &say);
                }
            }
        }
    }

    /// The last line may lack its end.
    fn end(&mut self, say: impl Fn(&str)) {
        if !self.begun.is_empty() {
            self.say(self.begun.len(), &say);
        }
    }

    fn say(&mut self, length: usize, say: &impl Fn(&str)) {
        say(String::from_utf8_lossy(&self.begun[..length]).trim_end());
        self.begun.drain(..length);
    }
}

/// The bytes of whole characters, if the last character of UTF-8 is not complete.
fn whole_characters(bytes: &[u8]) -> usize {
    let is_start = |byte: &u8| byte & 0b1100_0000 != 0b1000_0000;
    let last = bytes.iter().rev().take(4).position(is_start);
    match last {
        Some(back) if bytes.len() > 4 => bytes.len() - back - 1,
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// The lines of a text that comes in pieces of this length.
    fn lines(text: &[u8], piece: usize) -> Vec<String> {
        let said = RefCell::new(Vec::new());
        let say = |line: &str| said.borrow_mut().push(line.to_owned());
        let mut lines = Lines::default();
        for piece in text.chunks(piece) {
            lines.push(piece, say);
        }
        lines.end(say);
        said.into_inner()
    }

    #[test]
    fn every_kind_of_line_end_ends_one_line() {
        let text = b"one\ntwo\r\nthree\rfour\r\r\nfive\n\nsix";
        let expected = ["one", "two", "three", "four", "", "five", "", "six"];
        for piece in 1..text.len() {
            assert_eq!(lines(text, piece), expected, "{piece}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_cut_between_characters() {
        let text = "é".repeat(log::LINE_BYTES + 1);
        for piece in [7, 4096, text.len()] {
            let lines = lines(text.as_bytes(), piece);
            assert!(lines.iter().all(|line| line.len() <= log::LINE_BYTES));
            assert_eq!(lines.concat(), text);
            assert!(lines.len() <= 4, "{}", lines.len());
        }
    }

    #[test]
    fn what_is_not_utf_8_is_shown_as_far_as_it_can_be() {
        assert_eq!(lines(b"a\xffb\n", 1), ["a\u{fffd}b"]);
    }
}
