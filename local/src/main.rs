//! The command `fnurl`: a local function URL for any Lambda program, and a client that signs.

mod call;
mod dev;
mod sigv4;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Tools for HTTP APIs behind Lambda function URLs.
#[derive(Debug, Parser)]
#[command(name = "fnurl", version, max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Dev(dev::Options),
    Call(call::Options),
}

/// Exit code 2, for usage errors, is clap's.
fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Dev(options) => dev::main(&options),
        Command::Call(options) => return call::main(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("fnurl: {complaint}");
            ExitCode::FAILURE
        }
    }
}
