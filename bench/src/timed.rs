//! What has to be timed, and varies: all programs take turns within one run, so that what else the
//! machine does falls on each of them.

use std::time::Duration;

use crate::Failure;
use crate::function::{Function, Program, Tool};

/// Turns of each program, and how often its events are played in each.
const TURNS: usize = 30;
const ROUNDS: u32 = 10;
/// Starts of each program.
const STARTS: usize = 40;

/// What was seen of one program. Lists have one entry a turn or start, in the same order for all.
#[derive(Debug, Default)]
pub(crate) struct Timed {
    /// CPU per invocation, in microseconds.
    pub(crate) cpu_us: Vec<f64>,
    /// From handing over an event until its answer is there, in microseconds; one entry for each.
    pub(crate) wall_us: Vec<f64>,
    /// From exec until the first request for an event, in milliseconds.
    pub(crate) start_wall_ms: Vec<f64>,
    /// CPU until then, in milliseconds.
    pub(crate) start_cpu_ms: Vec<f64>,
    pub(crate) connections: usize,
    pub(crate) peak_memory_kib: u64,
}

/// Times the programs in turns.
pub(crate) async fn timed(programs: &[&Program]) -> Result<Vec<Timed>, Failure> {
    let mut all: Vec<Timed> = programs.iter().map(|_| Timed::default()).collect();
    for _ in 0..STARTS {
        for (program, timed) in programs.iter().zip(&mut all) {
            let function = Function::start(program, Tool::Nothing).await?;
            timed
                .start_wall_ms
                .push(function.first_next.as_secs_f64() * 1e3);
            timed
                .start_cpu_ms
                .push(function.cpu().await?.as_secs_f64() * 1e3);
        }
    }
    let mut functions = Vec::new();
    for program in programs {
        let mut function = Function::start(program, Tool::Nothing).await?;
        for _ in 0..ROUNDS {
            function.round().await?;
        }
        functions.push(function);
    }
    for _ in 0..TURNS {
        for (function, timed) in functions.iter_mut().zip(&mut all) {
            turn(function, timed).await?;
        }
    }
    for (function, timed) in functions.iter().zip(&mut all) {
        timed.connections = function.connections();
        timed.peak_memory_kib = function.peak_memory_kib()?;
    }
    Ok(all)
}

async fn turn(function: &mut Function, timed: &mut Timed) -> Result<(), Failure> {
    let before = function.cpu().await?;
    let mut invocations = 0_u32;
    for _ in 0..ROUNDS {
        let times = function.round().await?;
        invocations += u32::try_from(times.len())?;
        timed.wall_us.extend(times.iter().copied().map(micros));
    }
    let cpu = function.cpu().await? - before;
    timed.cpu_us.push(micros(cpu) / f64::from(invocations));
    Ok(())
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
