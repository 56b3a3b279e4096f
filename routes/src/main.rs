//! The Lambda binary `bootstrap`. `bootstrap openapi` prints the contract that it was built with.

use std::io::Write;
use std::process::ExitCode;

use routes::Config;

const CONTRACT: &str = include_str!("../../openapi.yaml");

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("openapi") {
        let printed = std::io::stdout().write_all(CONTRACT.as_bytes());
        return printed.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    fnurl::run(async { routes::start(Config::from_env()?).await })
}
