//! Declarations of what extractors read, checked when the API is built.

/// The parts of path and query that a handler's extractors read, and those they can never read.
///
/// [`ApiBuilder::build`](crate::ApiBuilder::build) compares it with the route template and refuses
/// to build an API whose handlers could only fail.
///
/// ```
/// use fnurl::contract::Operation;
/// use fnurl::problem::NOT_FOUND;
/// use fnurl::{Api, Extract, MatchedRoute, PathReads, Problem, Reads, Request, get};
///
/// /// The path parameter `tenant` of every route that has one.
/// struct Tenant(String);
///
/// impl<S: Sync> Extract<S> for Tenant {
///     async fn extract(request: &mut Request, _state: &S) -> Result<Self, Problem> {
///         let route = request.extensions().get::<MatchedRoute>();
///         let found = route.and_then(|it| it.parameters().find(|(name, _)| *name == "tenant"));
///         let tenant = found.map(|(_, value)| Self(value.to_owned()));
///         tenant.ok_or_else(|| NOT_FOUND.problem())
///     }
///
///     fn describe(operation: &mut Operation) {
///         operation.path_parameter::<String>(0).refuses(NOT_FOUND);
///     }
///
///     fn reads(reads: &mut Reads) {
///         reads.path(PathReads::Named(&["tenant"]));
///     }
/// }
///
/// async fn home(Tenant(name): Tenant) -> String { name }
///
/// assert!(Api::builder(()).at("/{tenant}/home", get(home)).build().is_ok());
/// assert!(Api::builder(()).at("/home", get(home)).build().is_err()); // it could only fail
/// ```
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

    /// Reads query parameters. If several extractors read the query, each of them accepts the
    /// parameters of the others.
    pub fn query(&mut self, parameters: QueryReads) -> &mut Self {
        self.query.push(parameters);
        self
    }

    /// Reads a body of this media type; the response to OPTIONS lists it.
    ///
    /// In the header that belongs to the method: `Accept-Post` for POST, `Accept-Patch` for PATCH
    /// (RFC 5789 §3.1), `Accept-Query` for QUERY (RFC 10008 §3).
    pub fn body(&mut self, media_type: &'static str) -> &mut Self {
        if !self.bodies.contains(&media_type) {
            self.bodies.push(media_type);
        }
        self
    }

    /// Reports something that can never be read; the author of the handler sees this text.
    ///
    /// It becomes a [`RouteError::Unreadable`](crate::RouteError::Unreadable): the API is not built.
    pub fn mistake(&mut self, mistake: impl Into<String>) -> &mut Self {
        self.mistakes.push(mistake.into());
        self
    }
}

/// The query parameters of all extractors of a route, if several extractors read the query.
#[derive(Debug, Clone)]
pub(crate) enum KnownQuery {
    Named(std::sync::Arc<[&'static str]>),
    Everything,
}

impl KnownQuery {
    /// `None` if at most one extractor reads the query.
    ///
    /// Then the type alone decides what is unknown, and a request need not look anything up. If one
    /// of several extractors reads everything, no parameter is unknown to all of them.
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
