//! One call: signed, sent, repeated where that is safe, and its answer read.

use crate::{
    Client, Error, Problem,
    client::Signing,
    credentials::said,
    retries::{self, Repeatable},
};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT},
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use serde::{Serialize, de::DeserializeOwned};
use std::time::SystemTime;

const AGENT: &str = concat!("fnurl-client/", env!("CARGO_PKG_VERSION"));
const JSON: &str = "application/json";
/// A buffered answer of a function URL has 6 MB at most.
const LONGEST_ANSWER: usize = 8 << 20;

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: Method,
    /// With the query, encoded.
    target: String,
    pub(crate) headers: HeaderMap,
    body: Bytes,
    pub(crate) repeatable: Repeatable,
}

/// A whole answer that is a success.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Bytes,
}

impl Call {
    pub(crate) fn new(method: Method, target: impl Into<String>) -> Self {
        let accepted = HeaderValue::from_static("application/json, application/problem+json");
        Self {
            method,
            target: target.into(),
            headers: HeaderMap::from_iter([
                (USER_AGENT, HeaderValue::from_static(AGENT)),
                (ACCEPT, accepted),
            ]),
            body: Bytes::new(),
            repeatable: Repeatable::Always,
        }
    }

    pub(crate) fn json(self, body: &impl Serialize) -> Result<Self, Error> {
        self.body(body, JSON)
    }

    pub(crate) fn body(
        mut self,
        body: &impl Serialize,
        media_type: &'static str,
    ) -> Result<Self, Error> {
        let json = serde_json::to_vec(body).map_err(|error| Error::Request(said(&error)))?;
        self.body = json.into();
        let media_type = HeaderValue::from_static(media_type);
        self.headers.insert(CONTENT_TYPE, media_type);
        Ok(self)
    }
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Unreadable(said(&error)))
    }
}

impl Client {
    /// The whole answer.
    pub(crate) async fn exchange(&self, call: &Call) -> Result<Answer, Error> {
        self.repeat(call, async || {
            let response = self.send(call).await?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await;
            let body = body.map_err(|error| self.no_answer(said(error.as_ref())))?;
            Ok((head.status, head.headers, body.to_bytes()))
        })
        .await
        .and_then(|(status, headers, body)| match status.is_success() {
            true => Ok(Answer {
                status,
                headers,
                body,
            }),
            false => Err(self.refusal(status, &body)),
        })
    }

    /// An answer whose body comes piece by piece.
    pub(crate) async fn open(&self, call: &Call) -> Result<Incoming, Error> {
        let answer = self.repeat(call, async || {
            let (head, body) = self.send(call).await?.into_parts();
            Ok((head.status, head.headers, body))
        });
        let (status, _, body) = answer.await?;
        if status.is_success() {
            return Ok(body);
        }
        let body = Limited::new(body, LONGEST_ANSWER).collect().await;
        let body = body.map_err(|error| self.no_answer(said(error.as_ref())))?;
        Err(self.refusal(status, &body.to_bytes()))
    }

    async fn repeat<T>(
        &self,
        call: &Call,
        once: impl AsyncFn() -> Result<(StatusCode, HeaderMap, T), Error>,
    ) -> Result<(StatusCode, HeaderMap, T), Error> {
        let mut tries = 1;
        loop {
            let attempt = tokio::time::timeout(self.shared.timeout, once()).await;
            let outcome = attempt.unwrap_or_else(|_| {
                let timeout = self.shared.timeout;
                Err(self.no_answer(format!("none within {timeout:?}")))
            });
            let asked = match &outcome {
                _ if tries == retries::TRIES => return outcome,
                Ok((status, headers, _)) if call.repeatable.after_status(*status) => Some(headers),
                Err(Error::NoAnswer { .. }) if call.repeatable.after_no_answer() => None,
                _ => return outcome,
            };
            tokio::time::sleep(retries::pause(tries, asked)).await;
            tries += 1;
        }
    }

    async fn send(&self, call: &Call) -> Result<Response<Incoming>, Error> {
        let target = &self.shared.target;
        let url = target.url(&call.target);
        let mut headers = call.headers.clone();
        let host = HeaderValue::from_str(&target.host);
        headers.insert(HOST, host.map_err(|error| Error::Request(said(&error)))?);
        if let Some(signing) = &self.shared.signing {
            signing.sign(call, &url, &mut headers).await?;
        }
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(url)
            .body(Full::new(call.body.clone()))
            .map_err(|error| Error::Request(said(&error)))?;
        *request.headers_mut() = headers;
        let sent = self.shared.http.request(request).await;
        sent.map_err(|error| self.no_answer(said(&error)))
    }

    fn no_answer(&self, reason: String) -> Error {
        let host = self.shared.target.host.clone();
        Error::NoAnswer { host, reason }
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> Error {
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => Error::Problem(Box::new(problem)),
            Err(_) => Error::Refused {
                host: self.shared.target.host.clone(),
                status,
                text: String::from_utf8_lossy(body).chars().take(300).collect(),
            },
        }
    }
}

impl Signing {
    /// Adds the headers of Signature Version 4 for service `lambda`.
    async fn sign(&self, call: &Call, url: &str, headers: &mut HeaderMap) -> Result<(), Error> {
        let identity = self.keyring.credentials().await?.into();
        let unsigned = |error: &(dyn std::error::Error + 'static)| Error::Request(said(error));
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("lambda")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| unsigned(&error))?;
        let mut signed = Vec::new();
        for (name, value) in headers.iter() {
            signed.push((
                name.as_str(),
                value.to_str().map_err(|error| unsigned(&error))?,
            ));
        }
        let request = SignableRequest::new(
            call.method.as_str(),
            url,
            signed.into_iter(),
            SignableBody::Bytes(&call.body),
        );
        let output = request.and_then(|request| sign(request, &params.into()));
        let (instructions, _) = output.map_err(|error| unsigned(&error))?.into_parts();
        for header in instructions.into_parts().0 {
            let value = HeaderValue::from_str(header.value());
            let mut value = value.map_err(|error| unsigned(&error))?;
            value.set_sensitive(header.sensitive());
            headers.insert(header.name(), value);
        }
        Ok(())
    }
}
