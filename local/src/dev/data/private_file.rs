//! Files that only their owner may read: tables, keys, sessions.

use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Makes a folder that only its owner may look into, and that git ignores. A folder that exists
/// stays as it is: it may hold other things (`--data /tmp`), and the files in it are private anyway.
///
/// # Errors
/// As for [`fs::create_dir`].
pub(in crate::dev) fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path)?;
    fs::write(path.join(".gitignore"), "*\n")
}

/// Makes an empty file unless it is there, and takes it from everybody but its owner.
///
/// # Errors
/// As for [`File::open`].
pub(in crate::dev) fn make(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    let file = options.create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))
}

/// Replaces a file as a whole: who reads it meanwhile sees the old one or the new one.
///
/// # Errors
/// As for [`File::create`] and [`fs::rename`].
pub(in crate::dev) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    make(&new)?;
    let mut file = File::options().write(true).truncate(true).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)
}
