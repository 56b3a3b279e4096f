//! The lines of invocations that are under way, held so that they can stand under the line of
//! their request.
//!
//! A person who watches a long invocation sees its lines as they come: whoever has waited for
//! [`PATIENCE`] is shown what is there, and from then on each line at once.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long lines wait for the line of their request.
const PATIENCE: Duration = Duration::from_millis(400);

/// The bytes that are held for one invocation, before they are shown at once.
const HELD_BYTES: usize = 64 * 1024;

static UNDER_WAY: LazyLock<Mutex<HashMap<String, Lines>>> = LazyLock::new(Mutex::default);

/// The lines of one invocation.
#[derive(Debug, Default)]
struct Lines {
    text: String,
    /// Whether lines are shown as they come.
    is_live: bool,
}

/// An invocation begins: its lines are held from now on.
pub(super) fn begin(request_id: &str) {
    lock().insert(request_id.to_owned(), Lines::default());
}

/// Holds a line of an invocation. Returns what is to be shown now: nothing, or the line with
/// everything that was held.
pub(super) fn add(request_id: &str, line: &str) -> Option<String> {
    let mut under_way = lock();
    let Some(lines) = under_way.get_mut(request_id) else {
        // Its request has its line already.
        return Some(line.to_owned());
    };
    if lines.text.is_empty() && !lines.is_live {
        show_later(request_id.to_owned());
    }
    lines.text.push_str(line);
    lines.is_live |= lines.text.len() > HELD_BYTES;
    lines.is_live.then(|| std::mem::take(&mut lines.text))
}

/// The line of the request is about to be shown. Returns the lines that belong under it.
pub(super) fn end(request_id: &str) -> String {
    lock().remove(request_id).unwrap_or_default().text
}

fn show_later(request_id: String) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return;
    };
    runtime.spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if let Some(lines) = lock().get_mut(&request_id) {
            lines.is_live = true;
            super::writer::write(&std::mem::take(&mut lines.text));
        }
    });
}

fn lock() -> MutexGuard<'static, HashMap<String, Lines>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}
