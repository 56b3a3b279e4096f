//! The id of the function URL: made once, kept in the data folder.

use super::private_file;
use crate::dev::{data::secret, start_error::StartError};
use std::path::Path;

const FILE: &str = "url-id";

/// The id of this data folder.
///
/// # Errors
/// [`StartError::Data`].
pub(in crate::dev) fn of(data: &Path) -> Result<String, StartError> {
    let file = data.join(FILE);
    if let Ok(id) = std::fs::read_to_string(&file) {
        return Ok(id.trim().to_owned());
    }
    let id = secret::url_id();
    let written = private_file::write(&file, id.as_bytes());
    written.map_err(|source| StartError::Data { path: file, source })?;
    Ok(id)
}
