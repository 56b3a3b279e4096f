//! The API of `peer-fnurl` as lambda_http, axum, validator and utoipa have it: the same routes, the
//! same answers, and one log line a request.
//!
//! On one thread, which is the better choice for it, too.

mod problem;
mod valid;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Request};
use axum::http::header::{COOKIE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use lambda_http::request::RequestContext;
use lambda_http::{Error, RequestExt};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use validator::Validate;

use problem::Problem;
use valid::{ValidJson, ValidQuery};

#[derive(OpenApi)]
#[openapi()]
struct Document;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt()
        .with_target(false)
        .with_ansi(false)
        .without_time()
        .init();
    let (router, _document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health))
        .routes(routes!(list, create))
        .routes(routes!(read, remove))
        .routes(routes!(me))
        .split_for_parts();
    let router = router
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(middleware::from_fn(log));
    lambda_http::run(router).await
}

async fn log(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let request_id = request.lambda_context_ref().map(|it| it.request_id.clone());
    let response = next.run(request).await;
    tracing::info!(
        method = method.as_str(),
        path,
        status = response.status().as_u16(),
        duration_ms = start.elapsed().as_micros() as f64 / 1e3,
        request_id,
        "request finished"
    );
    response
}

#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
}

#[utoipa::path(get, path = "/health", responses((status = 200, body = Health)))]
async fn health() -> Json<Health> {
    Json(Health { status: "pass" })
}

/// What a client sends of an item.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewItem {
    #[validate(length(min = 1, max = 80))]
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    description: Option<String>,
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    quantity: u32,
    #[serde(default)]
    #[validate(length(max = 10))]
    #[schema(max_items = 10)]
    tags: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    quantity: u32,
    tags: Vec<String>,
}

impl Item {
    fn made_up(id: String) -> Self {
        Self {
            name: format!("Item {id}"),
            id,
            description: None,
            quantity: 1,
            tags: vec!["made".to_owned(), "up".to_owned()],
        }
    }
}

#[utoipa::path(post, path = "/items", request_body = NewItem, responses(
    (status = 201, body = Item, headers(("location" = String))),
    (status = 400, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
))]
async fn create(
    ValidJson(new): ValidJson<NewItem>,
) -> (StatusCode, [(HeaderName, String); 1], Json<Item>) {
    let item = Item {
        id: "item-1".to_owned(),
        name: new.name,
        description: new.description,
        quantity: new.quantity,
        tags: new.tags,
    };
    let location = format!("/items/{}", item.id);
    (StatusCode::CREATED, [(LOCATION, location)], Json(item))
}

#[utoipa::path(get, path = "/items/{itemId}", params(("itemId" = String, Path)),
    responses((status = 200, body = Item)))]
async fn read(Path(id): Path<String>) -> Json<Item> {
    Json(Item::made_up(id))
}

#[utoipa::path(delete, path = "/items/{itemId}", params(("itemId" = String, Path)),
    responses((status = 204)))]
async fn remove(Path(_id): Path<String>) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(rename_all = "camelCase")]
struct Search {
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100)]
    limit: u32,
    #[serde(default)]
    tag: Vec<String>,
}

fn default_limit() -> u32 {
    20
}

#[derive(Serialize, ToSchema)]
struct Page {
    items: Vec<Item>,
}

#[utoipa::path(get, path = "/items", params(Search), responses(
    (status = 200, body = Page), (status = 400, body = Problem), (status = 422, body = Problem),
))]
async fn list(ValidQuery(search): ValidQuery<Search>) -> Json<Page> {
    let items = (1..=search.limit).map(|number| Item {
        tags: search.tag.clone(),
        ..Item::made_up(format!("item-{number}"))
    });
    Json(Page {
        items: items.collect(),
    })
}

/// Who asks, and how they like it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Me {
    account_id: String,
    user_arn: String,
    theme: String,
}

/// The IAM identity of whoever signed the request.
struct Caller {
    account_id: String,
    user_arn: String,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let caller = match parts.extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context
                .authorizer
                .as_ref()
                .and_then(|it| it.iam.as_ref())
                .and_then(|iam| Some((iam.account_id.clone()?, iam.user_arn.clone()?))),
            _ => None,
        };
        let (account_id, user_arn) = caller.ok_or_else(|| {
            Problem::new(StatusCode::FORBIDDEN, "The request has no IAM identity")
        })?;
        Ok(Self {
            account_id,
            user_arn,
        })
    }
}

#[utoipa::path(get, path = "/me", responses((status = 200, body = Me), (status = 403, body = Problem)))]
async fn me(caller: Caller, headers: HeaderMap) -> Json<Me> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok());
    let mut pairs = cookies
        .flat_map(|it| it.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let theme = pairs.find(|(name, _)| *name == "theme");
    Json(Me {
        account_id: caller.account_id,
        user_arn: caller.user_arn,
        theme: theme.map_or("light", |(_, value)| value).to_owned(),
    })
}
