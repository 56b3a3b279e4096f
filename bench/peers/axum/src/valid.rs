//! `Json` and `Query` that validate what they read, and refuse with problems.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum_extra::extract::Query;
use serde::de::DeserializeOwned;
use validator::Validate;

use crate::problem::{Place, Problem};

pub(crate) struct ValidJson<T>(pub(crate) T);

impl<S, T> FromRequest<S> for ValidJson<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Json(value) = Json::<T>::from_request(request, state)
            .await
            .map_err(refused)?;
        match value.validate() {
            Ok(()) => Ok(Self(value)),
            Err(errors) => Err(Problem::invalid(Place::Body, &errors)),
        }
    }
}

fn refused(rejection: JsonRejection) -> Problem {
    let title = match &rejection {
        JsonRejection::MissingJsonContentType(_) => "Unsupported media type",
        JsonRejection::JsonDataError(_) => "The request is invalid",
        _ => "The body is malformed",
    };
    Problem::new(rejection.status(), title).because(rejection.body_text())
}

pub(crate) struct ValidQuery<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for ValidQuery<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(value) = Query::<T>::from_request_parts(parts, state)
            .await
            .map_err(|err| {
                Problem::new(StatusCode::BAD_REQUEST, "The query string is malformed")
                    .because(err.body_text())
            })?;
        match value.validate() {
            Ok(()) => Ok(Self(value)),
            Err(errors) => Err(Problem::invalid(Place::Query, &errors)),
        }
    }
}
