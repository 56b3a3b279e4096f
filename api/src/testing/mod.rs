//! Tests without a network: event JSON in, result JSON out, through the same code as in Lambda.
//!
//! ```
//! use fnurl::{Api, get, testing::TestApi};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! async fn hello() -> &'static str { "Hello!" }
//!
//! let api = TestApi::new(Api::builder(()).at("/", get(hello)).build()?);
//! api.get("/").await.assert_text(200, "Hello!");
//! api.get("/nowhere").await.problem(404);
//! # Ok::<(), fnurl::BuildError>(()) }).unwrap();
//! ```

#[cfg(feature = "contract-testing")]
mod contract;
#[cfg(feature = "contract-testing")]
mod document;
mod request;
mod response;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::StreamExt;
use http::Method;
use lambda_runtime::FunctionResponse;

#[cfg(feature = "contract-testing")]
pub use document::Disagreement;
pub use request::TestRequest;
pub use response::TestResponse;

use crate::message::Call;
use crate::router::Api;
use crate::runtime;

/// A test client for an [`Api`].
///
/// Each request becomes an event of a function URL, and each result is read as strictly as the
/// front door reads it. So tests also cover what a test of a handler alone would miss: the path,
/// the media type, validation, layers, and the form of problems.
///
/// ```
/// use fnurl::{Api, Json, post, testing::TestApi};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
/// # use validator::Validate;
///
/// #[derive(Deserialize, Serialize, Validate, JsonSchema)]
/// struct Lamp {
///     #[validate(length(min = 1))]
///     name: String,
/// }
///
/// async fn create(Json(lamp): Json<Lamp>) -> Json<Lamp> { Json(lamp) }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/lamps", post(create)).build()?);
/// let lamp: Lamp = api.post("/lamps").json(&Lamp { name: "Desk".into() }).await.json(200);
/// assert_eq!(lamp.name, "Desk");
/// let problem = api.post("/lamps").json(&Lamp { name: "".into() }).await.problem(422);
/// assert_eq!(problem["errors"][0]["pointer"], "/name");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct TestApi {
    api: Api,
    time_left: Duration,
    #[cfg(feature = "contract-testing")]
    contract: Option<std::sync::Arc<std::sync::Mutex<crate::contract::Contract>>>,
    is_streaming: bool,
    headers: Vec<(String, String)>,
}

/// The request id of every invocation in tests.
pub const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

impl TestApi {
    /// Tests `api`; each invocation has 30 seconds.
    #[must_use]
    pub fn new(api: Api) -> Self {
        Self {
            api,
            #[cfg(feature = "contract-testing")]
            contract: None,
            time_left: Duration::from_secs(30),
            is_streaming: false,
            headers: Vec::new(),
        }
    }

    /// Responds like a function URL with the invoke mode `RESPONSE_STREAM`.
    ///
    /// ```
    /// use fnurl::sse::{Event, Sse};
    /// use fnurl::{Api, get, testing::TestApi};
    /// use futures_util::stream;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// async fn ticks() -> Sse {
    ///     Sse::new(stream::iter([Ok::<_, std::io::Error>(Event::text("tick"))]))
    /// }
    ///
    /// let api = TestApi::new(Api::builder(()).at("/", get(ticks)).build()?).streaming();
    /// api.get("/").await.assert_text(200, "data: tick\n\n");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn streaming(mut self) -> Self {
        self.is_streaming = true;
        self
    }

    /// Sets the time that each invocation has before its deadline.
    ///
    /// ```
    /// use fnurl::{Api, DEADLINE_MARGIN, get, testing::TestApi};
    /// use std::time::Duration;
    ///
    /// async fn never() -> &'static str { std::future::pending().await }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/", get(never)).build()?);
    /// let _ = api.time_left(DEADLINE_MARGIN + Duration::from_millis(20)).get("/").await.problem(504);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn time_left(mut self, time_left: Duration) -> Self {
        self.time_left = time_left;
        self
    }

    /// Sends this header with every request, such as credentials.
    ///
    /// ```
    /// use fnurl::{Api, get, testing::TestApi};
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/", get(async || "Hello!")).build()?);
    /// let api = api.header("authorization", "Bearer 31d4d96e");
    /// api.get("/").await.assert_status(200);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_lowercase(), value.to_owned()));
        self
    }

    /// From now on, checks every response against the contract: its status, problem type, headers,
    /// media type and body.
    ///
    /// ```should_panic
    /// use fnurl::contract::Operation;
    /// use fnurl::{Api, Problem, Respond, Response, get, testing::TestApi};
    ///
    /// /// Says that it is text, and sends bytes.
    /// struct Wrong;
    ///
    /// impl Respond for Wrong {
    ///     fn respond(self) -> Result<Response, Problem> {
    ///         vec![1_u8, 2].respond()
    ///     }
    ///
    ///     fn describe(operation: &mut Operation) {
    ///         operation.responds_raw("text/plain");
    ///     }
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/", get(async || Wrong)).build()?);
    /// api.assert_contract().get("/").await.assert_status(200); // fails: the media type
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    ///
    /// # Panics
    /// A request panics when it is awaited and its response is not in the contract.
    #[cfg(feature = "contract-testing")]
    #[must_use]
    pub fn assert_contract(mut self) -> Self {
        self.contract = Some(std::sync::Arc::new(self.api.contract().into()));
        self
    }

    /// Sends requests made from the schemas of the contract: valid ones, and copies with one
    /// change. Returns every request on which the document and the handler disagree: a rule that
    /// is checked but not published, or published but not checked.
    ///
    /// The handlers are really called, so use a test state. If no valid instance can be made for a
    /// type, give the type an example (`#[schemars(example = …)]`).
    ///
    /// ```
    /// use fnurl::{Api, Json, post, testing::TestApi};
    /// # use schemars::JsonSchema;
    /// # use serde::Deserialize;
    /// # use validator::Validate;
    ///
    /// #[derive(Deserialize, Validate, JsonSchema)]
    /// struct Lamp {
    ///     #[validate(length(min = 1, max = 9))]
    ///     name: String,
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// async fn create(Json(lamp): Json<Lamp>) -> String { lamp.name }
    ///
    /// let api = TestApi::new(Api::builder(()).at("/lamps", post(create)).build()?);
    /// assert_eq!(api.disagreements().await, []);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    #[cfg(feature = "contract-testing")]
    pub async fn disagreements(&self) -> Vec<Disagreement> {
        document::disagreements(self).await
    }

    /// A request; `target` is the path and query as they are sent, percent-encoded.
    ///
    /// ```
    /// use fnurl::{Api, get, testing::TestApi};
    /// use http::Method;
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/items", get(async || "items")).build()?);
    /// let response = api.request(Method::OPTIONS, "/items").await;
    /// assert_eq!(response.header("allow"), Some("GET, HEAD, OPTIONS"));
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn request(&self, method: Method, target: &str) -> TestRequest<'_> {
        TestRequest::new(self, method, target)
    }

    /// A GET request.
    pub fn get(&self, target: &str) -> TestRequest<'_> {
        self.request(Method::GET, target)
    }

    /// A POST request.
    pub fn post(&self, target: &str) -> TestRequest<'_> {
        self.request(Method::POST, target)
    }

    /// A PUT request.
    pub fn put(&self, target: &str) -> TestRequest<'_> {
        self.request(Method::PUT, target)
    }

    /// A PATCH request.
    pub fn patch(&self, target: &str) -> TestRequest<'_> {
        self.request(Method::PATCH, target)
    }

    /// A DELETE request.
    pub fn delete(&self, target: &str) -> TestRequest<'_> {
        self.request(Method::DELETE, target)
    }

    /// Invokes the function with any bytes, and reads its result (a stream to its end).
    ///
    /// ```
    /// use fnurl::{Api, get, testing::TestApi};
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/", get(async || "Hello!")).build()?);
    /// let _ = api.invoke("{\"detail-type\": \"Scheduled Event\"}").await.problem(400);
    /// let mut event = api.get("/").event();
    /// event["headers"]["x-odd"] = serde_json::json!(null);
    /// api.invoke(event.to_string()).await.assert_text(200, "Hello!");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    ///
    /// # Panics
    /// When the result does not have the full form, or the prelude of a stream cannot be read.
    pub async fn invoke(&self, payload: impl Into<Bytes>) -> TestResponse {
        let call = Call {
            request_id: REQUEST_ID.to_owned(),
            deadline: SystemTime::now().checked_add(self.time_left),
            function_arn: "arn:aws:lambda:us-east-1:000000000000:function:test".to_owned(),
            payload: payload.into(),
            is_streamed: self.is_streaming,
            ..Call::default()
        };
        let errors = self.api.error_format().map(|format| format.media_type());
        let time_up = tokio::time::sleep(call.time_left());
        let result = runtime::invoke(&self.api, call, false).await;
        let read = match result.into_runtime(Some(time_up)) {
            FunctionResponse::BufferedResponse(result) => {
                let result = serde_json::to_vec(&result).expect("a result is always JSON");
                TestResponse::read(&result)
            }
            FunctionResponse::StreamingResponse(result) => {
                let prelude = serde_json::to_vec(&result.metadata_prelude);
                let prelude = prelude.expect("a prelude is always JSON");
                let body = result.stream.map(|Ok(chunk)| chunk.to_vec()).concat().await;
                TestResponse::read_stream(&prelude, body)
            }
        };
        read.with_errors_as(errors)
    }

    /// Checks the response against the contract, if the test asked for it.
    #[track_caller]
    fn check(&self, method: &Method, target: &str, response: &TestResponse) {
        #[cfg(feature = "contract-testing")]
        if let Some(contract) = &self.contract {
            let path = target.split('?').next().unwrap_or_default();
            let template = self.api.template_of(path);
            let contract = contract
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            contract::check(&contract, method, template.as_deref(), response);
        }
        #[cfg(not(feature = "contract-testing"))]
        let _ = (method, target, response);
    }
}
