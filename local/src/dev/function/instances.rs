//! All instances of the function: started on demand, reused, never more than allowed.

use super::{
    Function, instance,
    invocation::{Failure, Finished, Invocation, Job},
    rate::Rate,
    seats::{Found, Seat, Seats},
};
use std::{pin::pin, sync::Arc};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};

/// Calls a second for each instance that is reserved.
///
/// Source: AWS Lambda Developer Guide, “Lambda function URLs”, throttling.
const CALLS_PER_RESERVED: u16 = 10;

/// The instances of one function.
#[derive(Debug)]
pub(in crate::dev) struct Instances {
    function: Arc<Function>,
    limit: usize,
    /// As often as it may be called, where concurrency is reserved.
    rate: Option<Rate>,
    seats: Arc<Seats>,
    stop: watch::Sender<bool>,
}

impl Instances {
    /// Instances up to the concurrency; with one that is reserved, called at a limited rate too.
    pub(in crate::dev) fn new(function: Function, concurrency: u16, reserved: Option<u16>) -> Self {
        Self {
            function: Arc::new(function),
            limit: reserved.unwrap_or(concurrency).into(),
            rate: reserved.map(|reserved| Rate::per_second(reserved * CALLS_PER_RESERVED)),
            seats: Arc::default(),
            stop: watch::Sender::new(false),
        }
    }

    pub(in crate::dev) fn function(&self) -> &Function {
        &self.function
    }

    /// Has the function called, by an idle instance or else by a new one.
    ///
    /// [`Failure`]: the function was not called, or has no result.
    pub(in crate::dev) async fn invoke(&self, invocation: &Invocation) -> Finished {
        if let Some(rate) = self
            .rate
            .as_ref()
            .filter(|rate| !rate.admits(Instant::now()))
        {
            return Finished::refused(Failure::RateExceeded(rate.limit()));
        }
        loop {
            let (finished, result) = oneshot::channel();
            let job = Job {
                invocation: invocation.clone(),
                finished,
            };
            // An instance that ends before it has seen the job drops it: look for another one.
            let seat = match self.seat().await {
                Ok(seat) => seat,
                Err(failure) => return Finished::refused(failure),
            };
            let _ = seat.send(job).await;
            if let Ok(finished) = result.await {
                return finished;
            }
        }
    }

    /// Ends every instance once it is done with its invocation; later invocations get new ones.
    pub(in crate::dev) fn retire(&self) {
        // An instance whose slot is gone hears that no job comes any more.
        self.seats.clear();
    }

    /// Ends every instance and waits until no process is left. Nothing starts afterwards.
    pub(in crate::dev) async fn stop(&self) {
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
