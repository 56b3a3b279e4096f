//! `--watch`: builds the function again when its sources change, and lets new invocations have
//! what was built. A build that fails changes nothing but the terminal.

use super::{cargo, instances::Instances, log, start_error::StartError};
use notify::{Event, EventKind, RecursiveMode, Watcher, event::ModifyKind};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, time::timeout};

/// Changes that come within this time of each other are one: editors and version control write
/// many files.
const QUIET: Duration = Duration::from_millis(100);

/// The sources of a function that cargo builds.
pub(super) struct Watch {
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
    pub(super) async fn start(bin: &str, is_release: bool) -> Result<Self, StartError> {
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
    pub(super) async fn run(mut self, instances: Arc<Instances>) {
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

/// Where a program's sources are.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) packages: Vec<PathBuf>,
    /// The workspace's folder: its manifest and its lock file count, not what lies below.
    pub(super) root: PathBuf,
    /// Where cargo writes, which would otherwise be seen as a change.
    pub(super) target: PathBuf,
}

impl Sources {
    /// What has to be watched: the folders themselves, and what lies below them as far as it is
    /// source. Cargo's own folder has thousands of others in it.
    fn places(&self) -> io::Result<Vec<(PathBuf, RecursiveMode)>> {
        let mut places = vec![(self.root.clone(), RecursiveMode::NonRecursive)];
        for folder in &self.packages {
            places.push((folder.clone(), RecursiveMode::NonRecursive));
            for entry in folder.read_dir()? {
                let path = entry?.path();
                if path.is_dir() && self.is_source(&path) && !self.packages.contains(&path) {
                    places.push((path, RecursiveMode::Recursive));
                }
            }
        }
        Ok(places)
    }

    fn is_change(&self, event: &Event) -> bool {
        let is_write = match event.kind {
            EventKind::Create(_) | EventKind::Remove(_) => true,
            EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
            EventKind::Any | EventKind::Access(_) | EventKind::Other => false,
        };
        is_write && event.paths.iter().any(|path| self.is_source(path))
    }

    /// Not what is built, nor what is hidden: version control, editors' own files, our data.
    fn is_source(&self, path: &Path) -> bool {
        let is_visible = |path: &Path| {
            let mut parts = path.components();
            !parts.any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
        };
        let is_below = |folder: &PathBuf| path.strip_prefix(folder).is_ok_and(is_visible);
        let is_beside_manifest = path.parent() == Some(&self.root) && is_below(&self.root);
        (is_beside_manifest || self.packages.iter().any(is_below))
            && !path.starts_with(&self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_count_as_sources() {
        let sources = Sources {
            packages: vec!["/w/api".into()],
            root: "/w".into(),
            target: "/w/target".into(),
        };
        for path in ["/w/api/src/lib.rs", "/w/Cargo.toml", "/w/openapi.yaml"] {
            assert!(sources.is_source(Path::new(path)), "{path}");
        }
        for path in [
            "/w/target/debug/x.d",
            "/w/.git/index",
            "/w/api/.lib.rs.swp",
            "/w/.fnurl/tables.db",
            "/w/docs/guide.md",
            "/elsewhere/lib.rs",
        ] {
            assert!(!sources.is_source(Path::new(path)), "{path}");
        }
    }
}
