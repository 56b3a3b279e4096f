//! The signature that the holder of a secret key would give a request.

use super::{
    presented::{Presented, compact},
    principals::Principal,
};
use crate::sigv4::canonical::{self, CanonicalRequest};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use subtle::ConstantTimeEq;

/// Can tell whether a canonical request is the one that was signed.
#[derive(Debug)]
pub(super) struct Signer<'a> {
    presented: &'a Presented,
    secret_key: &'a str,
}

impl<'a> Signer<'a> {
    pub(super) fn new(presented: &'a Presented, principal: &'a Principal) -> Self {
        let secret_key = &principal.secret_key;
        Self {
            presented,
            secret_key,
        }
    }

    /// As [`Presented::unsigned_parameter`].
    pub(super) fn unsigned_parameter(&self) -> Option<&'static str> {
        self.presented.unsigned_parameter()
    }

    pub(super) fn has_signed(&self, request: &CanonicalRequest) -> bool {
        let signature = self.signature(request);
        bool::from(
            signature
                .as_bytes()
                .ct_eq(self.presented.signature.as_bytes()),
        )
    }

    fn signature(&self, request: &CanonicalRequest) -> String {
        let Presented { at, scope, .. } = self.presented;
        let hash = canonical::hash(&request.bytes());
        let text = format!(
            "AWS4-HMAC-SHA256\n{}\n{}\n{hash}",
            compact(*at),
            scope.text()
        );
        let time = std::time::SystemTime::from(*at);
        let key = generate_signing_key(self.secret_key, time, &scope.region, &scope.service);
        calculate_signature(key, text.as_bytes())
    }
}
