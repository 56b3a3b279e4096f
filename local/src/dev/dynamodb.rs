//! The embedded DynamoDB: dynoxide on a file under the data folder, for one process at a time.

use super::{log, private_file, start_error::StartError};
use dynoxide::Database;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
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
pub(super) struct Embedded {
    pub(super) address: SocketAddr,
    pub(super) file: PathBuf,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Embedded {
    /// Opens the tables of a data folder and serves them on a free port.
    ///
    /// # Errors
    /// [`StartError`] when the file cannot be used.
    pub(super) fn start(data: &Path) -> Result<Self, StartError> {
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
        let (stop, stopped) = oneshot::channel();
        // A thread and runtime of its own: the engine calls SQLite where it should only wait.
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("dynamodb".to_owned())
            .spawn(move || {
                if let Err(err) = runtime.block_on(serve(listener, database, stopped)) {
                    log::line(format_args!(
                        "fnurl: the embedded DynamoDB has failed: {err}"
                    ));
                }
            })?;
        Ok(Self {
            address,
            file,
            stop,
            thread,
        })
    }

    /// Lets requests in flight finish, for a moment, and closes the file.
    pub(super) fn stop(self) {
        let _ = self.stop.send(());
        if self.thread.join().is_err() {
            log::line(format_args!("fnurl: the embedded DynamoDB has panicked"));
        }
    }
}

async fn serve(
    listener: TcpListener,
    database: Database,
    stopped: oneshot::Receiver<()>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (stop, stopping) = oneshot::channel::<()>();
    let sweeper = tokio::spawn(sweep(database.clone()));
    let mut server = tokio::spawn(dynoxide::server::serve_with_shutdown(
        listener,
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
