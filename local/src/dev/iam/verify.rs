//! Whether a request was signed by somebody who is known, for this service, now.

use super::{
    check::Check,
    denied::{Denied, MISMATCH, Reason},
    diagnosis,
    presented::{Presented, Scope, compact},
    principals::Principal,
    signer::Signer,
};
use crate::sigv4::canonical::{self, CanonicalRequest};
use subtle::ConstantTimeEq;
use time::Duration;

/// How far the signer's clock may be from the service's.
pub(super) const SKEW: Duration = Duration::minutes(5);

impl Check<'_> {
    /// Who has signed the request.
    ///
    /// # Errors
    /// [`Denied`], for the first thing that is wrong.
    pub(super) fn signer(
        &self,
        find: impl Fn(&str) -> Option<Principal>,
    ) -> Result<Principal, Denied> {
        let presented = Presented::of(self.request)?;
        self.check_signed_headers(&presented)?;
        self.check_scope(&presented)?;
        self.check_time(&presented)?;
        let principal = find(&presented.access_key).ok_or_else(|| {
            let key = &presented.access_key;
            Denied::new(
                Reason::UnknownKey,
                format!("nobody here has the access key {key}: take one of the greeting's profile"),
            )
        })?;
        self.check_token(&presented, &principal)?;
        self.check_payload()?;
        self.check_signature(&presented, &principal)?;
        Ok(principal)
    }

    /// `host`, and what the signature itself uses: its date and the token. Other headers may be
    /// added on the way, as CloudFront adds `x-amz-cf-id`; the hash of the body is always
    /// calculated, and never believed.
    fn check_signed_headers(&self, presented: &Presented) -> Result<(), Denied> {
        let is_signed = |name: &str| presented.signed_headers.iter().any(|signed| signed == name);
        if !is_signed("host") {
            return Err(Denied::invalid(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
                "the header `host` is not among the signed headers",
            ));
        }
        if self.service == "lambda" && is_signed("te") {
            return Err(Denied::invalid(
                MISMATCH,
                "the header `te` is signed, and a function URL never gets it as it was sent: \
                 leave it out",
            ));
        }
        let used = presented.used_headers.iter();
        match used.copied().find(|name| !is_signed(name)) {
            Some(name) => Err(Denied::invalid(
                MISMATCH,
                format!("the header `{name}` is used, but not among the signed headers"),
            )),
            None => Ok(()),
        }
    }

    fn check_scope(&self, presented: &Presented) -> Result<(), Denied> {
        let Scope {
            date,
            region,
            service,
        } = &presented.scope;
        let at = compact(presented.at);
        if !at.starts_with(date.as_str()) {
            return Err(Denied::invalid(
                format!(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != '{}', from '{at}'.",
                    &at[..8]
                ),
                format!("its scope is of {date}, its time {at}"),
            ));
        }
        if let Some(expected) = self.region.filter(|expected| expected != region) {
            return Err(Denied::invalid(
                format!("Credential should be scoped to a valid region, not '{region}'. "),
                format!(
                    "it was signed for region {region}; this URL is in {expected} (`--region`)"
                ),
            ));
        }
        if service != self.service {
            let expected = self.service;
            return Err(Denied::invalid(
                format!("Credential should be scoped to correct service: '{expected}'. "),
                format!("it was signed for service {service}; here it has to be {expected}"),
            ));
        }
        Ok(())
    }

    fn check_time(&self, presented: &Presented) -> Result<(), Denied> {
        let Presented { at, expires, .. } = presented;
        if *at > self.now + SKEW {
            return Err(Denied::early(self.now, *at, SKEW));
        }
        match expires {
            None if *at < self.now - SKEW => Err(Denied::expired(self.now, *at, SKEW)),
            Some(seconds) => {
                let end = *at + Duration::seconds((*seconds).into());
                if end < self.now {
                    return Err(Denied::expired(self.now, end, Duration::ZERO));
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn check_token(&self, presented: &Presented, principal: &Principal) -> Result<(), Denied> {
        let given = presented.token.as_deref().unwrap_or_default();
        let expected = principal.token.as_deref().unwrap_or_default();
        if !bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
            let what = match (given.is_empty(), expected.is_empty()) {
                (true, _) => "has no X-Amz-Security-Token, which temporary credentials need",
                (_, true) => "has an X-Amz-Security-Token, but its access key is a long-term one",
                _ => "has the X-Amz-Security-Token of another session",
            };
            return Err(Denied::new(Reason::UnknownKey, format!("it {what}")));
        }
        match principal.expires {
            Some(expires) if expires <= self.now => Err(Denied::new(
                Reason::ExpiredToken,
                format!("its session ended at {}", compact(expires)),
            )),
            _ => Ok(()),
        }
    }

    /// What the request claims of its body has to be true of it, whatever was signed.
    fn check_payload(&self) -> Result<(), Denied> {
        let Some(claimed) = self.request.headers.get("x-amz-content-sha256") else {
            return Ok(());
        };
        let actual = canonical::hash(self.body);
        if claimed == actual.as_str() {
            return Ok(());
        }
        let claimed = String::from_utf8_lossy(claimed.as_bytes());
        let diagnosis = match &*claimed {
            "UNSIGNED-PAYLOAD" => {
                "a function URL takes no UNSIGNED-PAYLOAD: sign the hash of the body".to_owned()
            }
            _ => format!("its body has the hash {actual}, and x-amz-content-sha256 says {claimed}"),
        };
        Err(Denied::invalid(MISMATCH, diagnosis))
    }

    fn check_signature(&self, presented: &Presented, principal: &Principal) -> Result<(), Denied> {
        let request = self.canonical_request(presented)?;
        let signer = Signer::new(presented, principal);
        let sent = self.request.uri.path();
        let is_known_form = [sent, &canonical::normalized(sent)]
            .into_iter()
            .any(|path| {
                let path = canonical::path(path);
                signer.has_signed(&CanonicalRequest {
                    path,
                    ..request.clone()
                })
            });
        if is_known_form {
            return Ok(());
        }
        Err(Denied::invalid(
            MISMATCH,
            diagnosis::of_mismatch(self, &request, &signer),
        ))
    }

    fn canonical_request(&self, presented: &Presented) -> Result<CanonicalRequest, Denied> {
        let headers = canonical::headers(&self.request.headers, &presented.signed_headers);
        let headers = headers.map_err(|name| {
            let diagnosis = format!("the signed header `{name}` is not in the request");
            Denied::invalid(MISMATCH, diagnosis)
        })?;
        Ok(CanonicalRequest {
            method: self.request.method.to_string(),
            path: canonical::path(self.request.uri.path()),
            query: canonical::query(
                self.request.uri.query().unwrap_or_default(),
                presented.unsigned_parameter(),
            ),
            headers,
            payload_hash: canonical::hash(self.body),
        })
    }
}
