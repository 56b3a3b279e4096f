//! One instance: a process, its Runtime API and its lifecycle, from start to end.

use super::{
    Function,
    alarm::Alarm,
    invocation::{Failure, Finished, Job},
    lifecycle::Lifecycle,
    process::Process,
    runtime_api::{self, Call},
    seats::Seat,
};
use crate::dev::log::{self, Ending};
use std::{io, net::Ipv4Addr, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::{Instant, timeout_at},
};

/// Starts an instance and stays with it until its process is gone and its seat is free.
pub(in crate::dev) async fn run(
    function: Arc<Function>,
    seat: Seat,
    mut jobs: mpsc::Receiver<Job>,
    mut stop: watch::Receiver<bool>,
) {
    let mut again = None;
    loop {
        match start(&function).await {
            Ok((process, calls, under_way)) => {
                let pid = process.pid();
                let (function, seat) = (Arc::clone(&function), seat.clone());
                let output = Arc::clone(process.output());
                let mut lifecycle =
                    Lifecycle::new(Arc::clone(&function), seat, pid, under_way, output);
                if let Some(job) = again.take() {
                    lifecycle.repeat_init(job);
                }
                again = attend(process, calls, lifecycle, &mut jobs, &mut stop, &function).await;
            }
            Err(err) => {
                let failure = Failure::NotStarted(err);
                seat.free();
                let job = match again.take() {
                    Some(job) => Some(job),
                    None => jobs.recv().await,
                };
                if let Some(job) = job {
                    log::note(&job.invocation.request_id, format_args!("{failure}"));
                    let finished = Finished {
                        outcome: Err(failure),
                        is_cold: true,
                    };
                    let _ = job.finished.send(finished);
                }
            }
        }
        if again.is_none() {
            break;
        }
    }
    seat.free();
}

/// The calls of an instance's runtime; its Runtime API ends when this is dropped.
struct Calls {
    received: mpsc::Receiver<Call>,
    close: oneshot::Sender<()>,
    _server: JoinSet<()>,
}

impl Calls {
    /// The calls that the function made before its process ended, to the last one.
    async fn drain(mut self, lifecycle: &mut Lifecycle) {
        let _ = self.close.send(());
        while let Some(call) = self.received.recv().await {
            lifecycle.call(call);
        }
    }
}

async fn start(function: &Function) -> io::Result<(Process, Calls, watch::Sender<Option<String>>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let (under_way, request_id) = watch::channel(None);
    let process = Process::start(function, listener.local_addr()?, &request_id)?;
    let (sender, received) = mpsc::channel(8);
    let mut server = JoinSet::new();
    let (close, closing) = oneshot::channel();
    let mode = function.invoke_mode;
    server.spawn(runtime_api::serve(listener, sender, mode, closing));
    Ok((
        process,
        Calls {
            received,
            close,
            _server: server,
        },
        under_way,
    ))
}

/// Stays with a process to its end. Gives the invocation that its init kept waiting for too long.
async fn attend(
    mut process: Process,
    mut calls: Calls,
    mut lifecycle: Lifecycle,
    jobs: &mut mpsc::Receiver<Job>,
    stop: &mut watch::Receiver<bool>,
    function: &Function,
) -> Option<Job> {
    let mut is_retired = false;
    let mut alarm = Alarm::new();
    let (failure, ending) = loop {
        if is_retired && lifecycle.is_unused() {
            break (Failure::Stopping, Ending::Error);
        }
        process.set_frozen(function.is_frozen_idle && lifecycle.is_idle());
        tokio::select! {
            // In this order: what the function has said counts before its end.
            biased;
            _ = stop.wait_for(|is_stopping| *is_stopping) => break (Failure::Stopping, Ending::Error),
            Some(call) = calls.received.recv() => lifecycle.call(call),
            job = jobs.recv(), if !is_retired && !lifecycle.has_pending_job() => match job {
                Some(job) => lifecycle.take(job),
                None => is_retired = true,
            },
            ended = process.ended() => match ended {
                Ok(status) => break (Failure::Exited(status), Ending::Error),
                Err(err) => break (Failure::NotStarted(err), Ending::Error),
            },
            () = alarm.at(lifecycle.idle_deadline().or(lifecycle.deadline())) => {
                break match lifecycle.is_idle() {
                    true => (Failure::Stopping, Ending::Error),
                    false => (Failure::TimedOut(function.timeout_secs), Ending::Timeout),
                };
            }
        }
    };
    if matches!(failure, Failure::TimedOut(_))
        && let Some(job) = lifecycle.give_up_init()
    {
        process.end().await;
        return Some(job);
    }
    if matches!(failure, Failure::Exited(_)) && !lifecycle.is_unused() {
        // Nothing that it has started keeps its connections open.
        process.kill_group();
        let last_calls = calls.drain(&mut lifecycle);
        let _ = timeout_at(Instant::now() + function.timeout(), last_calls).await;
    }
    lifecycle.end(failure, ending);
    process.end().await;
    None
}
