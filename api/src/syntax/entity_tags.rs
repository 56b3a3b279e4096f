//! Entity tags and lists of them (RFC 9110 §§8.8.3, 13.1).

/// The value of `If-Match` or `If-None-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntityTags<'a> {
    /// `*`
    Any,
    /// A list, which may be empty; empty elements are ignored (RFC 9110 §5.6.1).
    List(Vec<EntityTag<'a>>),
}

/// One tag, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntityTag<'a> {
    pub(crate) is_weak: bool,
    pub(crate) opaque: &'a str,
}

impl<'a> EntityTags<'a> {
    /// `None` for a text that is neither `*` nor a list of tags.
    ///
    /// A comma inside the quotes belongs to the tag: `"a,b", W/"2"` is a list of two. So the text
    /// is read from tag to tag, and not split at commas.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut rest = text.trim_matches(BLANK);
        if rest == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(',') {
                rest = after.trim_start_matches(BLANK);
                continue;
            }
            let (tag, after) = EntityTag::parse(rest)?;
            rest = after.trim_start_matches(BLANK);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
            tags.push(tag);
        }
        Some(Self::List(tags))
    }
}

const BLANK: [char; 2] = [' ', '\t'];

impl<'a> EntityTag<'a> {
    /// The tag at the start of a text, and the rest of the text.
    fn parse(text: &'a str) -> Option<(Self, &'a str)> {
        let (is_weak, quoted) = match text.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, text),
        };
        let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
        let is_allowed = |c: char| c > ' ' && c != '\u{7f}';
        opaque
            .chars()
            .all(is_allowed)
            .then_some((Self { is_weak, opaque }, after))
    }

    /// The tag of a response.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let (tag, after) = Self::parse(text.trim_matches(BLANK))?;
        after.is_empty().then_some(tag)
    }

    /// Strong comparison: both are strong and equal (RFC 9110 §8.8.3.2).
    pub(crate) fn is_strongly(self, other: Self) -> bool {
        !self.is_weak && !other.is_weak && self.opaque == other.opaque
    }

    /// Weak comparison: both are equal, weak or strong.
    pub(crate) fn is_weakly(self, other: Self) -> bool {
        self.opaque == other.opaque
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(tags: &[(bool, &'static str)]) -> Option<EntityTags<'static>> {
        let tags = tags
            .iter()
            .map(|&(is_weak, opaque)| EntityTag { is_weak, opaque });
        Some(EntityTags::List(tags.collect()))
    }

    #[test]
    fn lists_are_read_by_the_grammar() {
        assert_eq!(EntityTags::parse(" * "), Some(EntityTags::Any));
        assert_eq!(EntityTags::parse("\"1\""), list(&[(false, "1")]));
        assert_eq!(
            EntityTags::parse("\"a,b\" ,W/\"2\", ,\"\""),
            list(&[(false, "a,b"), (true, "2"), (false, "")])
        );
        for malformed in [
            "1",
            "\"1",
            "\"1\" \"2\"",
            "w/\"1\"",
            "\"a b\"",
            "*, \"1\"",
            "\"1\"x",
        ] {
            assert_eq!(EntityTags::parse(malformed), None, "{malformed}");
        }
    }
}
