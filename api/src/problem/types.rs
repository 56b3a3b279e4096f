//! The problem types that the framework itself returns.

use super::ProblemType;

/// 400: the event is not a function URL request.
///
/// The function was invoked in another way than through its URL, with a payload of another format.
/// `detail` says which member cannot be read.
pub const MALFORMED_EVENT: ProblemType = ProblemType::new(
    400,
    "malformed-event",
    "The event is not a function URL request",
);
/// 400: the path has an invalid percent-escape, or is not UTF-8.
///
/// Source: RFC 3986 §2.1; RFC 9110 §15.5.1.
pub const MALFORMED_PATH: ProblemType =
    ProblemType::new(400, "malformed-path", "The path is malformed");
/// 400: the query string cannot be read, because an escape is not valid or not UTF-8.
pub const MALFORMED_QUERY: ProblemType =
    ProblemType::new(400, "malformed-query", "The query string is malformed");
/// 400: a header cannot be read, or one that is required is missing; `detail` names it.
pub const MALFORMED_HEADER: ProblemType =
    ProblemType::new(400, "malformed-header", "A header is malformed");
/// 400: the body does not match its content type.
///
/// For JSON, with the members `line` and `column` of the first syntax error.
pub const MALFORMED_BODY: ProblemType =
    ProblemType::new(400, "malformed-body", "The body is malformed");
/// 403: the caller is not known: the request was not signed, or the function URL has AuthType
/// `NONE`.
///
/// It is 403 and not 401, as for AWS: a 401 needs a challenge that a client can respond to
/// (RFC 9110 §15.5.4).
pub const NO_CALLER: ProblemType =
    ProblemType::new(403, "no-caller", "The request has no IAM identity");
/// 404: no route has this path. Use it for things that do not exist, too.
pub const NOT_FOUND: ProblemType = ProblemType::new(404, "not-found", "Not found");
/// 405: the path exists, but not with this method; `Allow` lists those that it has
/// (RFC 9110 §15.5.6).
pub const METHOD_NOT_ALLOWED: ProblemType =
    ProblemType::new(405, "method-not-allowed", "Method not allowed");
/// 406: the client accepts none of the route's media types; see [`Produces`](crate::Produces).
pub const NOT_ACCEPTABLE: ProblemType = ProblemType::new(406, "not-acceptable", "Not acceptable");
/// 412: the resource has another version than the request expects (RFC 9110 §15.5.13).
///
/// The client reads it again, and repeats its change with the new entity tag.
pub const PRECONDITION_FAILED: ProblemType =
    ProblemType::new(412, "precondition-failed", "The precondition failed");
/// 413: the body is larger than the API accepts; the member `limit` has the number of bytes.
pub const BODY_TOO_LARGE: ProblemType =
    ProblemType::new(413, "body-too-large", "The body is too large");
/// 414: the path and query are longer than the longest URI that can be read.
pub const URI_TOO_LONG: ProblemType = ProblemType::new(414, "uri-too-long", "The URI is too long");
/// 415: the route does not read the body's media type, or its compression. `Accept` or
/// `Accept-Encoding` say what it reads (RFC 9110 §15.5.16).
pub const UNSUPPORTED_MEDIA_TYPE: ProblemType =
    ProblemType::new(415, "unsupported-media-type", "Unsupported media type");
/// 422: the request can be read, but breaks rules; `errors` lists them all.
pub const INVALID_REQUEST: ProblemType =
    ProblemType::new(422, "invalid-request", "The request is invalid");
/// 422: the idempotency key belongs to another request.
///
/// Source: draft-ietf-httpapi-idempotency-key-header, “Error Handling”.
pub const IDEMPOTENCY_KEY_REUSED: ProblemType = ProblemType::new(
    422,
    "idempotency-key-reused",
    "The idempotency key belongs to another request",
);
/// 428: the request must say which version it expects, with `If-Match` (RFC 6585 §3).
pub const PRECONDITION_REQUIRED: ProblemType =
    ProblemType::new(428, "precondition-required", "A precondition is required");
/// 431: the request has more headers than can be read (RFC 6585 §5).
pub const TOO_MANY_HEADERS: ProblemType =
    ProblemType::new(431, "too-many-headers", "The request has too many headers");
/// 500: an error in the service; the log has the cause under the request id.
pub const INTERNAL_ERROR: ProblemType =
    ProblemType::new(500, "internal-error", "Internal server error");
/// 500: the response is larger than a function URL can carry: 6 MiB as JSON. Send it in pages, or
/// stream it.
pub const RESPONSE_TOO_LARGE: ProblemType =
    ProblemType::new(500, "response-too-large", "The response is too large");
/// 504: the handler did not finish before the function's timeout, or that of a
/// [`Deadline`](crate::layers::Deadline).
///
/// The client does not know whether the request had its effect; with an `Idempotency-Key` it can
/// send it again.
pub const DEADLINE_EXCEEDED: ProblemType =
    ProblemType::new(504, "deadline-exceeded", "The request took too long");
