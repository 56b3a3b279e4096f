//! The seats of instances: which are taken, by whom, and who serves the next request.

use super::invocation::Job;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};

/// How long a request waits for an instance that has answered to ask for its next event.
///
/// Without the wait, a client that sends one request after the other would meet a second
/// instance, or 429, only because its request is faster than the runtime's.
const TURNAROUND: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub(super) struct Seats {
    taken: Mutex<Taken>,
    /// Tells those who wait that a seat has changed.
    pub(super) changed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    /// In the order of their last use.
    slots: Vec<Slot>,
    last_id: u64,
}

#[derive(Debug)]
struct Slot {
    id: u64,
    state: State,
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Busy,
    AnsweredAt(Instant),
    Idle,
}

/// An instance's place among the others, by which it says how it stands.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    id: u64,
    seats: Arc<Seats>,
}

/// Who is going to serve a request.
pub(super) enum Found {
    Idle(mpsc::Sender<Job>),
    /// Nobody yet: start an instance here.
    Room(Seat, mpsc::Sender<Job>, mpsc::Receiver<Job>),
    /// Somebody who should be idle before this time.
    Soon(Instant),
    Full,
}

impl Seats {
    /// The idle instance that was used last; else one that is about to be idle; else room.
    pub(super) fn find(self: &Arc<Self>, limit: usize) -> Found {
        let mut taken = self.lock();
        if let Some(index) = taken
            .slots
            .iter()
            .rposition(|slot| matches!(slot.state, State::Idle))
        {
            let mut slot = taken.slots.remove(index);
            slot.state = State::Busy;
            let jobs = slot.jobs.clone();
            taken.slots.push(slot);
            return Found::Idle(jobs);
        }
        if let Some(deadline) = taken.slots.iter().filter_map(Slot::idle_before).max() {
            return Found::Soon(deadline);
        }
        if taken.slots.len() >= limit {
            return Found::Full;
        }
        taken.last_id += 1;
        let (jobs, received) = mpsc::channel(1);
        let slot = Slot {
            id: taken.last_id,
            state: State::Busy,
            jobs: jobs.clone(),
        };
        let seat = Seat {
            id: slot.id,
            seats: Arc::clone(self),
        };
        taken.slots.push(slot);
        Found::Room(seat, jobs, received)
    }

    /// Forgets every instance: each ends once it is done, and a new one takes its place.
    pub(super) fn clear(&self) {
        self.lock().slots.clear();
        self.changed.notify_waiters();
    }

    /// Nothing that holds the lock can leave a slot half changed.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn idle_before(&self) -> Option<Instant> {
        match self.state {
            State::AnsweredAt(at) => Some(at + TURNAROUND).filter(|soon| *soon > Instant::now()),
            State::Busy | State::Idle => None,
        }
    }
}

impl Seat {
    /// The function has answered, and will ask for its next event.
    pub(super) fn set_answered(&self) {
        self.set(State::AnsweredAt(Instant::now()));
    }

    /// The function waits for its next event.
    pub(super) fn set_idle(&self) {
        self.set(State::Idle);
    }

    /// The instance is at its end; no further job comes. May be said more than once.
    pub(super) fn free(&self) {
        self.seats.lock().slots.retain(|slot| slot.id != self.id);
        self.seats.changed.notify_waiters();
    }

    fn set(&self, state: State) {
        if let Some(slot) = self
            .seats
            .lock()
            .slots
            .iter_mut()
            .find(|slot| slot.id == self.id)
        {
            slot.state = state;
        }
        self.seats.changed.notify_waiters();
    }
}
