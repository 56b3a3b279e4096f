//! Problem details (RFC 9457).

use std::borrow::Cow;

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use validator::{ValidationErrors, ValidationErrorsKind};

#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Violation>,
}

/// One broken rule.
#[derive(Serialize, ToSchema)]
struct Violation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    code: Cow<'static, str>,
    message: String,
}

/// Where the input was.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Body,
    Query,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, title: &'static str) -> Self {
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail: None,
            errors: Vec::new(),
        }
    }

    pub(crate) fn because(mut self, detail: impl ToString) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    pub(crate) fn invalid(place: Place, errors: &ValidationErrors) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "The request is invalid");
        for (field, kind) in errors.errors() {
            if let ValidationErrorsKind::Field(broken) = kind {
                problem.errors.extend(broken.iter().map(|error| Violation {
                    pointer: matches!(place, Place::Body).then(|| format!("/{field}")),
                    parameter: matches!(place, Place::Query).then(|| field.to_string()),
                    code: error.code.clone(),
                    message: error.to_string(),
                }));
            }
        }
        problem.errors.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let media_type = [(CONTENT_TYPE, "application/problem+json")];
        (status, media_type, Json(self)).into_response()
    }
}

pub(crate) async fn not_found(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "Not found")
        .because(format_args!("no route matches `{}`", uri.path()))
}

pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
        .because(format_args!("`{}` has no method {method}", uri.path()))
}
