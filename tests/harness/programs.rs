//! The programs under test, built once for each run of the tests.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The Lambda binary of the application.
pub fn bootstrap() -> &'static Path {
    built("bootstrap")
}

/// The command `fnurl`.
pub fn fnurl() -> &'static Path {
    built("fnurl")
}

/// A function of the framework with handlers that misbehave: `tests/examples/fragile.rs`.
pub fn fragile() -> &'static Path {
    built("fragile")
}

fn built(name: &str) -> &'static Path {
    static PROGRAMS: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        // Two builds: an example brings the features of tests, which no program is to have.
        let binaries = ["-p", "routes", "--bin", "bootstrap"];
        let command = ["-p", "fnurl-cli", "--bin", "fnurl"];
        let mut programs = build(&[binaries, command].concat());
        programs.extend(build(&["-p", "e2e", "--example", "fragile"]));
        programs
    });
    &programs[name]
}

/// Builds as cargo would for a user, beside the tests, and says where the executables are.
fn build(what: &[&str]) -> HashMap<String, PathBuf> {
    let here = std::env::current_exe().unwrap();
    let target = here.ancestors().nth(3).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(what)
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo build {what:?} failed");
    let messages = output.stdout.split(|&byte| byte == b'\n');
    messages
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter_map(|message| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, message["executable"].as_str()?.into()))
        })
        .collect()
}
