//! Runs the program in Lambda: one invocation after another, on one thread.

mod invoke;
mod log;
mod mode;
mod next;
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
/// to standard output: as JSON or text (`AWS_LAMBDA_LOG_FORMAT`), at the level
/// `AWS_LAMBDA_LOG_LEVEL` and above.
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
/// Open connections in the future, so that the first request does not wait for them:
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use fnurl::{Api, State, get};
///
/// #[derive(Clone)]
/// struct Store;
///
/// async fn connect() -> Result<Store, std::io::Error> {
///     Ok(Store) // a client of DynamoDB, with its first connection open
/// }
///
/// async fn ready(State(_store): State<Store>) -> &'static str {
///     "ready"
/// }
///
/// fn main() -> ExitCode {
///     fnurl::run(async {
///         let store = connect().await?;
///         let api = Api::builder(store).at("/ready", get(ready)).build()?;
///         Ok::<_, Box<dyn std::error::Error>>(api)
///     })
/// }
/// ```
///
/// # Errors
/// Logs the reason and returns [`ExitCode::FAILURE`] when
///
/// - the program is not started by Lambda or by `fnurl dev`: `AWS_LAMBDA_RUNTIME_API` is not set;
/// - `FNURL_INVOKE_MODE` is neither `buffered` nor `stream`;
/// - the API cannot be made: its future returns an error, such as a
///   [`BuildError`](crate::BuildError);
/// - the connection to the Runtime API is lost.
///
/// # The trace id
/// The trace id of an invocation is in [`Invocation::trace_id`](crate::Invocation::trace_id), and
/// not in the environment variable `_X_AMZN_TRACE_ID`: glibc keeps every value that a variable has
/// ever had, so the memory of an instance would grow with each invocation.
///
/// Sources: AWS Lambda Developer Guide, “Using the Lambda runtime API”, “Configuring advanced
/// logging controls”, “Response streaming for Lambda functions”.
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
            "this program is a Lambda function and runs only behind a function URL: \
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
        let ended = next::serve(runtime).await;
        ended.map_err(|err| format!("the connection to the Runtime API was lost: {err}"))
    })
}
