//! Every item, line by line, in constant memory.

use crate::{Error, Problem, credentials::said};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use models::Item;
use serde::Deserialize;

/// The items of an export, as they come.
#[derive(Debug)]
pub struct Export {
    body: Incoming,
    host: String,
    /// What has come and is no whole line yet.
    rest: Vec<u8>,
    items: usize,
    is_over: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Item(Box<Item>),
    End { count: usize },
    Problem(Box<Problem>),
}

impl Export {
    pub(crate) fn new(body: Incoming, host: &str) -> Self {
        Self {
            body,
            host: host.to_owned(),
            rest: Vec::new(),
            items: 0,
            is_over: false,
        }
    }

    /// The next item; `None` once all of them have come.
    ///
    /// # Errors
    /// [`Error::Truncated`] if the export ends before its end marker, [`Error::NoAnswer`] if the
    /// connection breaks.
    pub async fn next(&mut self) -> Result<Option<Item>, Error> {
        while !self.is_over {
            let Some(line) = self.line().await? else {
                return Err(self.truncated());
            };
            if line.is_empty() {
                continue;
            }
            let line = serde_json::from_slice(&line);
            match line.map_err(|error| Error::Unreadable(said(&error)))? {
                Line::Item(item) => {
                    self.items += 1;
                    return Ok(Some(*item));
                }
                Line::End { count } if count == self.items => self.is_over = true,
                Line::End { .. } => return Err(self.truncated()),
                Line::Problem(problem) => return Err(Error::Problem(problem)),
            }
        }
        Ok(None)
    }

    async fn line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.rest.drain(..=end).collect();
                line.pop();
                return Ok(Some(line));
            }
            let Some(frame) = self.body.frame().await else {
                return Ok(None);
            };
            let frame = frame.map_err(|error| Error::NoAnswer {
                host: self.host.clone(),
                reason: format!("{}, after {} items", said(&error), self.items),
            })?;
            if let Ok(data) = frame.into_data() {
                self.rest.extend_from_slice(&data);
            }
        }
    }

    fn truncated(&self) -> Error {
        let items = self.items;
        Error::Truncated { items }
    }
}
