//! What the compiler says of functions that cannot be handlers: the argument, and what is missing.

use std::process::Command;

/// The texts belong to one compiler; another one may say the same in other words.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn the_compiler_names_the_argument_and_what_is_missing() {
    let version = Command::new("rustc").arg("--version").output();
    let version = version.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    if !version.is_ok_and(|version| version.starts_with(COMPILER)) {
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_errors/*.rs");
}
