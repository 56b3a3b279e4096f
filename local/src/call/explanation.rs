//! What a signature covers, for `--dry-run`: the canonical request and the string to sign.
//!
//! The signer keeps both to itself. They are calculated here once more, as the local function URL
//! does, and are shown only if they give the very signature that the signer has made.

use super::{failure::Failure, request::Request, secrets, signature::Signer};
use crate::sigv4::canonical::{self, CanonicalRequest};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::header::AUTHORIZATION;
use std::{fmt, time::SystemTime};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// Its display hides the secrets.
#[derive(Debug)]
pub(super) struct Explanation {
    canonical: CanonicalRequest,
    string_to_sign: String,
}

impl Explanation {
    /// # Errors
    /// [`Failure::Signing`] if the signature is none of this request.
    pub(super) fn new(signer: &Signer, signed: &Request) -> Result<Self, Failure> {
        let (names, signature) = presented(signed).ok_or_else(unexplained)?;
        let (path, query) = signed
            .target
            .path_and_query
            .split_once('?')
            .unwrap_or((&signed.target.path_and_query, ""));
        let headers = canonical::headers(&signed.headers, &names).map_err(|_| unexplained())?;
        let is_presigned = !signed.headers.contains_key(AUTHORIZATION);
        let signature_parameter = is_presigned.then_some(canonical::SIGNATURE_PARAMETER);
        // The signer takes out dots, as the specification says.
        let canonical = CanonicalRequest {
            method: signed.method.to_string(),
            path: canonical::path(&canonical::normalized(path)),
            query: canonical::query(query, signature_parameter),
            headers,
            payload_hash: canonical::hash(&signed.body),
        };
        let string_to_sign = signer.string_to_sign(&canonical)?;
        let secret = signer.credentials.secret_access_key();
        let key = generate_signing_key(secret, signer.at, &signer.region, &signer.service);
        match calculate_signature(key, string_to_sign.as_bytes()) == signature {
            true => Ok(Self {
                canonical,
                string_to_sign,
            }),
            false => Err(unexplained()),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.canonical.clone();
        shown.query = secrets::shown_query(&shown.query);
        for (name, value) in &mut shown.headers {
            let text = String::from_utf8_lossy(value);
            *value = secrets::shown(name, &text).into_owned().into_bytes();
        }
        let Self { string_to_sign, .. } = self;
        let shown = String::from_utf8_lossy(&shown.bytes()).into_owned();
        writeln!(f, "Canonical request:\n{shown}\n")?;
        writeln!(f, "String to sign:\n{string_to_sign}")
    }
}

impl Signer {
    fn string_to_sign(&self, canonical: &CanonicalRequest) -> Result<String, Failure> {
        let time = timestamp(self.at).ok_or_else(unexplained)?;
        let date = time.get(..8).unwrap_or_default();
        let Self {
            region, service, ..
        } = self;
        let hash = canonical::hash(&canonical.bytes());
        Ok(format!(
            "AWS4-HMAC-SHA256\n{time}\n{date}/{region}/{service}/aws4_request\n{hash}"
        ))
    }
}

fn timestamp(at: SystemTime) -> Option<String> {
    OffsetDateTime::from(at).format(TIME).ok()
}

/// The names of the signed headers and the signature, from the header or the query.
fn presented(signed: &Request) -> Option<(Vec<String>, String)> {
    let (names, signature) = match signed.headers.get(AUTHORIZATION) {
        Some(value) => {
            let (_, rest) = value.to_str().ok()?.split_once("SignedHeaders=")?;
            let (names, signature) = rest.split_once(", Signature=")?;
            (names.to_owned(), signature.to_owned())
        }
        None => {
            let (_, query) = signed.target.path_and_query.split_once('?')?;
            let last = |wanted: &str| {
                let values = canonical::parameters(query).filter(|(name, _)| name == wanted);
                values.last().map(|(_, value)| value)
            };
            (
                last("X-Amz-SignedHeaders")?,
                last(canonical::SIGNATURE_PARAMETER)?,
            )
        }
    };
    Some((names.split(';').map(str::to_owned).collect(), signature))
}

fn unexplained() -> Failure {
    Failure::Signing("its signature is not that of its canonical request".to_owned())
}
