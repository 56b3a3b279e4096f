//! What is sent: written on the command line, or read from a file or the standard input.

use bytes::Bytes;
use std::{
    convert::Infallible,
    io::{self, Read as _},
    path::PathBuf,
    str::FromStr,
};

/// The value of `--data`, not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    Written(String),
    File(PathBuf),
    StandardInput,
}

impl FromStr for Data {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix('@') {
            None => Self::Written(text.to_owned()),
            Some("-") => Self::StandardInput,
            Some(path) => Self::File(path.into()),
        })
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum DataError {
    #[error("the data in {} cannot be read: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the data on the standard input cannot be read: {0}")]
    StandardInput(io::Error),
}

impl Data {
    /// Every byte as it is, line ends included: the signature covers them all.
    pub(super) fn read(&self) -> Result<Bytes, DataError> {
        match self {
            Self::Written(text) => Ok(text.clone().into()),
            Self::File(path) => match std::fs::read(path) {
                Ok(bytes) => Ok(bytes.into()),
                Err(source) => Err(DataError::File {
                    path: path.clone(),
                    source,
                }),
            },
            Self::StandardInput => {
                let mut bytes = Vec::new();
                let read = io::stdin().lock().read_to_end(&mut bytes);
                read.map_err(DataError::StandardInput)?;
                Ok(bytes.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_first_at_sign_names_a_file() {
        for (text, expected) in [
            ("@a.json", Data::File("a.json".into())),
            ("@-", Data::StandardInput),
            ("a@b", Data::Written("a@b".to_owned())),
            ("", Data::Written(String::new())),
        ] {
            assert_eq!(text.parse::<Data>().unwrap(), expected);
        }
    }
}
