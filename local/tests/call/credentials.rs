//! Whose credentials sign.

use crate::{caller::Caller, server::Server};
use std::path::Path;

fn start() -> (Server, String) {
    let server = Server::start(["--auth", "iam"]);
    let url = format!("http://{}/", server.address);
    (server, url)
}

const OTHER: &str = "[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = other\n";

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn the_key_of_fnurl_dev_signs_local_calls_though_there_is_another_at_home() {
    let (server, url) = start();
    let mut caller = Caller::new().args([&url]);
    let folder = caller.folder.path();
    write(&folder.join(".aws/credentials"), OTHER);
    let key = std::fs::read_to_string(server.data().join("credentials")).unwrap();
    write(&folder.join(".fnurl/credentials"), &key);
    caller.run().ok();
}

#[test]
fn a_profile_that_is_asked_for_goes_before_keys_in_the_environment() {
    let (server, url) = start();
    let credentials = server.data().join("credentials");
    let caller = || {
        Caller::new()
            .env("AWS_SHARED_CREDENTIALS_FILE", &credentials)
            .env("AWS_ACCESS_KEY_ID", "AKIAOTHER")
            .env("AWS_SECRET_ACCESS_KEY", "other")
            .args(["--fail-with-body", &url])
    };
    caller().args(["--profile", "fnurl"]).run().ok();
    assert_eq!(caller().run().code, 22);
}

#[test]
fn a_call_without_credentials_says_so_and_is_not_sent() {
    let (_server, url) = start();
    let outcome = Caller::new().args([&url]).run();
    outcome.failed(3, "there are no credentials to sign with");
    let outcome = Caller::new().args(["--profile", "none", &url]).run();
    outcome.failed(3, "the profile `none` gives none");
}

#[test]
fn a_call_to_a_host_without_a_region_needs_one() {
    let outcome = Caller::new()
        .env("AWS_ACCESS_KEY_ID", "AKIAOTHER")
        .env("AWS_SECRET_ACCESS_KEY", "other")
        .args(["http://api.example.invalid/"])
        .run();
    outcome.failed(2, "the region of the function is unknown");
}
