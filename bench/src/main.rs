//! Runs functions as Lambda does, ours and others side by side, and counts and times them.
//!
//! | file | what is in it |
//! |---|---|
//! | `programs` | who is measured |
//! | `event` | what they are asked, and the answers they must give |
//! | `runtime_api`, `function` | a function's process and the Runtime API that drives it |
//! | `counted` | instructions and system calls, by the difference of two runs |
//! | `timed`, `spread` | CPU and time, by turns |
//! | `report` | all of it as a page |
//! | `store_path` | what a call of DynamoDB costs the application |
//! | `server` | the processes of servers |
//! | `local_url`, `proxy` | the local function URL under load, beside the least that could do its work |
//! | `figures` | the stored figures, which must not rise |

mod counted;
mod event;
mod figures;
mod function;
mod local_url;
mod programs;
mod proxy;
mod report;
mod runtime_api;
mod server;
mod spread;
mod store_path;
mod timed;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::{Builder, Runtime};

use figures::Figures;
use programs::Programs;

/// What went wrong, in words.
type Failure = Box<dyn Error + Send + Sync>;

/// Measures functions side by side. `make bench` and `make bench-quick` build them first.
#[derive(Parser)]
enum Task {
    /// Measures everything, prints it and writes it to a page.
    Report {
        #[command(flatten)]
        programs: Programs,
        /// The command `fnurl`.
        #[arg(long)]
        fnurl: PathBuf,
        /// The page.
        #[arg(long)]
        out: PathBuf,
    },
    /// Counts instructions, and fails when they have risen against the stored figures.
    Quick {
        #[command(flatten)]
        programs: Programs,
        /// Where the figures are stored.
        #[arg(long)]
        figures: PathBuf,
        /// Stores the figures of this run.
        #[arg(long)]
        update: bool,
    },
    /// Puts load on the local function URL and on a bare proxy, and prints their rates.
    LocalUrl {
        /// The command `fnurl`.
        #[arg(long)]
        fnurl: PathBuf,
        /// The function behind both.
        #[arg(long)]
        function: PathBuf,
    },
    /// Is the bare proxy.
    Proxy {
        /// The function behind it.
        #[arg(long)]
        function: PathBuf,
    },
}

fn main() -> ExitCode {
    let task = Task::parse();
    let done = runtime(&task).and_then(|runtime| runtime.block_on(run(task)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// One thread, but for the proxy: the local function URL has as many as there are cores, too.
fn runtime(task: &Task) -> Result<Runtime, Failure> {
    let mut builder = match task {
        Task::Proxy { .. } => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    Ok(builder.enable_all().build()?)
}

async fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Report {
            programs,
            fnurl,
            out,
        } => {
            let page = report::report(&programs, &fnurl).await?;
            print!("{page}");
            Ok(std::fs::write(out, page)?)
        }
        Task::LocalUrl { fnurl, function } => {
            let rates = local_url::local_url(&fnurl, &function).await?;
            println!("{rates}");
            Ok(())
        }
        Task::Proxy { function } => {
            proxy::serve(&programs::bootstrap(&function)?, local_url::CLIENTS).await
        }
        Task::Quick {
            programs,
            figures,
            update,
        } => {
            let measured = Figures::measure(&programs).await?;
            if update {
                return measured.store(&figures);
            }
            measured.compare(&Figures::load(&figures)?)
        }
    }
}
