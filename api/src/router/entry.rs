//! One entry of the route table, before the table is built.

use http::Method;

use super::methods::Staged;
use crate::syntax::paths::{Piece, parameter_names, pieces};

/// A template, and one method or all of them.
pub(super) struct Entry<S> {
    pub(super) template: String,
    pub(super) methods: Methods,
    pub(super) staged: Staged<S>,
    /// The mistake in the prefix of the template, if there is one.
    pub(super) bad_prefix: Option<String>,
}

/// The methods that a route handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Methods {
    One(Method),
    /// A mounted service decides by itself.
    All,
}

impl<S> Entry<S> {
    pub(super) const fn new(template: String, methods: Methods, staged: Staged<S>) -> Self {
        Self {
            template,
            methods,
            staged,
            bad_prefix: None,
        }
    }

    /// The name of the route in error messages.
    pub(super) fn name(&self) -> String {
        route_name(&self.methods, &self.template)
    }

    /// The mistake in the template, if there is one.
    pub(super) fn template_mistake(&self) -> Option<String> {
        self.bad_prefix
            .clone()
            .or_else(|| template_mistake(&self.template))
    }

    /// Puts the template under `prefix`; a template `/` becomes the prefix itself.
    pub(super) fn put_under(&mut self, prefix: &str) {
        if self.bad_prefix.is_none() {
            self.bad_prefix = prefix_mistake(prefix);
        }
        self.template = match self.template.as_str() {
            "/" => prefix.to_owned(),
            template => format!("{prefix}{template}"),
        };
    }
}

pub(super) fn route_name(methods: &Methods, template: &str) -> String {
    match methods {
        Methods::One(method) => format!("{method} {template}"),
        Methods::All => format!("* {template}"),
    }
}

/// The mistake in the prefix of a set of routes or of a mounted service, if there is one.
pub(super) fn prefix_mistake(prefix: &str) -> Option<String> {
    if !prefix.starts_with('/') {
        return Some("the prefix must begin with `/`".to_owned());
    }
    prefix
        .ends_with('/')
        .then(|| "the prefix must not end with `/`: the routes under it begin with one".to_owned())
}

/// The mistake in a template that no path could ever match, if there is one. The matcher itself
/// would accept it, and the route would be silently dead.
fn template_mistake(template: &str) -> Option<String> {
    if !template.starts_with('/') {
        return Some("it must begin with `/`".to_owned());
    }
    for piece in pieces(template) {
        let Piece::Literal(part) = piece else {
            continue;
        };
        if part.contains('?') {
            return Some("it has a query (`?`), which `Query` reads, not the template".to_owned());
        }
        if part.contains('#') {
            return Some("it has a fragment (`#`), which clients never send".to_owned());
        }
        let mut escapes = part.split('%').skip(1);
        if !escapes.all(|it| it.len() >= 2 && it.bytes().take(2).all(|b| b.is_ascii_hexdigit())) {
            return Some("a `%` must be followed by two hexadecimal digits".to_owned());
        }
    }
    let mut names: Vec<&str> = parameter_names(template).collect();
    names.sort_unstable();
    names
        .windows(2)
        .find(|pair| pair[0] == pair[1])
        .map(|pair| format!("it has the parameter `{}` twice", pair[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_no_path_can_match_is_a_mistake() {
        let cases = [
            ("items", "must begin with `/`"),
            ("/x?y=1", "query"),
            ("/x#y", "fragment"),
            ("/{a}/x?{b}", "query"),
            ("/{a}/{a}", "`a` twice"),
            ("/100%", "two hexadecimal digits"),
        ];
        for (template, says) in cases {
            let mistake = template_mistake(template).unwrap();
            assert!(mistake.contains(says), "{template}: {mistake}");
        }
        for template in [
            "/",
            "/items/{id}",
            "/img-{id}.png",
            "/a%20b",
            "/{a}-{b}/{*rest}",
        ] {
            assert_eq!(template_mistake(template), None, "{template}");
        }
    }
}
