//! The front door's own answers: what a function URL says when no function has answered.

use super::answer::Answer;
use crate::dev::{
    function::invocation::Failure,
    iam::{Denied, Reason},
    limits::EVENT_BYTES,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The answer to a failed invocation: 429 when there was no room, else an opaque 502.
pub(in crate::dev) fn failed(failure: &Failure) -> Answer {
    match failure {
        Failure::Throttled | Failure::RateExceeded(_) => throttled(),
        _ => bad_gateway(),
    }
}

/// What the service says of a URL that does not exist.
pub(in crate::dev) fn unknown_url() -> Answer {
    let answer = refusal(
        StatusCode::FORBIDDEN,
        "application/json",
        r#"{"Message":null}"#,
    );
    answer.with_type("AccessDeniedException")
}

/// Who is not let in hears which of the service's reasons it was, and no more.
///
/// Local choice: an unknown key, an expired token and an incomplete signature are answered as
/// other AWS services do.
pub(in crate::dev) fn denied(denied: &Denied) -> Answer {
    let (kind, body) = match &denied.reason {
        Reason::Forbidden => (
            "AccessDeniedException",
            json!({"Message": "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}),
        ),
        Reason::InvalidSignature(message) => {
            ("InvalidSignatureException", json!({"message": message}))
        }
        Reason::Incomplete(message) => {
            ("IncompleteSignatureException", json!({"message": message}))
        }
        Reason::UnknownKey => (
            "UnrecognizedClientException",
            json!({"message": "The security token included in the request is invalid."}),
        ),
        Reason::ExpiredToken => (
            "ExpiredTokenException",
            json!({"message": "The security token included in the request is expired"}),
        ),
    };
    let answer = refusal(StatusCode::FORBIDDEN, "application/json", body.to_string());
    answer.with_type(kind)
}

/// Local choice: the words. What a function URL says is known only for its status and type.
pub(in crate::dev) fn invalid_query_string() -> Answer {
    let text = r#"{"message":"The query string is invalid: encode the names of its parameters."}"#;
    let answer = refusal(StatusCode::BAD_REQUEST, "application/json", text);
    answer.with_type("InvalidQueryStringException")
}

/// Crash, timeout, function error, a result that is none: the client is not told which.
pub(in crate::dev) fn bad_gateway() -> Answer {
    refusal(
        StatusCode::BAD_GATEWAY,
        "text/plain",
        "Internal Server Error",
    )
}

/// Local choice: body and type are those of the Invoke API. What a function URL sends is known
/// only for its status.
pub(in crate::dev) fn event_too_large() -> Answer {
    let message = format!(
        "Request must be smaller than {EVENT_BYTES} bytes for the InvokeFunction operation"
    );
    let body = json!({"Type": "User", "message": message}).to_string();
    let answer = refusal(StatusCode::PAYLOAD_TOO_LARGE, "application/json", body);
    answer.with_type("RequestEntityTooLargeException")
}

/// A body that broke off; there is hardly anybody left to read this.
pub(in crate::dev) fn truncated() -> Answer {
    refusal(StatusCode::BAD_REQUEST, "text/plain", "Bad Request")
}

/// Local choice: the service is known to have such a limit, and neither its time nor its words.
pub(in crate::dev) fn too_slow() -> Answer {
    refusal(StatusCode::REQUEST_TIMEOUT, "text/plain", "Request Timeout")
}

/// Local choice: body and type are those of the Invoke API, as above.
fn throttled() -> Answer {
    let text = r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#;
    let answer = refusal(StatusCode::TOO_MANY_REQUESTS, "application/json", text);
    answer.with_type("TooManyRequestsException")
}

fn refusal(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let media_type = HeaderValue::from_static(media_type);
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, media_type)]);
    Answer {
        status,
        headers,
        body: body.into(),
    }
}

impl Answer {
    fn with_type(mut self, kind: &'static str) -> Self {
        self.headers
            .insert(ERROR_TYPE, HeaderValue::from_static(kind));
        self
    }
}
