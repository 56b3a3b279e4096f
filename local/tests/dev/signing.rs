//! Signed requests, as the AWS SDK for Rust signs them.

use crate::{http::Response, server::Server};
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4::{self, calculate_signature, generate_signing_key},
};
use sha2::Digest as _;
use std::{
    path::Path,
    time::{Duration, SystemTime},
};

/// An access key with its secret and, if it is temporary, its token.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) token: Option<String>,
}

impl Key {
    /// The key that a server has made in its data folder.
    pub(crate) fn of(server: &Server) -> Self {
        Self::read(&server.data().join("credentials"))
    }

    pub(crate) fn read(credentials: &Path) -> Self {
        let text = std::fs::read_to_string(credentials).unwrap();
        let value = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_once('=').unwrap().1.trim().to_owned()
        };
        Self {
            access_key: value("aws_access_key_id"),
            secret_key: value("aws_secret_access_key"),
            token: None,
        }
    }
}

/// A request that is about to be signed. What is changed afterwards is changed behind the
/// signature's back.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) at: SystemTime,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str, host: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![("host".to_owned(), host.to_owned())],
            body: Vec::new(),
            region: "us-east-1".to_owned(),
            service: "lambda".to_owned(),
            at: SystemTime::now(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, media_type: &str, body: &str) -> Self {
        self.body = body.into();
        self.header("content-type", media_type)
    }

    pub(crate) fn sign(mut self, key: &Key) -> Self {
        let settings = SigningSettings::default();
        let (headers, _) = self.instructions(key, settings);
        self.headers.extend(headers);
        self
    }

    /// A presigned URL, good for so many seconds.
    pub(crate) fn presign(mut self, key: &Key, seconds: u64) -> Self {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(seconds));
        let (_, parameters) = self.instructions(key, settings);
        for (name, value) in parameters {
            let separator = if self.target.contains('?') { '&' } else { '?' };
            let value =
                percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
            self.target.push_str(&format!("{separator}{name}={value}"));
        }
        self
    }

    fn instructions(&self, key: &Key, settings: SigningSettings) -> (Pairs, Pairs) {
        let token = key.token.clone();
        let credentials = Credentials::new(&key.access_key, &key.secret_key, token, None, "tests");
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(self.at)
            .settings(settings)
            .build()
            .unwrap();
        let url = format!("http://{}{}", self.headers[0].1, self.target);
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(&self.body);
        let request = SignableRequest::new(&self.method, url, headers, body).unwrap();
        let (instructions, _) = sign(request, &params.into()).unwrap().into_parts();
        let (headers, parameters) = instructions.into_parts();
        let headers = headers
            .iter()
            .map(|header| (header.name().to_owned(), header.value().to_owned()));
        let parameters = parameters
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into_owned()));
        (headers.collect(), parameters.collect())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }

    #[track_caller]
    pub(crate) fn send(&self, server: &Server) -> Response {
        server.send(self.bytes())
    }
}

type Pairs = Vec<(String, String)>;

/// A request whose signature names these headers, without any that a signer would add.
pub(crate) fn signed_by_hand(
    key: &Key,
    headers: &[(&str, &str)],
    signed: &[&str],
    at: SystemTime,
) -> Request {
    let time = time::OffsetDateTime::from(at);
    let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    let time = time.format(&format).unwrap();
    let mut request = Request::new("GET", "/", "localhost");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let hash = |text: &str| hex::encode(sha2::Sha256::digest(text));
    let lines = signed.iter().map(|name| {
        let (_, value) = request.headers.iter().find(|(it, _)| it == name).unwrap();
        format!("{name}:{value}\n")
    });
    let (lines, signed) = (lines.collect::<String>(), signed.join(";"));
    let canonical = format!("GET\n/\n\n{lines}\n{signed}\n{}", hash(""));
    let scope = format!("{}/us-east-1/lambda/aws4_request", &time[..8]);
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(&canonical));
    let signing_key = generate_signing_key(&key.secret_key, at, "us-east-1", "lambda");
    let signature = calculate_signature(signing_key, text.as_bytes());
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed}, Signature={signature}",
        key.access_key
    );
    request.header("authorization", &authorization)
}
