//! Signs a request for a function URL: Signature Version 4, service `lambda`.

use super::{failure::Failure, failure::chain, request::Request};
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningInstructions, SigningSettings, sign},
    sign::v4,
};
use http::{HeaderName, HeaderValue};
use std::time::SystemTime;

const SERVICE: &str = "lambda";

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
