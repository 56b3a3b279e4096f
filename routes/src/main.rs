//! The Lambda binary `bootstrap`.

use std::process::ExitCode;

use routes::Config;

fn main() -> ExitCode {
    fnurl::run(async { routes::start(Config::from_env()?).await })
}
