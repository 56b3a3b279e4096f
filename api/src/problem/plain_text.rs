//! Error responses that a layer or a mounted service wrote itself.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_body::Body as _;

use crate::message::{Context, Rendered, Response};
use crate::problem::{Problem, ProblemType};

/// Maximum length of a reason; a longer text is left out.
const MAX_REASON_BYTES: u64 = 500;

/// Turns `response` into a problem if it is an error with plain text or without a body.
///
/// Services such as those of `tower-http` send such errors. The text becomes the `detail` of a
/// 4xx; for a 5xx it goes only to the log. The other headers stay.
///
/// So a client reads one form of errors, whatever library wrote them. An error with a media type of
/// its own (a page of HTML, the JSON of a mounted service) is meant as it is, and stays.
pub(crate) async fn as_problem(response: Response, context: &Context) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_rendered = response.extensions().get::<Rendered>().is_some();
    if !is_error || is_rendered || !is_plain(response.headers()) {
        return response;
    }
    let (mut parts, mut body) = response.into_parts();
    let short = body
        .size_hint()
        .upper()
        .is_some_and(|size| size <= MAX_REASON_BYTES);
    let text = if short {
        body.collect().await.unwrap_or_default()
    } else {
        Bytes::new()
    };
    let rendered = context.render(problem(status, &text));
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(rendered.headers().clone());
    Response::from_parts(parts, rendered.into_body())
}

fn is_plain(headers: &HeaderMap) -> bool {
    match headers.get(CONTENT_TYPE) {
        Some(media_type) => media_type.as_bytes().starts_with(b"text/plain"),
        None => true,
    }
}

fn problem(status: StatusCode, text: &[u8]) -> Problem {
    let title = status.canonical_reason().unwrap_or("Error");
    let kind = ProblemType::about_blank(status.as_u16(), title);
    let text = String::from_utf8_lossy(text);
    match text.trim() {
        "" => kind.problem(),
        cause if status.is_server_error() => kind.hiding(cause),
        reason => kind.because(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Body;

    async fn rendered(status: u16, text: &'static str) -> serde_json::Value {
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        let problem = as_problem(response, &Context::default()).await;
        assert_eq!(problem.headers()[CONTENT_TYPE], "application/problem+json");
        serde_json::from_slice(problem.body().as_full().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_plain_text_error_becomes_a_problem_of_its_status() {
        let problem = rendered(413, "length limit exceeded").await;
        let expected = serde_json::json!({
            "type": "about:blank", "title": "Payload Too Large", "status": 413,
            "detail": "length limit exceeded"
        });
        assert_eq!(problem, expected);
    }

    #[tokio::test]
    async fn the_text_of_a_server_error_stays_inside() {
        let problem = rendered(503, "pool of 10.0.0.7 is empty").await;
        assert!(!problem.to_string().contains("10.0.0.7"), "{problem}");
    }
}
