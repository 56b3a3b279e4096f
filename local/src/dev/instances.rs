//! All instances of the function: started on demand, reused, never more than allowed.

use super::{
    function::Function,
    instance,
    invocation::{Failure, Invocation},
    lifecycle::{Job, Outcome},
    rate::Rate,
};
use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};

/// How long a request waits for an instance that has answered to ask for its next event.
///
/// Without the wait, a client that sends one request after the other would meet a second
/// instance, or 429, only because its request is faster than the runtime's.
const TURNAROUND: Duration = Duration::from_millis(500);

/// Calls a second for each instance that is reserved.
///
/// Source: AWS Lambda Developer Guide, “Lambda function URLs”, throttling.
const CALLS_PER_RESERVED: u16 = 10;

/// The instances of one function.
#[derive(Debug)]
pub(super) struct Instances {
    function: Arc<Function>,
    limit: usize,
    /// As often as it may be called, where concurrency is reserved.
    rate: Option<Rate>,
    seats: Arc<Seats>,
    stop: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Seats {
    taken: Mutex<Taken>,
    /// Tells those who wait that a seat has changed.
    changed: Notify,
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
enum Found {
    Idle(mpsc::Sender<Job>),
    /// Nobody yet: start an instance here.
    Room(Seat, mpsc::Sender<Job>, mpsc::Receiver<Job>),
    /// Somebody who should be idle before this time.
    Soon(Instant),
    Full,
}

impl Instances {
    /// Instances up to the concurrency; with one that is reserved, called at a limited rate too.
    pub(super) fn new(function: Function, concurrency: u16, reserved: Option<u16>) -> Self {
        Self {
            function: Arc::new(function),
            limit: reserved.unwrap_or(concurrency).into(),
            rate: reserved.map(|reserved| Rate::per_second(reserved * CALLS_PER_RESERVED)),
            seats: Arc::default(),
            stop: watch::Sender::new(false),
        }
    }

    pub(super) fn function(&self) -> &Function {
        &self.function
    }

    /// Has the function called, by an idle instance or else by a new one.
    ///
    /// # Errors
    /// [`Failure`]: the function was not called, or has no result.
    pub(super) async fn invoke(&self, invocation: &Invocation) -> Outcome {
        if let Some(rate) = self
            .rate
            .as_ref()
            .filter(|rate| !rate.admits(Instant::now()))
        {
            return Err(Failure::RateExceeded(rate.limit()));
        }
        loop {
            let (outcome, result) = oneshot::channel();
            let job = Job {
                invocation: invocation.clone(),
                outcome,
            };
            // An instance that ends before it has seen the job drops it: look for another one.
            let _ = self.seat().await?.send(job).await;
            if let Ok(outcome) = result.await {
                return outcome;
            }
        }
    }

    /// Ends every instance once it is done with its invocation; later invocations get new ones.
    pub(super) fn retire(&self) {
        // An instance whose slot is gone hears that no job comes any more.
        self.seats.lock().slots.clear();
        self.seats.changed.notify_waiters();
    }

    /// Ends every instance and waits until no process is left. Nothing starts afterwards.
    pub(super) async fn stop(&self) {
        self.stop.send_replace(true);
        self.stop.closed().await;
    }

    async fn seat(&self) -> Result<mpsc::Sender<Job>, Failure> {
        loop {
            let mut changed = pin!(self.seats.changed.notified());
            changed.as_mut().enable();
            match self.seats.find(self.limit) {
                Found::Idle(jobs) => return Ok(jobs),
                Found::Full => return Err(Failure::Throttled),
                Found::Soon(deadline) => drop(timeout_at(deadline, changed).await),
                Found::Room(seat, jobs, received) => {
                    self.start(seat, received)?;
                    return Ok(jobs);
                }
            }
        }
    }

    fn start(&self, seat: Seat, jobs: mpsc::Receiver<Job>) -> Result<(), Failure> {
        // Subscribed first: either this sees the stop, or the stop waits for this instance.
        let stop = self.stop.subscribe();
        if *stop.borrow() {
            seat.free();
            return Err(Failure::Stopping);
        }
        tokio::spawn(instance::run(Arc::clone(&self.function), seat, jobs, stop));
        Ok(())
    }
}

impl Seats {
    /// The idle instance that was used last; else one that is about to be idle; else room.
    fn find(self: &Arc<Self>, limit: usize) -> Found {
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
