//! The route table: templates to methods, checked when it is built.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};
use matchit::InsertError;

use super::entry::{Entry, Methods, route_name};
use super::error::RouteError;
#[cfg(feature = "contract")]
use super::layered::Layers;
use super::route::Route;
use super::template::MatchedRoute;
use crate::contract::Describe;
#[cfg(feature = "contract")]
use crate::contract::DescribedRoute;
use crate::extract::PathReads;
use crate::syntax::paths::{canonical_template, parameter_names};

/// Every path that has routes.
#[derive(Default)]
pub(super) struct Table {
    matcher: matchit::Router<Arc<Path>>,
    paths: Vec<Arc<Path>>,
}

/// One route template with its methods.
#[derive(Default)]
pub(super) struct Path {
    pub(super) template: Box<str>,
    pub(super) parameters: Vec<Box<str>>,
    methods: Vec<MethodRoute>,
    mounted: Option<Route>,
    /// The media types that methods with a body read, as headers.
    accepted: Vec<(HeaderName, HeaderValue)>,
}

/// The route of one method.
struct MethodRoute {
    method: Method,
    route: Route,
    describe: Describe,
    #[cfg(feature = "contract")]
    layers: Layers,
}

/// The result of looking up a method at a path.
pub(super) enum Found<'a> {
    Route(&'a Route),
    /// OPTIONS that no route handles.
    Options,
    NotAllowed,
}

impl Table {
    /// The table of `entries`, or every mistake in them.
    ///
    /// It works in two passes, so that all mistakes are found at once:
    ///
    /// 1. The entries are put together by path. `GET /items` and `POST /items` are one [`Path`]
    ///    with two methods. The key is the canonical template, so that `/~me` and `/%7Eme` meet
    ///    here; that they are spelled in two ways is then a conflict. Each entry's parameters are
    ///    compared with those that its handler reads.
    /// 2. The paths are put into the matcher, which finds the conflicts between different
    ///    templates: `/items/{id}` and `/items/{itemId}` match the same paths.
    ///
    /// The table is thrown away if there is any mistake; no API is ever built from a part of its
    /// routes.
    pub(super) fn build<S>(entries: Vec<Entry<S>>, state: &S) -> Result<Self, Vec<RouteError>> {
        let mut mistakes = Vec::new();
        let mut paths: Vec<Path> = Vec::new();
        // Comparing every route with every other route would take quadratic time.
        let mut known = BTreeMap::new();
        for entry in entries {
            if let Some(reason) = entry.template_mistake() {
                let route = entry.name();
                mistakes.push(RouteError::InvalidTemplate { route, reason });
                continue;
            }
            let key = canonical_template(&entry.template);
            let index = *known.entry(key).or_insert_with(|| {
                paths.push(Path::new(&entry.template));
                paths.len() - 1
            });
            let path = &mut paths[index];
            mistakes.extend(parameter_mistakes(&entry, &path.parameters));
            match path.add(entry, state) {
                Ok(()) => {}
                Err(mistake) => mistakes.push(mistake),
            }
        }
        let mut table = Self::default();
        for path in paths {
            let path = Arc::new(path);
            let key = canonical_template(&path.template);
            match table.matcher.insert(key, Arc::clone(&path)) {
                Ok(()) => table.paths.push(path),
                Err(err) => mistakes.push(table.insert_mistake(&path, &err)),
            }
        }
        if mistakes.is_empty() {
            Ok(table)
        } else {
            Err(mistakes)
        }
    }

    /// The matching path; its parameters are not decoded yet.
    pub(super) fn find(&self, path: &str) -> Option<MatchedRoute> {
        let found = self.matcher.at(path).ok()?;
        Some(MatchedRoute {
            path: Arc::clone(found.value),
            values: found.params.iter().map(|(_, value)| value.into()).collect(),
        })
    }

    /// Every described route, in the order of the templates.
    #[cfg(feature = "contract")]
    pub(super) fn routes(&self) -> impl Iterator<Item = DescribedRoute<'_>> {
        self.paths.iter().flat_map(|path| {
            path.methods.iter().map(|it| DescribedRoute {
                method: &it.method,
                template: &path.template,
                describe: it.describe,
                layers: &it.layers,
            })
        })
    }

    /// Method and template of every route.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let paths = self.paths.iter();
        paths.flat_map(|path| {
            let methods = path.methods.iter();
            methods.map(|it| format!("{} {}", it.method, path.template))
        })
    }

    fn insert_mistake(&self, path: &Path, err: &InsertError) -> RouteError {
        let route = path.name();
        match err {
            InsertError::Conflict { with } => {
                let mut known = self.paths.iter();
                let known = known.find(|it| canonical_template(&it.template) == **with);
                RouteError::Conflict {
                    route,
                    with: known.map_or_else(|| with.clone(), |it| it.name()),
                }
            }
            other => RouteError::InvalidTemplate {
                route,
                reason: other.to_string().to_lowercase(),
            },
        }
    }
}

impl Path {
    fn new(template: &str) -> Self {
        Self {
            template: template.into(),
            parameters: parameter_names(template).map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Adds the methods of `entry`. A mounted service takes every method, so that no other route
    /// can be at its path.
    fn add<S>(&mut self, entry: Entry<S>, state: &S) -> Result<(), RouteError> {
        if let Some(with) = self.conflict(&entry.methods, &entry.template) {
            let route = entry.name();
            return Err(RouteError::Conflict { route, with });
        }
        let describe = entry.staged.describe;
        let bodies = entry.staged.reads.bodies.join(", ");
        #[cfg(feature = "contract")]
        let layers = entry.staged.layers.clone();
        let route = entry.staged.finish(state);
        let Methods::One(method) = entry.methods else {
            self.mounted = Some(route);
            return Ok(());
        };
        if let (Some(name), false) = (accept_header(&method), bodies.is_empty()) {
            let types = HeaderValue::try_from(bodies);
            self.accepted.extend(types.map(|types| (name, types)));
        }
        self.methods.push(MethodRoute {
            method,
            route,
            describe,
            #[cfg(feature = "contract")]
            layers,
        });
        Ok(())
    }

    /// The name of the route that makes a further one impossible.
    fn conflict(&self, methods: &Methods, template: &str) -> Option<String> {
        // The same path in another spelling: one of the two would never be found.
        let is_respelt = *template != *self.template;
        match methods {
            _ if is_respelt || self.is_mounted() => Some(self.name()),
            Methods::All => self.methods.first().map(|_| self.name()),
            Methods::One(method) => self
                .route(method)
                .map(|_| route_name(methods, &self.template)),
        }
    }

    pub(super) fn find_method(&self, method: &Method) -> Found<'_> {
        let route = self.mounted.as_ref().or_else(|| self.route(method));
        let route = match route {
            None if method == Method::HEAD => self.route(&Method::GET),
            found => found,
        };
        match route {
            Some(route) => Found::Route(route),
            None if method == Method::OPTIONS => Found::Options,
            None => Found::NotAllowed,
        }
    }

    pub(super) fn is_mounted(&self) -> bool {
        self.mounted.is_some()
    }

    fn route(&self, method: &Method) -> Option<&Route> {
        let mut named = self.methods.iter().filter(|it| it.method == *method);
        named.next().map(|it| &it.route)
    }

    /// The methods that can be used, as the header `Allow` lists them.
    pub(super) fn allow(&self) -> Option<HeaderValue> {
        let mut names: Vec<&str> = Vec::new();
        for MethodRoute { method, .. } in &self.methods {
            names.push(method.as_str());
            if *method == Method::GET && self.route(&Method::HEAD).is_none() {
                names.push("HEAD");
            }
        }
        if self.route(&Method::OPTIONS).is_none() {
            names.push("OPTIONS");
        }
        HeaderValue::try_from(names.join(", ")).ok()
    }

    /// `Accept-Post`, `Accept-Patch` and `Accept-Query`, for the response to OPTIONS.
    pub(super) fn accepted(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.accepted.iter().cloned()
    }

    /// The name of this path in error messages: its first method and its template.
    fn name(&self) -> String {
        match self.methods.first() {
            Some(MethodRoute { method, .. }) => format!("{method} {}", self.template),
            None => format!("* {}", self.template),
        }
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The header that lists the media types which a method reads.
///
/// Sources: RFC 5789 §3.1 (PATCH), W3C Linked Data Platform §7.1 (POST), RFC 10008 §3 (QUERY).
pub(crate) fn accept_header(method: &Method) -> Option<HeaderName> {
    match method.as_str() {
        "PATCH" => Some(HeaderName::from_static("accept-patch")),
        "POST" => Some(HeaderName::from_static("accept-post")),
        "QUERY" => Some(HeaderName::from_static("accept-query")),
        _ => None,
    }
}

/// Compares the parameters of the template with those that the handler's extractors read.
///
/// Both sides must agree, because each difference is a request that can only fail. For
/// `/orders/{order}/lines/{line}`:
///
/// | the handler reads | mistake |
/// |---|---|
/// | `Path<(u32, u8)>` | none: two values, two parameters |
/// | `Path<u32>` | `ParameterCount`: one of two |
/// | a struct with `order` and `id` | `UnknownParameter` for `id`, `UnreadParameter` for `line` |
/// | no `Path` at all | `UnreadParameter` for both |
fn parameter_mistakes<S>(entry: &Entry<S>, present: &[Box<str>]) -> Vec<RouteError> {
    let route = || route_name(&entry.methods, &entry.template);
    let mut mistakes = Vec::new();
    for reads in &entry.staged.reads.path {
        match reads {
            PathReads::Count(count) if *count != present.len() => {
                mistakes.push(RouteError::ParameterCount {
                    route: route(),
                    read: *count,
                    present: present.len(),
                });
            }
            PathReads::Named(names) => {
                let is_present = |name: &str| present.iter().any(|known| **known == *name);
                for name in names.iter().filter(|name| !is_present(name)) {
                    mistakes.push(RouteError::UnknownParameter {
                        route: route(),
                        parameter: (*name).to_owned(),
                    });
                }
            }
            PathReads::Everything | PathReads::Count(_) => {}
        }
    }
    let is_read = |name: &str| {
        entry.staged.reads.path.iter().any(|reads| match reads {
            PathReads::Everything | PathReads::Count(_) => true,
            PathReads::Named(names) => names.contains(&name),
        })
    };
    for name in present.iter().filter(|name| !is_read(name)) {
        mistakes.push(RouteError::UnreadParameter {
            route: route(),
            parameter: name.to_string(),
        });
    }
    for reason in &entry.staged.reads.mistakes {
        mistakes.push(RouteError::Unreadable {
            route: route(),
            reason: reason.clone(),
        });
    }
    mistakes
}
