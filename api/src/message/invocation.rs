//! One invocation: Lambda's data about the call, beside the HTTP request itself.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use bytes::Bytes;

use super::Request;
use crate::problem::{MALFORMED_EVENT, Problem};

/// Time reserved before the function's timeout, to respond before Lambda ends the call.
///
/// A handler that is still running then is dropped, and the client gets a 504 problem. Without the
/// margin, Lambda would end the whole instance: the client would get a 502 that says nothing, and
/// the next request a cold start.
///
/// Source: AWS Lambda Developer Guide, “Configure Lambda function timeout”.
pub const DEADLINE_MARGIN: Duration = Duration::from_millis(100);

/// One call of the function: its id, its deadline and its event.
///
/// Take it as an argument of a handler, or read it from a request's extensions in a layer.
///
/// ```
/// use fnurl::Invocation;
///
/// async fn slow(invocation: Invocation) -> String {
///     format!("{} has {:?} left", invocation.request_id(), invocation.time_left())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Invocation(Arc<Call>);

/// The data about an invocation, from the runtime and from the event.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub(crate) request_id: String,
    pub(crate) deadline: Option<SystemTime>,
    pub(crate) function_arn: String,
    pub(crate) trace_id: Option<String>,
    pub(crate) payload: Bytes,
    pub(crate) source_ip: Option<IpAddr>,
    pub(crate) caller: Option<Caller>,
    pub(crate) is_streamed: bool,
}

impl Call {
    /// Source: Runtime API header `Lambda-Runtime-Deadline-Ms`, Unix time in milliseconds.
    pub(crate) fn from_context(context: lambda_runtime::Context, payload: Bytes) -> Self {
        Self {
            request_id: context.request_id,
            deadline: UNIX_EPOCH.checked_add(Duration::from_millis(context.deadline)),
            function_arn: context.invoked_function_arn,
            trace_id: context.xray_trace_id,
            payload,
            ..Self::default()
        }
    }

    /// See [`Invocation::time_left`].
    pub(crate) fn time_left(&self) -> Duration {
        let Some(deadline) = self.deadline else {
            return Duration::MAX;
        };
        deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default()
            .saturating_sub(DEADLINE_MARGIN)
    }
}

impl Invocation {
    /// The invocation that a request came with; every request from Lambda and from the test client
    /// has one.
    pub(crate) fn of(request: &Request) -> Option<&Self> {
        request.extensions().get()
    }

    pub(crate) fn new(call: Call) -> Self {
        Self(Arc::new(call))
    }

    /// The id under which Lambda and this framework log the invocation.
    ///
    /// Source: Runtime API header `Lambda-Runtime-Aws-Request-Id`.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// Time left before Lambda ends this invocation, less [`DEADLINE_MARGIN`]; never negative.
    ///
    /// Source: Runtime API header `Lambda-Runtime-Deadline-Ms`, Unix time in milliseconds.
    ///
    /// Without a deadline it is [`Duration::MAX`].
    ///
    /// ```
    /// use fnurl::Invocation;
    /// use std::time::Duration;
    ///
    /// /// Does as much as the time allows; the client asks for the rest.
    /// async fn clean_up(invocation: Invocation) -> String {
    ///     let mut removed = 0;
    ///     while removed < 1_000 && invocation.time_left() > Duration::from_secs(1) {
    ///         removed += 1; // one row of the store
    ///     }
    ///     format!("{removed} rows")
    /// }
    /// # let _ = fnurl::get::<(), _>(clean_up);
    /// ```
    #[must_use]
    pub fn time_left(&self) -> Duration {
        self.0.time_left()
    }

    /// The ARN by which the function was invoked.
    ///
    /// It ends with the alias, if the function URL belongs to one.
    ///
    /// Source: Runtime API header `Lambda-Runtime-Invoked-Function-Arn`.
    #[must_use]
    pub fn function_arn(&self) -> &str {
        &self.0.function_arn
    }

    /// The X-Ray trace header of the call, if there is one.
    ///
    /// Send it on as `X-Amzn-Trace-Id`, so that calls to other services are part of the same trace.
    ///
    /// Source: Runtime API header `Lambda-Runtime-Trace-Id`.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// The event exactly as Lambda sent it.
    ///
    /// For members that the framework does not read. Cloning the bytes is cheap.
    ///
    /// ```
    /// use fnurl::{Invocation, Problem, problem::MALFORMED_EVENT};
    ///
    /// async fn region_of_url(invocation: Invocation) -> Result<String, Problem> {
    ///     let event: serde_json::Value = serde_json::from_slice(invocation.payload())
    ///         .map_err(|err| MALFORMED_EVENT.because(err))?;
    ///     let host = event["requestContext"]["domainName"].as_str().unwrap_or_default();
    ///     Ok(host.split('.').nth(2).unwrap_or_default().to_owned())
    /// }
    /// # let _ = fnurl::get::<(), _>(region_of_url);
    /// ```
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.0.payload
    }

    /// Reads the event into the type of the crate `aws_lambda_events`.
    ///
    /// The whole event is parsed on each call, so call it once.
    ///
    /// ```
    /// use fnurl::{Invocation, Problem};
    ///
    /// async fn host(invocation: Invocation) -> Result<String, Problem> {
    ///     let event = invocation.event()?;
    ///     Ok(event.request_context.domain_name.unwrap_or_default())
    /// }
    /// # let _ = fnurl::get::<(), _>(host);
    /// ```
    ///
    /// # Errors
    /// A 400 problem when the event has members of other types than the crate expects.
    pub fn event(&self) -> Result<LambdaFunctionUrlRequest, Problem> {
        serde_json::from_slice(&self.0.payload).map_err(|err| MALFORMED_EVENT.because(err))
    }

    /// Checks whether the response is streamed: the function URL's invoke mode is
    /// `RESPONSE_STREAM`.
    ///
    /// In buffered mode a stream is collected before it is sent, so that progress cannot be shown:
    ///
    /// ```
    /// use fnurl::{Invocation, Response, Respond, Problem};
    /// use fnurl::sse::{Event, Sse};
    /// use futures_util::stream;
    ///
    /// async fn progress(invocation: Invocation) -> Result<Response, Problem> {
    ///     match invocation.is_streamed() {
    ///         true => {
    ///             let events = [Ok::<_, std::io::Error>(Event::text("50 %"))];
    ///             Sse::new(stream::iter(events)).respond()
    ///         }
    ///         false => "started".respond(),
    ///     }
    /// }
    /// # let _ = fnurl::get::<(), _>(progress);
    /// ```
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        self.0.is_streamed
    }

    pub(crate) fn source_ip(&self) -> Option<IpAddr> {
        self.0.source_ip
    }

    pub(crate) fn caller(&self) -> Option<&Caller> {
        self.0.caller.as_ref()
    }
}

impl Caller {
    /// The ARN without the session of an assumed role: the same for every session.
    ///
    /// `arn:aws:sts::111122223333:assumed-role/Reader/laptop` gives
    /// `arn:aws:sts::111122223333:assumed-role/Reader`.
    ///
    /// Use it as the owner of what a caller stores: a client that assumes its role again has
    /// another session, and must still find its things.
    ///
    /// ```
    /// use fnurl::{Api, Caller, get, testing::TestApi};
    ///
    /// async fn owner(caller: Caller) -> String {
    ///     caller.principal_arn().to_owned()
    /// }
    ///
    /// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let api = TestApi::new(Api::builder(()).at("/owner", get(owner)).build()?);
    /// let response = api.get("/owner").signed_by("Reader").await;
    /// response.assert_text(200, "arn:aws:sts::111122223333:assumed-role/Reader");
    /// # Ok::<(), fnurl::BuildError>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn principal_arn(&self) -> &str {
        if !self.user_arn.contains(":assumed-role/") {
            return &self.user_arn;
        }
        let role = self.user_arn.rsplit_once('/');
        role.map_or(&self.user_arn, |(role, _session)| role)
    }
}

/// The identity that signed the request, as IAM verified it; never read from headers.
///
/// # Problems
/// 403 when the request has no IAM identity. Take `Option<Caller>` if a function URL with AuthType
/// `NONE` also serves the route.
///
/// ```
/// use fnurl::Caller;
///
/// async fn who(caller: Caller) -> String {
///     caller.user_arn
/// }
/// ```
///
/// Source: `requestContext.authorizer.iam` of the event, AWS Lambda Developer Guide,
/// “Invoking Lambda function URLs”.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// The id of the access key that signed the request.
    pub access_key: String,
    /// The account of the caller, 12 digits.
    pub account_id: String,
    /// The ARN of the user or assumed-role session.
    pub user_arn: String,
    /// The unique id, `AROA…:SESSION` for an assumed role.
    pub user_id: String,
    /// The unique id of the principal that made the call.
    pub caller_id: String,
    /// The organization of the caller, if it belongs to one.
    pub principal_org_id: Option<String>,
}
