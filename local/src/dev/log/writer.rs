//! Standard error, written to without ever waiting for its reader.
//!
//! A pipe that nobody reads and a terminal that is stopped (Ctrl-S) make a writer wait without
//! end. Here only a thread of its own waits. What it cannot write in time is held up to
//! [`HELD_BYTES`]; lines beyond that are dropped, counted, and the count is written as soon as
//! somebody reads again.

use rustix::fs::{FileType, fstat};
use std::{
    io::{self, Write as _},
    sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

/// The bytes that are held for a slow reader.
const HELD_BYTES: usize = 1024 * 1024;

/// The time that a stopping `fnurl dev` has for its last lines.
const LAST_WORDS: Duration = Duration::from_millis(500);

static WRITER: OnceLock<Writer> = OnceLock::new();

/// Writes whole lines, in one piece, so that they do not mix with others.
///
/// A closed standard error is no reason to stop serving, so a failure is passed over.
pub(super) fn write(lines: &str) {
    match WRITER.get_or_init(Writer::of_stderr) {
        Writer::Direct => drop(io::stderr().write_all(lines.as_bytes())),
        Writer::Queued(queue) => queue.push(lines),
    }
}

/// Waits until everything is written, or for as long as a reader may take.
pub(in crate::dev) fn finish() {
    if let Some(Writer::Queued(queue)) = WRITER.get() {
        let held = queue.lock();
        let is_busy = |held: &mut Held| held.is_writing || held.has_work();
        drop(queue.changed.wait_timeout_while(held, LAST_WORDS, is_busy));
    }
}

enum Writer {
    /// A file never makes its writer wait, and needs no thread.
    Direct,
    Queued(&'static Queue),
}

/// The lines on their way to the thread that writes them.
#[derive(Default)]
struct Queue {
    held: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    text: Vec<u8>,
    dropped_lines: usize,
    is_writing: bool,
}

impl Writer {
    fn of_stderr() -> Self {
        if is_file() {
            return Self::Direct;
        }
        // It lives as long as the process.
        let queue: &'static Queue = Box::leak(Box::default());
        let thread = std::thread::Builder::new().name("log".to_owned());
        match thread.spawn(|| queue.write_for_ever()) {
            Ok(_) => Self::Queued(queue),
            Err(_) => Self::Direct,
        }
    }
}

/// Checks whether standard error is a regular file or `/dev/null` (device 1:3).
fn is_file() -> bool {
    let Ok(stat) = fstat(io::stderr()) else {
        return false;
    };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => true,
        FileType::CharacterDevice => stat.st_rdev == rustix::fs::makedev(1, 3),
        _ => false,
    }
}

impl Queue {
    fn push(&self, lines: &str) {
        let mut held = self.lock();
        if held.text.len() + lines.len() > HELD_BYTES {
            held.dropped_lines += lines.lines().count();
        } else {
            held.text.extend_from_slice(lines.as_bytes());
        }
        drop(held);
        self.changed.notify_all();
    }

    fn write_for_ever(&self) {
        loop {
            let held = self.lock();
            let mut held = self
                .changed
                .wait_while(held, |held| !held.has_work())
                .unwrap_or_else(PoisonError::into_inner);
            let text = std::mem::take(&mut held.text);
            let dropped = std::mem::take(&mut held.dropped_lines);
            held.is_writing = true;
            drop(held);
            let _ = io::stderr().write_all(&text);
            if dropped > 0 {
                let notice = super::notice(&format!(
                    "fnurl: {dropped} lines of the log were dropped, because nobody read them"
                ));
                let _ = io::stderr().write_all(notice.as_bytes());
            }
            self.lock().is_writing = false;
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn has_work(&self) -> bool {
        !self.text.is_empty() || self.dropped_lines > 0
    }
}
