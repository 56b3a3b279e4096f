//! The Lambda binary `bootstrap`. `bootstrap openapi` prints the contract that it was built with.

use std::io::Write;
use std::process::ExitCode;

use routes::Config;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("openapi") {
        let contract = routes::CONTRACT.yaml.inflated();
        let printed = contract.and_then(|yaml| std::io::stdout().write_all(&yaml));
        return printed.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    fnurl::run(async { routes::start(Config::from_env()?).await })
}
