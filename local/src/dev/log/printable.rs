//! Text that a terminal shows and does not obey.

use std::borrow::Cow;

/// The text with escapes for what a terminal would obey instead of show: control characters (line
/// breaks and C1 among them), and those that change the direction of text. A line break before four
/// spaces stays: it continues a message, and cannot be taken for another one.
///
/// Sources: ECMA-48 §5.3; Unicode Standard Annex 9 §2, the explicit directional characters.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let is_obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
                | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        let continues = c == '\n' && text[at + 1..].starts_with("    ");
        match is_obeyed(c) && !continues {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        for (text, shown) in [
            ("/items/café/日本", "/items/café/日本"),
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\nGET / 200", "a\\nGET / 200"),
            ("a:\n    b\n  c", "a:\n    b\\n  c"),
            ("a\r\tb", "a\\r\\tb"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
