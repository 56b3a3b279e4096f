//! The program in Lambda: one invocation after the other, on one thread.

mod invoke;
mod log;
mod mode;
mod payload;

use std::fmt::Display;
use std::process::ExitCode;

use lambda_runtime::Runtime;
use tower::layer::layer_fn;

use crate::router::Api;

pub(crate) use invoke::invoke;
use mode::InvokeMode;

/// Serves `api` as a Lambda function, until Lambda ends the process.
///
/// Takes an [`Api`], or a future that makes one (to open connections during the init phase).
/// Everything runs on one thread, because an instance serves one request at a time. Log lines go
/// to standard output, as JSON or text by `AWS_LAMBDA_LOG_FORMAT`, from `AWS_LAMBDA_LOG_LEVEL` on.
///
/// ```no_run
/// use fnurl::{Api, get};
/// use std::process::ExitCode;
///
/// async fn hello() -> &'static str {
///     "Hello!"
/// }
///
/// fn main() -> ExitCode {
///     fnurl::run(async { Api::builder(()).at("/", get(hello)).build() })
/// }
/// ```
///
/// One program serves both invoke modes of a function URL, but Lambda does not tell a function
/// which one its URL has. For `RESPONSE_STREAM`, set the environment variable `FNURL_INVOKE_MODE`
/// to `stream`. Every response is then sent as a stream, because such a URL would show the client
/// the JSON of a buffered result. In `buffered` mode, the default, a stream is collected.
///
/// Logs and returns a failure when the API cannot be made, or when the connection to the Runtime
/// API is lost.
pub fn run<I, E>(api: I) -> ExitCode
where
    I: IntoFuture<Output = Result<Api, E>>,
    E: Display,
{
    log::start();
    if let Err(reason) = serve(api) {
        tracing::error!("{reason}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn serve<I, E>(api: I) -> Result<(), String>
where
    I: IntoFuture<Output = Result<Api, E>>,
    E: Display,
{
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return Err(
            "this program is a Lambda function and needs a function URL around it: \
             start it with `fnurl dev --function PATH`"
                .to_owned(),
        );
    }
    let mode = InvokeMode::from_environment()?;
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|err| format!("the async runtime could not be started: {err}"))?;
    tokio.block_on(async {
        let api = api
            .await
            .map_err(|err| format!("the API could not be started: {err}"))?;
        let runtime =
            Runtime::new(invoke::Function::new(api, mode)).layer(layer_fn(payload::Bypass));
        let ended = runtime.run().await;
        ended.map_err(|err| format!("the Runtime API was lost: {err}"))
    })
}
