//! Declarations of what extractors read, checked when the API is built.

/// The parts of path and query that a handler's extractors read, and those they can never read.
///
/// [`ApiBuilder::build`](crate::ApiBuilder::build) compares it with the route template and refuses
/// to build an API whose handlers could only fail.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    pub(crate) path: Vec<PathReads>,
    pub(crate) query: Vec<QueryReads>,
    pub(crate) bodies: Vec<&'static str>,
    pub(crate) mistakes: Vec<String>,
}

/// The path parameters that an extractor reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathReads {
    /// This many, by their order in the template.
    Count(usize),
    /// These, by name.
    Named(&'static [&'static str]),
    /// All of them.
    Everything,
}

/// The query parameters that an extractor reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryReads {
    /// These, by name.
    Named(&'static [&'static str]),
    /// All of them.
    Everything,
}

impl Reads {
    /// Reads path parameters.
    pub fn path(&mut self, parameters: PathReads) -> &mut Self {
        self.path.push(parameters);
        self
    }

    /// Reads query parameters. Several extractors share the names that they know: a parameter of
    /// one is not unknown to another.
    pub fn query(&mut self, parameters: QueryReads) -> &mut Self {
        self.query.push(parameters);
        self
    }

    /// Reads a body of this media type; the response to OPTIONS lists it.
    pub fn body(&mut self, media_type: &'static str) -> &mut Self {
        if !self.bodies.contains(&media_type) {
            self.bodies.push(media_type);
        }
        self
    }

    /// Reports something that can never be read; the author of the handler sees this text.
    pub fn mistake(&mut self, mistake: impl Into<String>) -> &mut Self {
        self.mistakes.push(mistake.into());
        self
    }
}

/// The query parameters that all extractors of a route know together, if there are several.
#[derive(Debug, Clone)]
pub(crate) enum KnownQuery {
    Named(std::sync::Arc<[&'static str]>),
    Everything,
}

impl KnownQuery {
    /// `None` if at most one extractor reads the query.
    pub(crate) fn of(reads: &Reads) -> Option<Self> {
        if reads.query.len() < 2 {
            return None;
        }
        let mut known = Vec::new();
        for parameters in &reads.query {
            match parameters {
                QueryReads::Named(names) => known.extend_from_slice(names),
                QueryReads::Everything => return Some(Self::Everything),
            }
        }
        Some(Self::Named(known.into()))
    }

    /// Checks whether some extractor may read this parameter.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::Named(names) => names.contains(&name),
            Self::Everything => true,
        }
    }
}
