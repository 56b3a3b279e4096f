//! One process at a time in a data folder: a lock file that says who holds it.

use super::private_file;
use crate::dev::start_error::StartError;
use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
};

const FILE: &str = "lock";

/// Holds a data folder. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub(in crate::dev) struct DataLock(
    #[expect(dead_code, reason = "closing the file releases the lock")] File,
);

impl DataLock {
    /// Takes a folder, which is made if it is missing.
    ///
    /// # Errors
    /// [`StartError::DataInUse`] with the id of the process that holds it, or
    /// [`StartError::Data`].
    pub(in crate::dev) fn take(data: &Path) -> Result<Self, StartError> {
        let unusable = |source| StartError::Data {
            path: data.to_owned(),
            source,
        };
        private_file::make_folder(data).map_err(unusable)?;
        let path = data.join(FILE);
        private_file::make(&path).map_err(unusable)?;
        let file = File::options().read(true).write(true).open(path);
        let mut file = file.map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {
                sign(&mut file).map_err(unusable)?;
                Ok(Self(file))
            }
            Err(TryLockError::WouldBlock) => Err(StartError::DataInUse {
                data: data.to_owned(),
                holder: holder(&mut file),
            }),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", std::process::id())
}

/// Who has signed; between taking the lock and signing there is nothing to read.
fn holder(file: &mut File) -> String {
    let mut pid = String::new();
    match file.read_to_string(&mut pid) {
        Ok(_) if !pid.is_empty() => format!("process {pid} (another `fnurl dev`)"),
        _ => "another `fnurl dev`".to_owned(),
    }
}
