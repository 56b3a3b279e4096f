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
//! | `figures` | the stored figures, which must not rise |

mod counted;
mod event;
mod figures;
mod function;
mod programs;
mod report;
mod runtime_api;
mod spread;
mod timed;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

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
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Task::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Report { programs, out } => {
            let page = report::report(&programs).await?;
            print!("{page}");
            Ok(std::fs::write(out, page)?)
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
