//! Keys and tokens that nobody can guess.

use base64::{Engine, engine::general_purpose::STANDARD};

/// The letters and digits of an access key id.
const KEY_CHARACTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// `AKIA…` for a long-term key, `ASIA…` for a session's.
pub(in crate::dev) fn access_key(kind: &str) -> String {
    let random = random::<16>();
    let letters = random
        .iter()
        .map(|byte| char::from(KEY_CHARACTERS[usize::from(byte % 32)]));
    kind.chars().chain(letters).collect()
}

/// A long-term key: its id and its secret.
pub(in crate::dev) fn new_key() -> (String, String) {
    (access_key("AKIA"), secret_key())
}

/// 40 characters, as AWS's have.
pub(in crate::dev) fn secret_key() -> String {
    STANDARD.encode(random::<30>())
}

pub(in crate::dev) fn session_token() -> String {
    STANDARD.encode(random::<96>())
}

/// The 32 lower-case letters and digits of a function URL.
pub(crate) fn url_id() -> String {
    let random = random::<32>();
    let letters = random
        .iter()
        .map(|byte| char::from(KEY_CHARACTERS[usize::from(byte % 32)]));
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

fn random<const N: usize>() -> [u8; N] {
    rand::random()
}
