//! Signs a request for a function URL: Signature Version 4, service `lambda`.

use super::{
    failure::{Failure, chain},
    request::Request,
};
use crate::dev::canonical::SIGNATURE_PARAMETER;
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        SignableBody, SignableRequest, SignatureLocation, SigningInstructions, SigningSettings,
        sign,
    },
    sign::v4,
};
use http::{HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::{Duration, SystemTime};

pub(super) const SERVICE: &str = "lambda";
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Who signs, for where and when.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    pub(super) credentials: Credentials,
    pub(super) region: String,
    pub(super) at: SystemTime,
}

impl Signer {
    /// Adds the headers of the signature.
    ///
    /// # Errors
    /// [`Failure::UnsignableHeader`]; nothing else is left that the signer could refuse.
    pub(super) fn sign(&self, request: &mut Request) -> Result<(), Failure> {
        let (headers, _) = self
            .instructions(request, SigningSettings::default())?
            .into_parts();
        for header in headers {
            let name = HeaderName::from_static(header.name());
            let mut value = HeaderValue::from_str(header.value())
                .map_err(|error| Failure::Signing(chain(&error)))?;
            value.set_sensitive(header.sensitive());
            request.headers.insert(name, value);
        }
        Ok(())
    }

    /// Adds the signature to the URL, for whoever has it for so many seconds. Only the headers
    /// that are there are covered.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub(super) fn presign(&self, request: &mut Request, seconds: u32) -> Result<(), Failure> {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(seconds.into()));
        // Whoever names a header wants it signed.
        settings.excluded_headers = None;
        let (_, mut parameters) = self.instructions(request, settings)?.into_parts();
        // The signature covers all the others, and goes last.
        parameters.sort_by_key(|(name, _)| *name == SIGNATURE_PARAMETER);
        let target = &mut request.target.path_and_query;
        for (name, value) in parameters {
            target.push(if target.contains('?') { '&' } else { '?' });
            let value = utf8_percent_encode(&value, ENCODED);
            target.push_str(&format!("{name}={value}"));
        }
        Ok(())
    }

    fn instructions(
        &self,
        request: &Request,
        settings: SigningSettings,
    ) -> Result<SigningInstructions, Failure> {
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(self.at)
            .settings(settings)
            .build()
            .map_err(|error| Failure::Signing(chain(&error)))?;
        let mut headers = Vec::new();
        for (name, value) in &request.headers {
            let value = str::from_utf8(value.as_bytes())
                .map_err(|_| Failure::UnsignableHeader(name.to_string()))?;
            headers.push((name.as_str(), value));
        }
        let signable = SignableRequest::new(
            request.method.as_str(),
            request.target.url(),
            headers.into_iter(),
            SignableBody::Bytes(&request.body),
        );
        let signed = signable.and_then(|signable| sign(signable, &params.into()));
        match signed {
            Ok(output) => Ok(output.into_parts().0),
            Err(error) => Err(Failure::Signing(chain(&error))),
        }
    }
}
