//! The Invoke API of Lambda, for raw events: `aws lambda invoke --endpoint-url` and the SDKs
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).
//!
//! Not here: `Event` invocations, which have a queue behind them, and the tail of the log.

use crate::dev::{
    function::{
        Function, Instances,
        invocation::{Failure, FunctionResult, Invocation},
    },
    iam::{Authority, Denied, Reason},
    limits::{EVENT_BYTES, RESULT_BYTES},
    log,
    url::trace::Trace,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, Full, Limited};
use serde_json::{json, value::RawValue};
use std::{sync::Arc, time::Instant};
use time::OffsetDateTime;
use uuid::Uuid;

const PREFIX: &str = "/2015-03-31/functions/";
const SUFFIX: &str = "/invocations";

#[derive(Debug)]
pub(in crate::dev) struct InvokeApi {
    pub(in crate::dev) instances: Arc<Instances>,
    /// With it, requests have to be signed, as for the URL.
    pub(in crate::dev) authority: Option<Arc<Authority>>,
}

/// A refusal in the Lambda API's form.
#[derive(Debug)]
struct ApiError {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl InvokeApi {
    /// Whether a path is one of this API's.
    pub(in crate::dev) fn has(path: &str) -> bool {
        path.starts_with(PREFIX) && path.ends_with(SUFFIX)
    }

    /// Answers one request.
    pub(in crate::dev) async fn answer(
        &self,
        request: &Parts,
        body: Bytes,
    ) -> Response<Full<Bytes>> {
        let request_id = Uuid::new_v4().to_string();
        let (began, mut is_cold) = (Instant::now(), false);
        let pending = log::Pending::new(&request_id);
        let invoked = self.invoke(request, body, &request_id, &mut is_cold).await;
        let mut response = match invoked {
            Ok(response) => response,
            Err(error) => {
                let ApiError { kind, message, .. } = &error;
                log::note(&request_id, format_args!("refused with {kind}: {message}"));
                error.response()
            }
        };
        pending.finish(&log::Served {
            method: &request.method,
            path: request.uri.path(),
            status: response.status(),
            took: began.elapsed(),
            is_cold,
        });
        if let Ok(id) = HeaderValue::try_from(&request_id) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        response
    }

    async fn invoke(
        &self,
        request: &Parts,
        body: Bytes,
        request_id: &str,
        is_cold: &mut bool,
    ) -> Result<Response<Full<Bytes>>, ApiError> {
        if request.method != Method::POST {
            return Err(ApiError::new(
                405,
                "MethodNotAllowedException",
                "Invoke is a POST",
            ));
        }
        if let Some(authority) = &self.authority {
            authority.caller(request, &body, &[]).map_err(refused)?;
        }
        self.check_name(request.uri.path())?;
        let kind = request.headers.get("x-amz-invocation-type");
        match kind.map_or("RequestResponse", |kind| kind.to_str().unwrap_or_default()) {
            "RequestResponse" => {}
            "DryRun" => return Ok(success(StatusCode::NO_CONTENT, Bytes::new())),
            other => {
                return Err(ApiError::new(
                    400,
                    "InvalidParameterValueException",
                    format!(
                        "The invocation type `{other}` is not known here: RequestResponse and DryRun are"
                    ),
                ));
            }
        }
        let event = event(body)?;
        let trace = Trace::of(&request.headers, OffsetDateTime::now_utc()).downstream();
        let request_id = request_id.to_owned();
        let invocation = Invocation {
            request_id,
            trace,
            event,
        };
        let finished = self.instances.invoke(&invocation).await;
        *is_cold = finished.is_cold;
        match finished.outcome {
            Ok(result) => Ok(success(StatusCode::OK, payload(result).await)),
            Err(Failure::Throttled | Failure::RateExceeded(_)) => Err(ApiError::new(
                429,
                "TooManyRequestsException",
                "Rate Exceeded.",
            )),
            Err(failure) => Ok(failed(&failure, &invocation.request_id)),
        }
    }

    /// A name, a partial or a whole ARN, perhaps with `$LATEST`.
    fn check_name(&self, path: &str) -> Result<(), ApiError> {
        let given = path.trim_start_matches(PREFIX).trim_end_matches(SUFFIX);
        let given = percent_encoding::percent_decode_str(given).decode_utf8_lossy();
        let name = given.trim_end_matches(":$LATEST").rsplit(':').next();
        let function: &Function = self.instances.function();
        if name == Some(&function.name) {
            return Ok(());
        }
        let message = format!(
            "Function not found: {given}. The one that runs here is {}",
            function.name
        );
        Err(ApiError::new(404, "ResourceNotFoundException", message))
    }
}

/// The payload as an event: any JSON, and `{}` for none.
fn event(body: Bytes) -> Result<Bytes, ApiError> {
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    if body.len() as u64 > EVENT_BYTES {
        let message = format!(
            "Request must be smaller than {EVENT_BYTES} bytes for the InvokeFunction operation"
        );
        return Err(ApiError::new(413, "RequestTooLargeException", message));
    }
    serde_json::from_slice::<&RawValue>(&body).map_err(|error| {
        let message = format!("Could not parse request body into json: {error}");
        ApiError::new(400, "InvalidRequestContentException", message)
    })?;
    Ok(body)
}

/// What the function answered, a stream with its prelude, as an SDK sees it.
async fn payload(result: FunctionResult) -> Bytes {
    match result {
        FunctionResult::Buffered(bytes) | FunctionResult::Streamed { bytes, .. } => bytes,
        FunctionResult::Flowing { flow, .. } => {
            let whole = Limited::new(flow, RESULT_BYTES as usize).collect().await;
            whole
                .map(http_body_util::Collected::to_bytes)
                .unwrap_or_default()
        }
    }
}

/// A failed invocation is a successful call of the API.
fn failed(failure: &Failure, request_id: &str) -> Response<Full<Bytes>> {
    let kind = match failure {
        Failure::Function(error) => error.split(':').next().unwrap_or("Unhandled"),
        Failure::TimedOut(_) => "Sandbox.Timedout",
        Failure::TooLarge => "Function.ResponseSizeTooLarge",
        _ => "Runtime.ExitError",
    };
    let message = match failure {
        Failure::Function(error) => error
            .split_once(": ")
            .map_or(error.as_str(), |(_, text)| text)
            .to_owned(),
        other => format!("RequestId: {request_id} Error: {other}"),
    };
    let body = json!({"errorType": kind, "errorMessage": message}).to_string();
    let mut response = success(StatusCode::OK, body.into());
    let unhandled = HeaderValue::from_static("Unhandled");
    response
        .headers_mut()
        .insert("x-amz-function-error", unhandled);
    response
}

fn success(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = [
        ("content-type", HeaderValue::from_static("application/json")),
        (
            "x-amz-executed-version",
            HeaderValue::from_static("$LATEST"),
        ),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, value);
    }
    response
}

fn refused(denied: Denied) -> ApiError {
    let (kind, message) = match denied.reason {
        Reason::Forbidden => (
            "MissingAuthenticationTokenException",
            "Missing Authentication Token".to_owned(),
        ),
        Reason::Incomplete(message) => ("IncompleteSignatureException", message),
        Reason::InvalidSignature(message) => ("InvalidSignatureException", message),
        Reason::UnknownKey => (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.".to_owned(),
        ),
        Reason::ExpiredToken => (
            "ExpiredTokenException",
            "The security token included in the request is expired".to_owned(),
        ),
    };
    log::line(format_args!(
        "fnurl: a call of Invoke is refused: {}",
        denied.diagnosis
    ));
    ApiError::new(403, kind, message)
}

impl ApiError {
    fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            kind,
            message: message.into(),
        }
    }

    fn response(&self) -> Response<Full<Bytes>> {
        let body = json!({"Type": "User", "Message": self.message, "message": self.message});
        let mut response = Response::new(Full::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers: &mut HeaderMap = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert("x-amzn-errortype", HeaderValue::from_static(self.kind));
        response
    }
}
