//! What extractors read, as far as it can be checked when the API is built.

/// What the extractors of a handler read from the path and the query, and what they can never read.
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
    /// Whatever there is.
    Everything,
}

/// The query parameters that an extractor reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryReads {
    /// These, by name.
    Named(&'static [&'static str]),
    /// Whatever there is.
    Everything,
}

impl Reads {
    /// Reads path parameters.
    pub fn path(&mut self, parameters: PathReads) -> &mut Self {
        self.path.push(parameters);
        self
    }

    /// Reads query parameters. Several extractors that read some share what they know: what one
    /// of them reads is not unknown to another.
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

    /// Something that can never be read here, as the author of the handler will see it.
    pub fn mistake(&mut self, mistake: impl Into<String>) -> &mut Self {
        self.mistakes.push(mistake.into());
        self
    }
}

/// The query parameters that all extractors of a route know together, where there are several.
#[derive(Debug, Clone)]
pub(crate) enum KnownQuery {
    Named(std::sync::Arc<[&'static str]>),
    Everything,
}

impl KnownQuery {
    /// `None` where one extractor at most reads the query.
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

    /// Whether some extractor may read this parameter.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::Named(names) => names.contains(&name),
            Self::Everything => true,
        }
    }
}
