//! Results, as a function URL would read them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// The response that a function URL would send for the function's result.
///
/// ```
/// use fnurl::{Api, Created, Json, post, testing::TestApi};
///
/// async fn create() -> Created<Json<u32>> { Created::at("/lamps/7", Json(7)) }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/lamps", post(create)).build()?);
/// let response = api.post("/lamps").await;
/// let id: u32 = response.json(201);
/// assert_eq!(response.header("location"), Some(format!("/lamps/{id}").as_str()));
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResponse {
    status: u16,
    headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    body: Vec<u8>,
    is_base64: bool,
    /// The media type of problems, if it is not that of RFC 9457.
    error_media_type: Option<String>,
}

/// The full form: every member must be present and have the right type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Full {
    status_code: u16,
    headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    body: String,
    is_base64_encoded: bool,
}

/// The prelude of a stream, in which every header is one string.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Prelude {
    status_code: u16,
    headers: BTreeMap<String, String>,
    cookies: Vec<String>,
}

impl TestResponse {
    #[track_caller]
    pub(super) fn read_stream(prelude: &[u8], body: Vec<u8>) -> Self {
        let prelude: Prelude = serde_json::from_slice(prelude).expect("the prelude can be read");
        assert!(!body.is_empty(), "a prelude with nothing after it hangs");
        // A response without a body is sent with one line break, which the front door removes.
        let has_no_body = matches!(prelude.status_code, 204 | 205 | 304);
        Self {
            status: prelude.status_code,
            headers: prelude.headers,
            cookies: prelude.cookies,
            body: if has_no_body { Vec::new() } else { body },
            is_base64: false,
            error_media_type: None,
        }
    }

    #[track_caller]
    pub(super) fn read(result: &[u8]) -> Self {
        let full: Full = serde_json::from_slice(result).expect("the result has the full form");
        assert!(
            (200..600).contains(&full.status_code),
            "{}",
            full.status_code
        );
        let body = if full.is_base64_encoded {
            STANDARD.decode(&full.body).expect("the body is base64")
        } else {
            full.body.into_bytes()
        };
        Self {
            status: full.status_code,
            headers: full.headers,
            cookies: full.cookies,
            body,
            is_base64: full.is_base64_encoded,
            error_media_type: None,
        }
    }

    /// The response of an API with its own error format.
    pub(super) fn with_errors_as(mut self, media_type: Option<&str>) -> Self {
        self.error_media_type = media_type.map(str::to_owned);
        self
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The names of all headers except cookies.
    #[cfg(feature = "contract-testing")]
    pub(super) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.keys().map(String::as_str)
    }

    /// The value of the header `name`, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The cookies that are set.
    ///
    /// Each is the value of one `Set-Cookie`: `sid=31d4d96e; HttpOnly; Path=/`.
    #[must_use]
    pub fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// The body's bytes.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Checks whether the result held the body as base64.
    ///
    /// Text is sent as it is; base64 is for bytes that are not UTF-8, and for compressed bodies.
    #[must_use]
    pub const fn is_base64(&self) -> bool {
        self.is_base64
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    /// The body as a `T`, of a response with status `status`.
    ///
    /// # Panics
    /// When the status differs, or the body is not a valid `T`.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self, status: u16) -> T {
        self.assert_status(status);
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|err| panic!("{err} in the body of {self:?}"))
    }

    /// The problem details of a response with status `status`, or its body in the API's own
    /// [`error_format`](crate::ApiBuilder::error_format).
    ///
    /// # Panics
    /// When the response has a different status, or is not a well-formed problem (RFC 9457).
    #[must_use = "look at the problem, or call `assert_status`"]
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        let problem: Value = self.json(status);
        if let Some(media_type) = &self.error_media_type {
            assert_eq!(self.header("content-type"), Some(media_type.as_str()));
            return problem;
        }
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert!(problem["type"].is_string(), "{problem}");
        assert!(problem["title"].is_string(), "{problem}");
        assert!(problem["instance"].is_string(), "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        problem
    }

    /// Checks the status.
    ///
    /// # Panics
    /// When it differs.
    #[track_caller]
    pub fn assert_status(&self, status: u16) {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "the body was: {body}");
    }

    /// Checks status and text.
    ///
    /// # Panics
    /// When one of them differs.
    #[track_caller]
    pub fn assert_text(&self, status: u16, text: &str) {
        self.assert_status(status);
        assert_eq!(self.text(), text);
    }
}
