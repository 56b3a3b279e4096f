//! Requests as a function URL would hand them over.

use std::pin::Pin;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::{CONTENT_TYPE, COOKIE, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{REQUEST_ID, TestApi, TestResponse};

/// A request that is sent when it is awaited.
///
/// ```
/// use fnurl::{Api, Cookies, get, testing::TestApi};
///
/// async fn theme(cookies: Cookies) -> String {
///     cookies.get("theme").unwrap_or("light").to_owned()
/// }
///
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let api = TestApi::new(Api::builder(()).at("/theme", get(theme)).build()?);
/// let request = api.get("/theme").cookie("theme", "dark").header("accept", "text/plain");
/// request.await.assert_text(200, "dark");
/// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
/// ```
#[derive(Debug)]
#[must_use = "a request is sent when it is awaited"]
pub struct TestRequest<'a> {
    api: &'a TestApi,
    method: Method,
    target: String,
    headers: Vec<(String, String)>,
    cookies: Vec<String>,
    body: Option<Body>,
    caller: Option<Value>,
}

#[derive(Debug)]
enum Body {
    Text(String),
    Bytes(Vec<u8>),
}

impl<'a> TestRequest<'a> {
    pub(super) fn new(api: &'a TestApi, method: Method, target: &str) -> Self {
        Self {
            api,
            method,
            target: target.to_owned(),
            headers: [("host".to_owned(), HOST.to_owned())]
                .into_iter()
                .chain(api.headers.iter().cloned())
                .collect(),
            cookies: Vec::new(),
            body: None,
            caller: None,
        }
    }

    /// Adds a header; an existing header gets a second value.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_lowercase(), value.to_owned()));
        self
    }

    /// Adds the header `If-Match`.
    ///
    /// `tag` is the value of the header, with its quotes: `"\"7\""`.
    pub fn if_match(self, tag: &str) -> Self {
        self.header(IF_MATCH.as_str(), tag)
    }

    /// Adds the header `If-None-Match`.
    pub fn if_none_match(self, tag: &str) -> Self {
        self.header(IF_NONE_MATCH.as_str(), tag)
    }

    /// Adds a cookie.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// Sends `value` as `application/json`.
    ///
    /// # Panics
    /// When JSON cannot hold the value.
    pub fn json(self, value: &impl Serialize) -> Self {
        let body = serde_json::to_string(value).expect("the value can be JSON");
        self.text("application/json", &body)
    }

    /// Sends a body of text.
    pub fn text(mut self, content_type: &str, body: &str) -> Self {
        self.body = Some(Body::Text(body.to_owned()));
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Sends a body that the event holds as base64.
    pub fn bytes(mut self, content_type: &str, body: &[u8]) -> Self {
        self.body = Some(Body::Bytes(body.to_vec()));
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Sends the request as signed by the assumed role `role` in account 111122223333.
    ///
    /// No signature is made: the event has the identity, as the front door writes it after its
    /// check.
    ///
    /// ```
    /// use fnurl::{Api, Caller, get, testing::TestApi};
    ///
    /// async fn account(caller: Caller) -> String { caller.account_id }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/", get(account)).build()?);
    /// api.get("/").signed_by("Reader").await.assert_text(200, "111122223333");
    /// let _ = api.get("/").await.problem(403);
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    pub fn signed_by(mut self, role: &str) -> Self {
        self.caller = Some(json!({"iam": {
            "accessKey": "ASIAEXAMPLE", "accountId": "111122223333",
            "callerId": "AROAEXAMPLE:test", "cognitoIdentity": null, "principalOrgId": null,
            "userArn": format!("arn:aws:sts::111122223333:assumed-role/{role}/test"),
            "userId": "AROAEXAMPLE:test",
        }}));
        self
    }

    /// The event, payload format 2.0.
    ///
    /// Change it and send it with [`TestApi::invoke`], to test events that no client sends.
    ///
    /// Source: AWS Lambda Developer Guide, “Invoking Lambda function URLs”, “Request payload
    /// format”.
    #[must_use]
    pub fn event(&self) -> Value {
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, query),
            None => (self.target.as_str(), ""),
        };
        let mut event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": self.joined_headers(),
            "requestContext": {
                "accountId": if self.caller.is_some() { "111122223333" } else { "anonymous" },
                "apiId": URL_ID, "domainName": HOST, "domainPrefix": URL_ID,
                "http": {
                    "method": self.method.as_str(), "path": path, "protocol": "HTTP/1.1",
                    "sourceIp": "198.51.100.7", "userAgent": "test",
                },
                "requestId": REQUEST_ID, "routeKey": "$default", "stage": "$default",
                "time": "17/Aug/2025:10:00:03 +0000", "timeEpoch": 1_755_424_803_123_u64,
            },
            "isBase64Encoded": false,
        });
        if !self.cookies.is_empty() {
            event["cookies"] = json!(self.cookies);
        }
        if let Some(caller) = &self.caller {
            event["requestContext"]["authorizer"] = caller.clone();
        }
        match &self.body {
            None => {}
            Some(Body::Text(text)) => event["body"] = json!(text),
            Some(Body::Bytes(bytes)) => {
                event["body"] = json!(STANDARD.encode(bytes));
                event["isBase64Encoded"] = json!(true);
            }
        }
        event
    }

    /// The function URL joins repeated headers with `,` and repeats cookies in a header.
    fn joined_headers(&self) -> Map<String, Value> {
        let mut joined = Map::new();
        for (name, value) in &self.headers {
            debug_assert!(HeaderName::from_bytes(name.as_bytes()).is_ok(), "{name}");
            debug_assert!(HeaderValue::from_str(value).is_ok(), "{value}");
            let text = match joined.get(name).and_then(Value::as_str) {
                Some(first) => format!("{first},{value}"),
                None => value.clone(),
            };
            joined.insert(name.clone(), json!(text));
        }
        if !self.cookies.is_empty() {
            joined.insert(COOKIE.to_string(), json!(self.cookies.join("; ")));
        }
        joined
    }
}

const URL_ID: &str = "abcdefghijklmnopqrstuvwxyz012345";
const HOST: &str = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws";

impl<'a> IntoFuture for TestRequest<'a> {
    type Output = TestResponse;
    type IntoFuture = Pin<Box<dyn Future<Output = TestResponse> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let payload = self.event().to_string();
        Box::pin(async move {
            let response = self.api.invoke(payload).await;
            self.api.check(&self.method, &self.target, &response);
            response
        })
    }
}
