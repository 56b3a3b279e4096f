//! The environment variables of an instance: Lambda's own, those that lead to DynamoDB, the mode
//! of the URL, and the rest of ours.

use crate::dev::{data::dynamodb::RunKey, memory, options::Options};
use std::{collections::BTreeMap, ffi::OsString, net::SocketAddr, path::Path};
use tokio::process::Command;
use uuid::Uuid;

/// Variables that mean something else on Lambda than they would mean when inherited.
///
/// `AWS_LAMBDA_MAX_CONCURRENCY` would have a runtime fetch several events at once, which only
/// Managed Instances have; the trace id belongs to one invocation.
const NEVER_INHERITED: [&str; 2] = ["AWS_LAMBDA_MAX_CONCURRENCY", "_X_AMZN_TRACE_ID"];

/// The variables that are set over the inherited ones.
#[derive(Debug)]
pub(in crate::dev) struct Environment {
    set: BTreeMap<&'static str, OsString>,
    /// A session token would belong to the key that is replaced.
    has_own_key: bool,
}

impl Environment {
    pub(in crate::dev) fn new(
        name: &str,
        program: &Path,
        options: &Options,
        dynamodb: &str,
        key: Option<&RunKey>,
    ) -> Self {
        let mut set = BTreeMap::new();
        set.extend(lambda(name, program, options));
        set.extend(database(dynamodb));
        set.insert("FNURL_INVOKE_MODE", options.invoke_mode.name().into());
        set.extend(unless_inherited());
        set.extend(key.into_iter().flat_map(credentials));
        Self {
            set,
            has_own_key: key.is_some_and(|key| !key.is_inherited()),
        }
    }

    pub(in crate::dev) fn apply(&self, command: &mut Command, runtime_api: SocketAddr) {
        for name in NEVER_INHERITED.into_iter().chain(memory::own_variable()) {
            command.env_remove(name);
        }
        if self.has_own_key {
            command.env_remove("AWS_SESSION_TOKEN");
        }
        command.envs(&self.set);
        command.env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string());
        command.env("AWS_LAMBDA_LOG_STREAM_NAME", log_stream());
    }
}

/// What every function on the runtime `provided.al2023` finds.
fn lambda(name: &str, program: &Path, options: &Options) -> [(&'static str, OsString); 14] {
    let task_root = program.parent().map(Path::as_os_str).unwrap_or_default();
    [
        ("_HANDLER", options.handler.clone().into()),
        ("AWS_REGION", options.region.clone().into()),
        ("AWS_DEFAULT_REGION", options.region.clone().into()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".into()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.into()),
        (
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            options.memory.to_string().into(),
        ),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into()),
        (
            "AWS_LAMBDA_LOG_GROUP_NAME",
            format!("/aws/lambda/{name}").into(),
        ),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".into()),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000".into()),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".into()),
        ("LAMBDA_TASK_ROOT", task_root.into()),
        ("TZ", ":UTC".into()),
    ]
}

/// Where the tables are. The function makes its table itself when it is told to.
fn database(endpoint: &str) -> [(&'static str, OsString); 2] {
    [
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint.into()),
        ("CREATE_TABLE", "true".into()),
    ]
}

/// The key that the embedded tables accept, unless the function inherits a key of AWS: that one is
/// accepted too.
fn credentials(key: &RunKey) -> impl Iterator<Item = (&'static str, OsString)> {
    let variables = [
        ("AWS_ACCESS_KEY_ID", key.id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", key.secret.as_str()),
    ];
    let used = variables.into_iter().filter(|_| !key.is_inherited());
    used.map(|(name, value)| (name, value.into()))
}

/// What the person who starts us may have decided otherwise.
fn unless_inherited() -> impl Iterator<Item = (&'static str, OsString)> {
    let is_missing = |name: &str| std::env::var_os(name).is_none_or(|value| value.is_empty());
    // A key id without its secret is no key: both are inherited, or neither.
    let has_no_key = is_missing("AWS_ACCESS_KEY_ID") || is_missing("AWS_SECRET_ACCESS_KEY");
    let defaults = [
        ("TABLE_NAME", "fnurl", is_missing("TABLE_NAME")),
        (
            "AWS_LAMBDA_LOG_FORMAT",
            "Text",
            is_missing("AWS_LAMBDA_LOG_FORMAT"),
        ),
        ("AWS_ACCESS_KEY_ID", "local", has_no_key),
        ("AWS_SECRET_ACCESS_KEY", "local", has_no_key),
    ];
    let used = defaults.into_iter().filter(|(_, _, is_used)| *is_used);
    used.map(|(name, value, _)| (name, value.into()))
}

/// `2026/11/23/[$LATEST]<32 hex>`: another one for each instance.
fn log_stream() -> String {
    let today = time::OffsetDateTime::now_utc().date();
    let id = Uuid::new_v4().simple();
    format!(
        "{}/{:02}/{:02}/[$LATEST]{id}",
        today.year(),
        u8::from(today.month()),
        today.day()
    )
}
