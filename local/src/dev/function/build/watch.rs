//! `--watch`: builds the function again when its sources change, and lets new invocations have
//! what was built. A build that fails changes nothing but the terminal.

use super::cargo;
use crate::dev::{function::Instances, log, start_error::StartError};
use notify::{Event, Watcher};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, time::timeout};

/// Changes that come within this time of each other are one: editors and version control write
/// many files.
const QUIET: Duration = Duration::from_millis(100);

/// The sources of a function that cargo builds.
pub(in crate::dev) struct Watch {
    bin: String,
    is_release: bool,
    changes: mpsc::UnboundedReceiver<()>,
    /// Watches for as long as it lives.
    _watcher: notify::RecommendedWatcher,
}

impl Watch {
    /// Watches every package that cargo would build from a folder: the workspace's, and those
    /// that its dependencies name by path.
    ///
    /// # Errors
    /// [`StartError`] when cargo cannot say which these are, or the system cannot watch them.
    pub(in crate::dev) async fn start(bin: &str, is_release: bool) -> Result<Self, StartError> {
        let sources = cargo::sources().await?;
        let (sender, changes) = mpsc::unbounded_channel();
        let places = sources.places()?;
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| sources.is_change(&event)) {
                let _ = sender.send(());
            }
        })?;
        for (place, mode) in places {
            watcher.watch(&place, mode)?;
        }
        let bin = bin.to_owned();
        Ok(Self {
            bin,
            is_release,
            changes,
            _watcher: watcher,
        })
    }

    /// Builds after each change, for as long as it is polled.
    pub(in crate::dev) async fn run(mut self, instances: Arc<Instances>) {
        while self.changes.recv().await.is_some() {
            while let Ok(Some(())) = timeout(QUIET, self.changes.recv()).await {}
            log::line(format_args!("fnurl: a source has changed, building"));
            let began = Instant::now();
            match cargo::build(&self.bin, self.is_release).await {
                Ok(_) => {
                    instances.retire();
                    let took = began.elapsed().as_secs_f64();
                    log::line(format_args!(
                        "fnurl: built in {took:.1} s; new requests run it"
                    ));
                }
                Err(error) => log::line(format_args!(
                    "fnurl: {error}; until then the last build that worked goes on serving"
                )),
            }
        }
    }
}
