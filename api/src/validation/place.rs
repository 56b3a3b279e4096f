//! The place of a value in a document.

use std::fmt;

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The whole document.
    Root,
    /// A member of an object, or a parameter, by the name that was sent.
    Member(Box<str>),
    /// An element of an array.
    Element(usize),
}

impl Step {
    pub(crate) fn member(name: &str) -> Self {
        Self::Member(name.into())
    }

    /// The name of a member.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Member(name) => Some(name),
            Self::Root | Self::Element(_) => None,
        }
    }
}

/// The path from the whole document to a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Steps(pub(crate) Vec<Step>);

impl Steps {
    /// The path to a member of the value at this path.
    pub(crate) fn member(mut self, name: &str) -> Self {
        self.0.push(Step::member(name));
        self
    }

    /// The parameter that the value belongs to: all values with one name are one parameter.
    pub(crate) fn parameter(&self) -> String {
        let name = self.0.iter().find_map(Step::name);
        name.unwrap_or_default().to_owned()
    }
}

/// Writes the path as a JSON Pointer (RFC 6901 §3).
impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Root => {}
                Step::Member(name) => {
                    write!(f, "/{}", name.replace('~', "~0").replace('/', "~1"))?;
                }
                Step::Element(index) => write!(f, "/{index}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_what_rfc_6901_escapes() {
        let steps = Steps(vec![
            Step::member("a/b"),
            Step::Element(3),
            Step::member("~"),
        ]);
        assert_eq!(steps.to_string(), "/a~1b/3/~0");
        assert_eq!(Steps::default().to_string(), "");
        assert_eq!(steps.parameter(), "a/b");
    }
}
