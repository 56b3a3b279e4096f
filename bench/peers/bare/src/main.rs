//! The documented hello world with the typed event and result of a function URL, on the default
//! runtime of tokio.
//!
//! Source: the README of `lambda_runtime`, with `aws_lambda_events` instead of `Value`.

use aws_lambda_events::lambda_function_urls::{
    LambdaFunctionUrlRequest, LambdaFunctionUrlResponse,
};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(hello)).await
}

async fn hello(
    event: LambdaEvent<LambdaFunctionUrlRequest>,
) -> Result<LambdaFunctionUrlResponse, Error> {
    let parameters = event.payload.query_string_parameters;
    let name = parameters.get("name").map_or("world", String::as_str);
    let mut response = LambdaFunctionUrlResponse::default();
    response.status_code = 200;
    response
        .headers
        .insert("content-type", "application/json".parse()?);
    response.body = Some(format!(r#"{{"message":"Hello, {name}!"}}"#));
    Ok(response)
}
