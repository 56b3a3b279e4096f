//! Where one instance stands between its start and its end, and which calls that allows.
//!
//! ```text
//! Init ──next──► Idle ──event──► Busy ──response, error──► Answered ──next──► Idle …
//!   └─init error──► Broken
//! ```
//! A call that does not fit is refused as the Runtime API does. Nothing here waits or touches the
//! process: that is `instance.rs`.

use super::{
    Function,
    invocation::{Failure, Finished, FunctionResult, Invocation, Job, Outcome},
    output::Output,
    process::PeakMemory,
    runtime_api::{Call, Delivery, Refusal, Reply},
    seats::Seat,
};
use crate::dev::log::{self, Ending, Report};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

/// The time for init that does not count as time of the first invocation. When it is over, init
/// begins again within that invocation, and under its timeout.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How long a function that reported an init error has for its last words.
const LAST_WORDS: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(in crate::dev) struct Lifecycle {
    function: Arc<Function>,
    seat: Seat,
    pid: u32,
    memory: PeakMemory,
    started: Instant,
    is_init_repeated: bool,
    /// How long init took, until an invocation has reported it.
    init: Option<Duration>,
    /// A job that the function has not asked for yet, and when it is given up.
    pending: Option<(Job, Instant)>,
    phase: Phase,
    idle_since: Instant,
    /// The request that the function is busy with: what it writes belongs to that.
    under_way: watch::Sender<Option<String>>,
    output: Arc<Output>,
}

#[derive(Debug)]
enum Phase {
    Init,
    /// Waiting for an event, unless the connection that asked for it has broken.
    Idle(Option<Reply<Delivery>>),
    Busy(Current, oneshot::Sender<Finished>),
    Answered(Current),
    /// Has reported an init error; its process should end by itself.
    Broken(Instant),
}

#[derive(Debug)]
struct Current {
    request_id: String,
    handed_over: Instant,
    deadline: Instant,
}

impl Lifecycle {
    pub(in crate::dev) fn new(
        function: Arc<Function>,
        seat: Seat,
        pid: u32,
        under_way: watch::Sender<Option<String>>,
        output: Arc<Output>,
    ) -> Self {
        let (started, init, pending, phase) = (Instant::now(), None, None, Phase::Init);
        Self {
            function,
            seat,
            pid,
            memory: PeakMemory::of(pid),
            started,
            is_init_repeated: false,
            init,
            pending,
            phase,
            idle_since: started,
            under_way,
            output,
        }
    }

    /// Whether the process has nothing to do but to wait for an event.
    pub(in crate::dev) fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle(Some(_))) && !self.has_pending_job()
    }

    /// When the instance has been idle for too long, if it is idle.
    pub(in crate::dev) fn idle_deadline(&self) -> Option<Instant> {
        self.is_idle()
            .then(|| self.idle_since + self.function.idle_timeout)
    }

    /// Whether a job is waiting for the function to ask for it.
    pub(in crate::dev) fn has_pending_job(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether no invocation is under way or waiting.
    pub(in crate::dev) fn is_unused(&self) -> bool {
        !self.has_pending_job() && !matches!(self.phase, Phase::Busy(..) | Phase::Answered(_))
    }

    /// When the instance has to be ended, if nothing happens before.
    pub(in crate::dev) fn deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Busy(current, _) | Phase::Answered(current) => Some(current.deadline),
            Phase::Broken(deadline) => Some(*deadline),
            Phase::Init | Phase::Idle(_) => self.pending.as_ref().map(|(_, deadline)| *deadline),
        }
    }

    pub(in crate::dev) fn take(&mut self, job: Job) {
        let given_up = match self.phase {
            Phase::Init if !self.is_init_repeated => self.started + INIT_LIMIT,
            _ => Instant::now() + self.function.timeout(),
        };
        self.pending = Some((job, given_up));
        self.hand_over();
    }

    /// Begins with an invocation that has already waited for an init that took too long.
    pub(in crate::dev) fn repeat_init(&mut self, job: Job) {
        self.is_init_repeated = true;
        self.take(job);
    }

    /// The invocation that waits for an init that takes too long, for another try: there is one.
    pub(in crate::dev) fn give_up_init(&mut self) -> Option<Job> {
        if !matches!(self.phase, Phase::Init) || self.is_init_repeated {
            return None;
        }
        let (job, _) = self.pending.take()?;
        let took = self.started.elapsed();
        let request_id = Some(&*job.invocation.request_id);
        log::init_report(request_id, took, Ending::Timeout, "Sandbox.Timedout");
        Some(job)
    }

    pub(in crate::dev) fn call(&mut self, call: Call) {
        // A runtime that no longer waits for the answer is about to end, which is seen elsewhere.
        match call {
            Call::Next(reply) => self.next(reply),
            Call::Done {
                request_id,
                result,
                reply,
            } => {
                let _ = reply.send(self.done(&request_id, result));
            }
            Call::Streamed {
                request_id,
                error,
                reply,
            } => {
                let _ = reply.send(self.streamed(&request_id, error.as_deref()));
            }
            Call::InitError { error, reply } => {
                let _ = reply.send(self.init_error(error));
            }
        }
    }

    /// The process has ended, or is about to be ended: settles whatever is open.
    pub(in crate::dev) fn end(mut self, failure: Failure, ending: Ending) {
        match std::mem::replace(&mut self.phase, Phase::Idle(None)) {
            Phase::Init => self.end_init(failure, ending),
            Phase::Idle(_) if matches!(failure, Failure::Exited(_)) => {
                log::line(format_args!(
                    "fnurl: process {} ended while it was idle: {failure}",
                    self.pid
                ));
            }
            Phase::Idle(_) | Phase::Broken(_) => {}
            Phase::Busy(current, finished) => {
                self.output.drain(Some(&current.request_id));
                log::note(&current.request_id, format_args!("{failure}"));
                let is_cold = self.init.is_some();
                self.report(&current, Some(ending));
                self.seat.free();
                let outcome = Err(failure);
                let _ = finished.send(Finished { outcome, is_cold });
            }
            Phase::Answered(current) => {
                // Before the client sees the end of its stream: its next request finds room.
                self.seat.free();
                self.output.drain(Some(&current.request_id));
                if !matches!(failure, Failure::Stopping) {
                    log::note(&current.request_id, format_args!("{failure}"));
                }
                self.report(&current, Some(ending));
            }
        }
    }

    fn next(&mut self, reply: Reply<Delivery>) {
        let is_in_order = match &self.phase {
            Phase::Init | Phase::Answered(_) => true,
            Phase::Idle(waiting) => waiting.as_ref().is_none_or(oneshot::Sender::is_closed),
            Phase::Busy(..) | Phase::Broken(_) => false,
        };
        if !is_in_order {
            let _ = reply.send(Err(Refusal::InvalidStateTransition));
            return;
        }
        match std::mem::replace(&mut self.phase, Phase::Idle(Some(reply))) {
            Phase::Init => {
                self.init = Some(self.started.elapsed());
                // Init that was in time does not count as time of the invocation.
                if let (Some((_, given_up)), false) = (&mut self.pending, self.is_init_repeated) {
                    *given_up = Instant::now() + self.function.timeout();
                }
            }
            Phase::Answered(current) => {
                self.report(&current, None);
                self.init = None;
                self.under_way.send_replace(None);
                self.seat.set_idle();
            }
            Phase::Idle(_) | Phase::Busy(..) | Phase::Broken(_) => {}
        }
        self.idle_since = Instant::now();
        self.hand_over();
    }

    /// Gives the pending job to the runtime that waits for one.
    fn hand_over(&mut self) {
        let Phase::Idle(waiting) = &mut self.phase else {
            return;
        };
        let Some(reply) = waiting.take() else { return };
        let Some((job, given_up)) = self.pending.take() else {
            *waiting = Some(reply);
            return;
        };
        let handed_over = Instant::now();
        let deadline = given_up.min(handed_over + self.function.timeout());
        match reply.send(Ok(self
            .function
            .delivery(&job.invocation, unix_ms(deadline))))
        {
            Ok(()) => {
                let Invocation { request_id, .. } = job.invocation;
                log::start(&request_id);
                self.under_way.send_replace(Some(request_id.clone()));
                self.phase = Phase::Busy(
                    Current {
                        request_id,
                        handed_over,
                        deadline,
                    },
                    job.finished,
                );
            }
            Err(_) => self.pending = Some((job, given_up)),
        }
    }

    fn done(&mut self, request_id: &str, result: Outcome) -> Result<(), Refusal> {
        match std::mem::replace(&mut self.phase, Phase::Idle(None)) {
            Phase::Busy(current, finished) if current.request_id == request_id => {
                self.output.drain(Some(request_id));
                if let Err(failure) = &result {
                    log::note(request_id, format_args!("{failure}"));
                }
                self.phase = Phase::Answered(current);
                // Before the client can know: its next request is to find this instance.
                if !matches!(result, Ok(FunctionResult::Flowing { .. })) {
                    self.seat.set_answered();
                }
                let is_cold = self.init.is_some();
                let _ = finished.send(Finished {
                    outcome: result,
                    is_cold,
                });
                Ok(())
            }
            other => {
                self.phase = other;
                Err(Refusal::InvalidRequestId)
            }
        }
    }

    fn streamed(&mut self, request_id: &str, error: Option<&str>) -> Result<(), Refusal> {
        match &self.phase {
            Phase::Answered(current) if current.request_id == request_id => {
                self.output.drain(Some(request_id));
                if let Some(error) = error {
                    log::note(
                        request_id,
                        format_args!("the stream ended with an error: {error}"),
                    );
                }
                self.seat.set_answered();
                Ok(())
            }
            _ => Err(Refusal::InvalidRequestId),
        }
    }

    fn init_error(&mut self, error: String) -> Result<(), Refusal> {
        if !matches!(self.phase, Phase::Init) {
            return Err(Refusal::InvalidStateTransition);
        }
        self.phase = Phase::Broken(Instant::now() + LAST_WORDS);
        self.end_init(Failure::Init(error), Ending::Error);
        Ok(())
    }

    fn end_init(&mut self, failure: Failure, ending: Ending) {
        let pending = self.pending.take();
        let request_id = pending.as_ref().map(|(job, _)| &*job.invocation.request_id);
        self.output.drain(request_id);
        let took = self.started.elapsed();
        log::init_report(request_id, took, ending, &failure.to_string());
        self.seat.free();
        if let Some((job, _)) = pending {
            let _ = job.finished.send(Finished {
                outcome: Err(failure),
                is_cold: true,
            });
        }
    }

    fn report(&mut self, current: &Current, ending: Option<Ending>) {
        if !log::has_reports() {
            return;
        }
        let duration = current.handed_over.elapsed();
        log::end(&Report {
            request_id: &current.request_id,
            duration,
            init: self.init,
            memory_size_mb: self.function.memory_mb,
            memory_used_mb: self.memory.peak_mb(duration),
            ending,
        });
    }
}

fn unix_ms(at: Instant) -> u64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let at = now + at.saturating_duration_since(Instant::now());
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX)
}
