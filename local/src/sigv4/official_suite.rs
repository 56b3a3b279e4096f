//! The cases of the official test suite of Signature Version 4, as the package `aws-sigv4` ships
//! them.

use http::Request;
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[derive(Deserialize)]
pub(crate) struct Context {
    pub(crate) credentials: Credentials,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) timestamp: String,
    pub(crate) normalize: bool,
    pub(crate) sign_body: bool,
    pub(crate) expiration_in_seconds: u32,
    #[serde(default)]
    pub(crate) omit_session_token: bool,
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) token: Option<String>,
}

fn folder() -> PathBuf {
    // Only the packages of this platform: a new machine has downloaded no others.
    let platform = format!("--filter-platform={}", host());
    let metadata = cargo(&["metadata", "--format-version=1", "--offline", &platform]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|it| it["name"] == "aws-sigv4")
        .unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.with_file_name("aws-signing-test-suite").join("v4")
}

/// The platform that cargo builds for, such as `x86_64-unknown-linux-gnu`.
fn host() -> String {
    let version = cargo(&["--version", "--verbose"]);
    let mut lines = version.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A request as the suite writes it; `None` for what no HTTP server can receive.
pub(crate) fn request(text: &str) -> Option<(http::request::Parts, Vec<u8>)> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, rest) = lines.next()?.split_once(' ')?;
    let target = rest.strip_suffix(" HTTP/1.1")?;
    let mut builder = Request::builder().method(method).uri(target);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        builder = builder.header(name, value.trim());
    }
    Some((
        builder.body(()).ok()?.into_parts().0,
        body.trim_end_matches('\n').into(),
    ))
}

pub(crate) fn case_folders() -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder()).unwrap();
    entries.map(|entry| entry.unwrap().path())
}

/// Two cases have none: they are about the canonical request alone.
pub(crate) fn context(case: &Path) -> Option<Context> {
    let text = fs::read_to_string(case.join("context.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}
