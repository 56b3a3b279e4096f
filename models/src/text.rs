//! The rule for short texts that people read in one line: names and tags.

use validator::ValidationError;

/// What a one-line text looks like: no control character, and not only white space.
///
/// The classes are spelt out because `\s` and `\p{Cc}` differ between regular-expression
/// dialects, and this pattern is published for all of them. The empty text is refused by the
/// pattern and by the minimum length, so [`one_line`] leaves it to the latter.
pub(crate) const ONE_LINE: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f]*",
    r"[^\u0000-\u001f\u007f-\u009f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\u0000-\u001f\u007f-\u009f]*$",
);

/// Checks [`ONE_LINE`].
pub(crate) fn one_line(text: &str) -> Result<(), ValidationError> {
    if text.chars().any(char::is_control) {
        let message = "must not contain control characters such as line breaks";
        return Err(ValidationError::new("control_character").with_message(message.into()));
    }
    if !text.is_empty() && text.chars().all(char::is_whitespace) {
        let message = "must not consist of white space only";
        return Err(ValidationError::new("blank").with_message(message.into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_published_pattern_and_the_check_agree_on_every_character() {
        let pattern = regex::Regex::new(ONE_LINE).unwrap();
        for char in '\0'..=char::MAX {
            let text = char.to_string();
            let checked = one_line(&text).is_ok();
            assert_eq!(pattern.is_match(&text), checked, "{char:?}");
        }
    }

    proptest! {
        #[test]
        fn the_published_pattern_and_the_check_agree(text in "[ \t\u{85}\u{a0}\u{3000}\u{feff}a]{1,8}") {
            let pattern = regex::Regex::new(ONE_LINE).unwrap();
            prop_assert_eq!(pattern.is_match(&text), one_line(&text).is_ok());
        }
    }
}
