//! The ids of operations: unique, valid, and independent of the order of the routes.
//!
//! An id is made from the module and the name of the handler's function: `items::list` gives
//! `itemsList`. If two handlers have the same id, more module names are put before it
//! (`v1ItemsList`, `v2ItemsList`); if one handler serves two routes, the route is put after it.

use std::collections::BTreeMap;

use super::Operation;
use crate::syntax::paths::{Piece, pieces};

/// Gives every operation its id.
///
/// It begins with the last two names of each handler's path. Ids that only one operation wants are
/// given out; the others try again with one more name, until the longest path has no more. Example:
///
/// | handler | two names | three names |
/// |---|---|---|
/// | `shop::v1::items::list` | `itemsList`, wanted twice | `v1ItemsList` |
/// | `shop::v2::items::list` | `itemsList`, wanted twice | `v2ItemsList` |
/// | `shop::users::list` | `usersList` | |
///
/// An operation that is left over shares its handler with another, or is a closure: its id has the
/// method and the template.
pub(super) fn assign(operations: &mut [Operation]) {
    let deepest = operations
        .iter()
        .map(|operation| segments(operation.handler).len())
        .max();
    let mut ids: Vec<Option<String>> = operations
        .iter()
        .map(|operation| operation.explicit_id.clone())
        .collect();
    for depth in 2..=deepest.unwrap_or(0).max(2) {
        let wanted: Vec<Option<String>> = operations
            .iter()
            .zip(&ids)
            .map(|(operation, id)| match id {
                Some(id) => Some(id.clone()),
                None => of_path(operation.handler, depth),
            })
            .collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for id in wanted.iter().flatten() {
            *counts.entry(id).or_default() += 1;
        }
        for (id, wanted) in ids.iter_mut().zip(&wanted) {
            if id.is_none() && wanted.as_deref().is_some_and(|it| counts[it] == 1) {
                id.clone_from(wanted);
            }
        }
    }
    for (operation, id) in operations.iter_mut().zip(ids) {
        operation.id = id.unwrap_or_else(|| {
            let function = of_path(operation.handler, 2).unwrap_or_default();
            let route = of_route(operation);
            match function.is_empty() {
                true => route,
                false => format!("{function}{}", capitalized(&route)),
            }
        });
    }
}

/// An id from the last `depth` names of a function's path and from its generic types; `None` for
/// a closure.
fn of_path(path: &str, depth: usize) -> Option<String> {
    if path.contains("{{closure}}") || path.is_empty() {
        return None;
    }
    let segments = segments(path);
    let first = segments.len().saturating_sub(depth);
    Some(camel_case(
        segments[first..].iter().copied().chain(arguments(path)),
    ))
}

/// The path segments outside of `<…>`.
fn segments(path: &str) -> Vec<&str> {
    let outside = match path.split_once('<') {
        Some((outside, _)) => outside,
        None => path,
    };
    outside
        .split("::")
        .filter(|name| !name.is_empty())
        .collect()
}

/// The last path segment of each type in `<…>`.
fn arguments(path: &str) -> impl Iterator<Item = &str> {
    let inside = path.split_once('<').map_or("", |(_, inside)| inside);
    inside
        .split(['<', '>', ',', ' ', '(', ')'])
        .filter_map(|part| part.rsplit("::").next())
        .filter(|name| !name.is_empty())
}

/// Method and template: `getItemsByItemId`.
fn of_route(operation: &Operation) -> String {
    let method = operation.method.as_str().to_ascii_lowercase();
    let mut words = vec![method];
    for piece in pieces(&operation.template) {
        match piece {
            Piece::Literal(text) => words.extend(
                text.split(|c: char| !c.is_ascii_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned),
            ),
            Piece::Parameter(name) => {
                words.push("by".to_owned());
                words.push(name.trim_start_matches('*').to_owned());
            }
        }
    }
    camel_case(words.iter().map(String::as_str))
}

fn camel_case<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut id = String::new();
    let words = names.flat_map(|name| name.split(|c: char| !c.is_ascii_alphanumeric()));
    for word in words.filter(|word| !word.is_empty()) {
        match id.is_empty() {
            true => id.push_str(word),
            false => id.push_str(&capitalized(word)),
        }
    }
    id
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// A function's name in words: `create_item` gives `Create item`.
pub(super) fn summary(operation: &Operation) -> String {
    let name = segments(operation.handler)
        .last()
        .copied()
        .unwrap_or_default();
    match name.is_empty() || name.contains('{') {
        true => format!("{} {}", operation.method, operation.template),
        false => capitalized(&name.replace('_', " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_an_id() {
        let cases = [
            ("shop::items::list", 2, Some("itemsList")),
            ("shop::v1::items::list", 3, Some("v1ItemsList")),
            ("shop::list", 2, Some("shopList")),
            ("shop::user_items::list_all", 2, Some("userItemsListAll")),
            ("shop::read<shop::models::Item>", 2, Some("shopReadItem")),
            (
                "shop::read<shop::Page<shop::Item>, u8>",
                2,
                Some("shopReadPageItemU8"),
            ),
            ("shop::main::{{closure}}", 2, None),
            ("", 2, None),
        ];
        for (path, depth, id) in cases {
            assert_eq!(of_path(path, depth).as_deref(), id, "{path}");
        }
    }
}
