//! Merge patches: changes a value as a document, and reads the whole value again.

use std::collections::BTreeSet;

use serde::Serialize;

use super::document::{Document, find_mismatches};
use super::serialized::fields_that_are_serialized;
use super::{Input, fields_of, listed, place, words};
use crate::problem::Violation;
use crate::problem::{INTERNAL_ERROR, Problem};

/// Applies `patch` to `current`, then reads and validates the result as a `T`.
///
/// `kept` are members that `current` does not serialize, as JSON.
///
/// The current value becomes a document, the patch is merged into it twice, and the result is read
/// like the body of a PUT:
///
/// 1. With nulls kept, to find members that `T` does not have. A patch that removes `brightness`
///    from a lamp leaves no trace of it in the result, but is a mistake all the same.
/// 2. With nulls as removals (RFC 7396), for the result.
///
/// The mistakes of both are put together, each once.
pub(crate) fn apply_patch<T: Input + Serialize>(
    patch: &Document,
    current: &T,
    kept: &[(&'static str, String)],
) -> Result<T, Problem> {
    let text = serde_json::to_string(current).map_err(|err| INTERNAL_ERROR.hiding(err))?;
    let current_document = || {
        let mut document = Document::from_json(&text)?;
        for (member, value) in kept {
            document.set_member(member, &Document::from_json(value)?);
        }
        Some(document)
    };
    let unreadable = || INTERNAL_ERROR.hiding("the current value is not a JSON object");
    // If the patch removes a member that `T` does not have, the result does not show it. So look
    // for it while it is still there, as null.
    let mut with_nulls = current_document().ok_or_else(unreadable)?;
    refuse_loss::<T>(&with_nulls, current, patch)?;
    with_nulls.merge(patch, true);
    let kind = with_nulls.kind;
    let unknown: Vec<Violation> = find_mismatches::<T>(&mut with_nulls)
        .mistakes
        .into_iter()
        .filter(|finding| finding.code == "unknown")
        .map(|finding| Violation::new(place(kind, &finding.steps), finding.code, finding.message))
        .collect();
    let mut merged = current_document().ok_or_else(unreadable)?;
    merged.merge(patch, false);
    match super::read(&mut merged) {
        read if unknown.is_empty() => read,
        Ok(_) => Err(listed(unknown, 0)),
        Err(problem) => {
            let (others, more) = problem.into_violations()?;
            let others = others.into_iter().filter(|it| !unknown.contains(it));
            let all = others.chain(unknown.iter().cloned()).collect();
            Err(listed(all, more))
        }
    }
}

/// Fails if members would be lost: those that `T` reads but never writes, and that neither the
/// patch nor [`Patch::keep`](crate::Patch::keep) has.
fn refuse_loss<T: Input + Serialize>(
    document: &Document,
    current: &T,
    patch: &Document,
) -> Result<(), Problem> {
    let (Some(read), Some(written)) = (fields_of::<T>(), fields_that_are_serialized(current))
    else {
        return Ok(());
    };
    let written: BTreeSet<&str> = written.into_iter().collect();
    let lost: Vec<&str> = read
        .iter()
        .copied()
        .filter(|name| {
            !written.contains(name)
                && document.member(0, name).is_none()
                && patch.member(0, name).is_none()
                && !is_alias::<T>(document, name)
        })
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    Err(INTERNAL_ERROR.hiding(format!(
        "a patch of `{}` would lose {}, which are not serialized: give them to `Patch::keep`",
        std::any::type_name::<T>(),
        lost.join(", ")
    )))
}

/// Checks whether `name` is an alias of another member: then serde reports a repeated member.
fn is_alias<T: Input>(document: &Document, name: &str) -> bool {
    let mut twice = document.clone();
    twice.add_anything(name);
    let findings = find_mismatches::<T>(&mut twice);
    findings
        .mistakes
        .iter()
        .any(|finding| finding.message == words::REPEATED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// Source: RFC 7396, appendix A, as far as both sides are objects.
    #[test]
    fn patches_are_merged_as_in_the_rfc() {
        let cases = [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (
                json!({"a":"b","b":"c"}),
                json!({"a":null}),
                json!({"b":"c"}),
            ),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (
                json!({}),
                json!({"a":{"bb":{"ccc":null}}}),
                json!({"a":{"bb":{}}}),
            ),
        ];
        for (target, patch, expected) in cases {
            let mut merged = Document::from_json(&target.to_string()).unwrap();
            merged.merge(&Document::from_json(&patch.to_string()).unwrap(), false);
            assert_eq!(Value::Object(merged.members()), expected, "{patch}");
        }
    }
}
