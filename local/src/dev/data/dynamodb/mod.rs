//! The embedded DynamoDB: dynoxide on a file under the data folder, for one process at a time.

mod gate;
mod key;

pub(in crate::dev) use key::RunKey;

use super::private_file;
use crate::dev::{log, start_error::StartError};
use dynoxide::Database;
use gate::Gate;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};
use tokio::{runtime, sync::oneshot, time};

const FILE: &str = "dynamodb.sqlite";

/// DynamoDB itself deletes expired rows within days; once a minute shows sooner what that does.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// How long a request in flight may hold up the end.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// A running engine. It stops when this is dropped, or with [`Embedded::stop`].
#[derive(Debug)]
pub(in crate::dev) struct Embedded {
    pub(in crate::dev) address: SocketAddr,
    pub(in crate::dev) file: PathBuf,
    pub(in crate::dev) key: RunKey,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Embedded {
    /// Opens the tables of a data folder and serves them on a free port.
    ///
    /// # Errors
    /// [`StartError`] when the file cannot be used.
    pub(in crate::dev) fn start(data: &Path) -> Result<Self, StartError> {
        let file = data.join(FILE);
        let tables = |reason: String| StartError::Tables {
            path: file.clone(),
            reason,
        };
        let path = file
            .to_str()
            .ok_or_else(|| tables("its path is not UTF-8".to_owned()))?;
        private_file::make(&file).map_err(|err| tables(err.to_string()))?;
        let database = Database::new(path).map_err(|err| tables(err.to_string()))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let engine = gate::hidden_listener()?;
        engine.set_nonblocking(true)?;
        let key = RunKey::make(data)?;
        let gate = Arc::new(Gate::new(key.clone(), engine.local_addr()?));
        let (stop, stopped) = oneshot::channel();
        // A thread and runtime of its own: the engine calls SQLite where it should only wait.
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("dynamodb".to_owned())
            .spawn(move || {
                if let Err(err) = runtime.block_on(serve(listener, gate, engine, database, stopped))
                {
                    log::line(format_args!(
                        "fnurl: the embedded DynamoDB has failed: {err}"
                    ));
                }
            })?;
        Ok(Self {
            address,
            file,
            key,
            stop,
            thread,
        })
    }

    /// Lets requests in flight finish, for a moment, and closes the file.
    pub(in crate::dev) fn stop(self) {
        let _ = self.stop.send(());
        if self.thread.join().is_err() {
            log::line(format_args!("fnurl: the embedded DynamoDB has panicked"));
        }
    }
}

async fn serve(
    listener: TcpListener,
    gate: Arc<Gate>,
    engine: TcpListener,
    database: Database,
    stopped: oneshot::Receiver<()>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let engine = tokio::net::TcpListener::from_std(engine)?;
    let gate = tokio::spawn(gate.serve(listener));
    let (stop, stopping) = oneshot::channel::<()>();
    let sweeper = tokio::spawn(sweep(database.clone()));
    let mut server = tokio::spawn(dynoxide::server::serve_with_shutdown(
        engine,
        database,
        async {
            let _ = stopping.await;
        },
    ));
    tokio::select! {
        _ = stopped => {}
        outcome = &mut server => return outcome?.map_err(io::Error::other),
    }
    sweeper.abort();
    gate.abort();
    let _ = stop.send(());
    let _ = time::timeout(LAST_REQUESTS, server).await;
    Ok(())
}

/// Deletes expired rows; the engine never does so by itself.
async fn sweep(database: Database) {
    let mut ticks = time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        if let Ok(Err(err)) = swept {
            log::line(format_args!(
                "fnurl: expired rows could not be deleted: {err}"
            ));
        }
    }
}
