//! Signs a request for a function URL: Signature Version 4, service `lambda`.

use super::{
    failure::{Failure, chain},
    request::Request,
};
use crate::sigv4::canonical::SIGNATURE_PARAMETER;
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

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Who signs, for what, where and when.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    pub(super) credentials: Credentials,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) at: SystemTime,
}

/// A function URL never gets this header as it was sent, so that a signature of it never fits.
const NEVER_SIGNED: &str = "te";

impl Signer {
    /// Adds the headers of the signature.
    ///
    /// # Errors
    /// [`Failure::UnsignableHeader`]; nothing else is left that the signer could refuse.
    pub(super) fn sign(&self, request: &mut Request) -> Result<(), Failure> {
        let mut settings = SigningSettings::default();
        let excluded = settings.excluded_headers.get_or_insert_default();
        excluded.push(NEVER_SIGNED.into());
        let (headers, _) = self.instructions(request, settings)?.into_parts();
        for header in headers {
            let name = HeaderName::from_static(header.name());
            let mut value = HeaderValue::from_str(header.value())
                .map_err(|error| Failure::Signing(chain(&error)))?;
            value.set_sensitive(header.sensitive());
            request.headers.insert(name, value);
        }
        Ok(())
    }

    /// Adds the signature to the URL, which then holds for this many seconds. Only the headers
    /// that are there are covered.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub(super) fn presign(&self, request: &mut Request, seconds: u32) -> Result<(), Failure> {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(seconds.into()));
        // A caller who names a header wants it signed.
        settings.excluded_headers = Some(vec![NEVER_SIGNED.into()]);
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
            .name(&self.service)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{call::target::Target, sigv4::official_suite as suite};
    use std::{fs, path::Path};
    use time::{OffsetDateTime, format_description::well_known::Rfc3339};

    /// The request of a case and who signs it; `None` for what is not signed as a function URL
    /// wants it.
    fn case(folder: &Path) -> Option<(Signer, Request, suite::Context)> {
        let context = suite::context(folder)?;
        if !context.normalize || context.sign_body || context.omit_session_token {
            return None;
        }
        let text = fs::read_to_string(folder.join("request.txt")).ok()?;
        let (request, body) = suite::request(&text.replace("\r\n", "\n"))?;
        let host = request.headers.get("host")?.to_str().ok()?;
        let target = Target::parse(&format!("https://{host}{}", request.uri)).ok()?;
        // HTTP does not carry all characters raw: those are encoded before they are signed. What is
        // encoded in a path is encoded once more, which the suite leaves out.
        if request.uri != target.path_and_query.as_str() || request.uri.path().contains('%') {
            return None;
        }
        let request = Request {
            target,
            method: request.method,
            headers: request.headers,
            body: body.into(),
        };
        let suite::Credentials {
            access_key_id: id,
            secret_access_key: secret,
            token,
        } = &context.credentials;
        let signer = Signer {
            credentials: Credentials::new(id, secret, token.clone(), None, "suite"),
            region: context.region.clone(),
            service: context.service.clone(),
            at: OffsetDateTime::parse(&context.timestamp, &Rfc3339)
                .unwrap()
                .into(),
        };
        Some((signer, request, context))
    }

    fn expected(folder: &Path, place: &str) -> String {
        let file = folder.join(format!("{place}-signature.txt"));
        fs::read_to_string(file).unwrap().trim().to_owned()
    }

    #[test]
    fn signatures_are_those_of_the_official_suite() {
        let mut compared = 0;
        for folder in suite::case_folders() {
            let Some((signer, request, context)) = case(&folder) else {
                continue;
            };
            let mut in_header = request.clone();
            signer.sign(&mut in_header).unwrap();
            let header = in_header.headers["authorization"].to_str().unwrap();
            let (_, signature) = header.rsplit_once("Signature=").unwrap();
            assert_eq!(
                signature,
                expected(&folder, "header"),
                "{}",
                folder.display()
            );
            let mut in_query = request;
            let seconds = context.expiration_in_seconds;
            signer.presign(&mut in_query, seconds).unwrap();
            let query = &in_query.target.path_and_query;
            let (_, signature) = query.rsplit_once("X-Amz-Signature=").unwrap();
            assert_eq!(
                signature,
                expected(&folder, "query"),
                "{}",
                folder.display()
            );
            compared += 1;
        }
        assert!(compared >= 20, "only {compared} cases could be read");
    }
}
