//! The guide to the local function URL names a test for each line: they have to exist.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::{collections::BTreeSet, fs, path::Path};

/// Every `fn name` in the Rust files of a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let names = text
                .lines()
                .filter_map(|line| line.trim_start().split_once("fn "));
            let names = names.filter_map(|(_, rest)| rest.split(['(', '<']).next());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_test_that_the_guide_names_is_there() {
    let local = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(local.join("../docs/local-function-url.md")).unwrap();
    let mut there = BTreeSet::new();
    functions(&local.join("src"), &mut there);
    functions(&local.join("tests"), &mut there);
    let rows = guide.lines().filter(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.trim_end_matches('|').rsplit_once('|'));
    let mut named = 0;
    for (_, cell) in cells {
        for name in cell
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| !name.starts_with("make "))
        {
            assert!(
                there.contains(name),
                "the guide names a test `{name}`, which is not there"
            );
            named += 1;
        }
    }
    assert!(named > 60, "only {named} tests are named");
}
