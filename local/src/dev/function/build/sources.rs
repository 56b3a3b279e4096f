//! The sources of a program: what to watch, and which changes count.

use notify::{Event, EventKind, RecursiveMode, event::ModifyKind};
use std::{
    io,
    path::{Path, PathBuf},
};

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
    pub(super) fn places(&self) -> io::Result<Vec<(PathBuf, RecursiveMode)>> {
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

    pub(super) fn is_change(&self, event: &Event) -> bool {
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
