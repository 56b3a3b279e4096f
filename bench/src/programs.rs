//! Who is measured: the real application, a store-less API of the framework, and the peers.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::Failure;
use crate::event::load;
use crate::function::Program;

/// Where the programs are.
#[derive(Args)]
pub(crate) struct Programs {
    /// The folder with the peers' programs.
    #[arg(long)]
    peers: PathBuf,
    /// The application, as it is deployed.
    #[arg(long)]
    bootstrap: PathBuf,
}

/// Where the application looks for DynamoDB.
const ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";
const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events");

impl Programs {
    /// The hello world on tokio's default runtime.
    pub(crate) fn bare(&self) -> Result<Program, Failure> {
        Ok(self.peer("bare", "peer-bare")?.greeting())
    }

    /// The hello world on one thread.
    pub(crate) fn bare_ct(&self) -> Result<Program, Failure> {
        Ok(self.peer("bare-ct", "peer-bare-ct")?.greeting())
    }

    /// The API of [`Self::fnurl`] on axum.
    pub(crate) fn axum(&self) -> Result<Program, Failure> {
        self.peer("axum", "peer-axum")
    }

    /// A store-less API of the framework.
    pub(crate) fn fnurl(&self) -> Result<Program, Failure> {
        self.peer("fnurl", "peer-fnurl")
    }

    /// The same without its log line.
    pub(crate) fn fnurl_without_log(&self) -> Result<Program, Failure> {
        let mut program = self.peer("fnurl, no log line", "peer-fnurl")?;
        program
            .environment
            .push(("AWS_LAMBDA_LOG_LEVEL", "WARN".to_owned()));
        Ok(program)
    }

    /// The same with further routes.
    pub(crate) fn fnurl_with_more_routes(&self) -> Result<Program, Failure> {
        let mut program = self.peer("fnurl, 200 further routes", "peer-fnurl")?;
        program.environment.push(("MORE_ROUTES", "200".to_owned()));
        Ok(program)
    }

    /// The application.
    pub(crate) fn bootstrap(&self) -> Result<Program, Failure> {
        bootstrap(&self.bootstrap)
    }

    /// The application with a table at this DynamoDB, asked what reaches it.
    pub(crate) fn bootstrap_with_table(&self, endpoint: &str) -> Result<Program, Failure> {
        let mut program = self.bootstrap()?.with_database(endpoint);
        program.cases = load(&Path::new(EVENTS).join("store"))?;
        Ok(program)
    }

    /// Where the application is.
    pub(crate) fn application(&self) -> &Path {
        &self.bootstrap
    }

    fn peer(&self, name: &'static str, file: &str) -> Result<Program, Failure> {
        program(name, &self.peers.join(file), "api", Vec::new())
    }
}

impl Program {
    /// The application with another DynamoDB.
    pub(crate) fn with_database(mut self, endpoint: &str) -> Self {
        self.environment.retain(|(name, _)| *name != ENDPOINT);
        self.environment.push((ENDPOINT, endpoint.to_owned()));
        self
    }
}

/// The key with which the application asks DynamoDB.
pub(crate) const KEY: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

/// The application. No table is there: its events never reach the store.
pub(crate) fn bootstrap(path: &Path) -> Result<Program, Failure> {
    let environment = [
        ("TABLE_NAME", "bench"),
        KEY[0],
        KEY[1],
        ("AWS_SESSION_TOKEN", "token"),
        // Port 1 refuses at once.
        (ENDPOINT, "http://127.0.0.1:1"),
    ];
    let environment = environment.map(|(name, value)| (name, value.to_owned()));
    program("bootstrap", path, "bootstrap", environment.into())
}

fn program(
    name: &'static str,
    path: &Path,
    events: &str,
    environment: Vec<(&'static str, String)>,
) -> Result<Program, Failure> {
    let path = path
        .canonicalize()
        .map_err(|err| format!("{}: {err}", path.display()))?;
    Ok(Program {
        name,
        path,
        environment,
        cases: load(&Path::new(EVENTS).join(events))?,
    })
}
