//! Mistakes in a set of routes, found when the `Api` is built.

use std::fmt;

/// All mistakes in the routes of an `Api`. Each mistake names its routes.
///
/// ```
/// use fnurl::{Api, get};
///
/// let error = Api::builder(()).at("/hello/{name}", get(async || "Hello!")).build().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the routes cannot be served\n\
///      - `GET /hello/{name}` has the path parameter `name`, which no extractor reads: \
///      take it with `Path`",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError(pub(super) Vec<RouteError>);

impl BuildError {
    /// The mistakes, in the order of the routes.
    #[must_use]
    pub fn errors(&self) -> &[RouteError] {
        &self.0
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the routes cannot be served")?;
        for mistake in &self.0 {
            write!(f, "\n- {mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildError {}

/// One mistake in a set of routes. Routes are named by method and template.
///
/// The text says what to change; the fields are for programs.
///
/// ```
/// use fnurl::{Api, RouteError, get};
///
/// let error = Api::builder(()).at("/items?page=1", get(async || "all")).build().unwrap_err();
/// let [RouteError::InvalidTemplate { route, reason }] = error.errors() else { unreachable!() };
/// assert_eq!(route, "GET /items?page=1");
/// assert_eq!(reason, "it has a query (`?`), which `Query` reads, not the template");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RouteError {
    /// Both routes would match the same requests.
    Conflict {
        /// The route that came second.
        route: String,
        /// The route that came first.
        with: String,
    },
    /// The template is not valid.
    InvalidTemplate {
        /// The route.
        route: String,
        /// The reason.
        reason: String,
    },
    /// The template has a parameter that no extractor of the handler reads.
    UnreadParameter {
        /// The route.
        route: String,
        /// The parameter's name.
        parameter: String,
    },
    /// An extractor reads a parameter that the template does not have.
    UnknownParameter {
        /// The route.
        route: String,
        /// The parameter's name.
        parameter: String,
    },
    /// A `Path` of single values reads more or fewer parameters than the template has.
    ParameterCount {
        /// The route.
        route: String,
        /// The number that the extractor reads.
        read: usize,
        /// The number that the template has.
        present: usize,
    },
    /// An extractor that would always fail: its type has a member that cannot be read there.
    Unreadable {
        /// The route.
        route: String,
        /// The member that cannot be read, and why.
        reason: String,
    },
}

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { route, with } => write!(
                f,
                "`{route}` conflicts with `{with}`: both match the same paths, so remove one or change its template"
            ),
            Self::InvalidTemplate { route, reason } => {
                write!(f, "the template of `{route}` is invalid: {reason}")
            }
            Self::UnreadParameter { route, parameter } => write!(
                f,
                "`{route}` has the path parameter `{parameter}`, which no extractor reads: take it with `Path`"
            ),
            Self::UnknownParameter { route, parameter } => write!(
                f,
                "the handler of `{route}` reads the path parameter `{parameter}`, which the template does not have"
            ),
            Self::ParameterCount {
                route,
                read,
                present,
            } => write!(
                f,
                "the handler of `{route}` reads {read} path parameter(s) by position, the template has {present}"
            ),
            Self::Unreadable { route, reason } => {
                write!(f, "the handler of `{route}` cannot work: {reason}")
            }
        }
    }
}
