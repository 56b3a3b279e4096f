//! Compiler errors for functions that cannot be handlers: they name the argument and the missing
//! trait.

use std::process::Command;

/// The texts belong to one compiler version; other versions may use other words.
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
