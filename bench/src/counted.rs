//! What can be counted exactly: instructions and system calls.
//!
//! A function is run twice, for fewer and for more rounds of its events. The difference is that of
//! warm invocations alone: start and end are the same in both and cancel.

use std::fs;
use std::path::PathBuf;

use crate::Failure;
use crate::function::{Function, Program, Tool};

const FEWER: u32 = 5;
const MORE: u32 = 25;

/// Instructions per warm invocation, a mean over the events of the program.
pub(crate) async fn instructions(program: &Program) -> Result<f64, Failure> {
    per_invocation(program, Tool::Callgrind, |counts| {
        let total = counts
            .lines()
            .find_map(|line| line.strip_prefix("totals: "));
        Ok(total
            .ok_or("callgrind has counted nothing")?
            .trim()
            .parse()?)
    })
    .await
}

/// System calls per warm invocation, a mean over the events of the program.
pub(crate) async fn system_calls(program: &Program) -> Result<f64, Failure> {
    per_invocation(program, Tool::Strace, |counts| {
        calls(counts, "total").ok_or_else(|| "strace has counted nothing".into())
    })
    .await
}

/// Connections opened per warm invocation, to whatever, a mean over the events of the program.
pub(crate) async fn connects(program: &Program) -> Result<f64, Failure> {
    per_invocation(program, Tool::Strace, |counts| {
        Ok(calls(counts, "connect").unwrap_or(0))
    })
    .await
}

/// The calls of that name in what strace has counted.
fn calls(counts: &str, name: &str) -> Option<u64> {
    let mut lines = counts.lines().map(|line| line.split_whitespace());
    let mut line = lines.find(|line| line.clone().next_back() == Some(name))?;
    // % time, seconds, usecs/call, calls
    line.nth(3)?.parse().ok()
}

async fn per_invocation(
    program: &Program,
    tool: fn(PathBuf) -> Tool,
    read: fn(&str) -> Result<u64, Failure>,
) -> Result<f64, Failure> {
    let folder = tempfile::tempdir()?;
    let mut totals = [0; 2];
    for (total, rounds) in totals.iter_mut().zip([FEWER, MORE]) {
        let counts = folder.path().join(rounds.to_string());
        let mut function = Function::start(program, tool(counts.clone())).await?;
        for _ in 0..rounds {
            function.round().await?;
        }
        function.end().await?;
        *total = read(&fs::read_to_string(&counts)?)?;
    }
    let invocations = f64::from(MORE - FEWER) * program.cases.len() as f64;
    Ok((totals[1] as f64 - totals[0] as f64) / invocations)
}
