//! The canonical form of paths (RFC 3986 §6.2.2).
//!
//! `/users/%6de` and `/users/me` are the same path: an escape of a letter, digit, `-`, `.`, `_` or
//! `~` means the same as the character. Other escapes stay, with capital letters: `%2f` becomes
//! `%2F`, and never a slash. Characters that a path cannot hold (a space, `é`) are escaped.

use std::borrow::Cow;

/// The canonical form of a path. An escape that is not valid stays; the router refuses it later.
///
/// Without it, `/users/%6de` would match the template `/users/{id}`, and pass by the layers and the
/// methods of `/users/me`.
pub(crate) fn canonical(path: &str) -> Cow<'_, str> {
    // `%` is not in the table.
    if path.bytes().all(is_sent_raw) {
        return Cow::Borrowed(path);
    }
    let mut text = String::with_capacity(path.len() + 8);
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, behind @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    push(&mut text, high << 4 | low, is_unreserved);
                    rest = behind;
                }
                _ => text.push('%'),
            },
            (b'%', _) => text.push('%'),
            (byte, _) => push(&mut text, *byte, is_sent_raw),
        }
    }
    Cow::Owned(text)
}

/// A part of a route template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Literal text; `{{` and `}}` are braces.
    Literal(&'a str),
    /// `{name}` or `{*rest}`, without the braces.
    Parameter(&'a str),
}

/// The parts of a route template, in order.
///
/// `/a-{b}/{*rest}` gives `/a-`, `b`, `/` and `*rest`. A template without its closing brace gives
/// the rest as a parameter; the matcher refuses it later.
pub(crate) fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let start = parameter_start(rest).unwrap_or(rest.len());
        let (literal, behind) = rest.split_at(start);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        rest = behind;
        if let Some(inside) = behind.strip_prefix('{') {
            let (name, behind) = inside.split_once('}').unwrap_or((inside, ""));
            pieces.push(Piece::Parameter(name));
            rest = behind;
        }
    }
    pieces
}

/// The position of the next single `{`.
fn parameter_start(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find('{')?;
        if !text[at..].starts_with("{{") {
            return Some(at);
        }
        from = at + 2;
    }
}

/// The names of the parameters in a route template, in order.
pub(crate) fn parameter_names(template: &str) -> impl Iterator<Item = &str> {
    pieces(template)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name.trim_start_matches('*')),
            Piece::Literal(_) => None,
        })
}

/// The template with its literal text in the canonical form of paths, to compare paths with it.
pub(crate) fn canonical_template(template: &str) -> String {
    let mut text = String::with_capacity(template.len());
    for piece in pieces(template) {
        match piece {
            Piece::Literal(literal) => {
                let literal = literal.replace("{{", "{").replace("}}", "}");
                text.push_str(&canonical(&literal));
            }
            Piece::Parameter(name) => {
                text.push('{');
                text.push_str(name);
                text.push('}');
            }
        }
    }
    text
}

/// Adds a byte as it is, or escaped.
fn push(text: &mut String, byte: u8, is_raw: impl Fn(u8) -> bool) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if is_raw(byte) {
        text.push(char::from(byte));
    } else {
        text.push('%');
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

fn hex(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Source: RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Checks whether a path holds the byte without an escape: `pchar` and `/` (RFC 3986 §3.3).
fn is_sent_raw(byte: u8) -> bool {
    SENT_RAW[usize::from(byte)]
}

/// The same as a table: every byte of every path is looked up in it.
const SENT_RAW: [bool; 256] = {
    let others = b"-._~!$&'()*+,;=:@/";
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_form() {
        let cases = [
            ("/users/%6de", "/users/me"),
            ("/%7Eme/%2e%2D%5f", "/~me/.-_"),
            ("/a%2fb", "/a%2Fb"),
            ("/a%2Fb", "/a%2Fb"),
            ("/caf%c3%a9", "/caf%C3%A9"),
            ("/café au lait", "/caf%C3%A9%20au%20lait"),
            ("/a+b;c=1:@!$&'()*,", "/a+b;c=1:@!$&'()*,"),
            ("/%", "/%"),
            ("/%zz%4", "/%zz%4"),
            ("/%25zz", "/%25zz"),
            ("/{a}", "/%7Ba%7D"),
        ];
        for (path, expected) in cases {
            assert_eq!(canonical(path), expected, "{path}");
            assert_eq!(canonical(expected), expected, "{path}, twice");
        }
        assert!(matches!(canonical("/items/7"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_template_is_compared_in_the_one_form_of_paths() {
        let cases = [
            ("/café/{id}", "/caf%C3%A9/{id}"),
            ("/with space", "/with%20space"),
            ("/%7Eme", "/~me"),
            ("/img-{id}.png", "/img-{id}.png"),
            ("/{*rest}", "/{*rest}"),
            ("/{{a}}/{b}", "/%7Ba%7D/{b}"),
        ];
        for (template, expected) in cases {
            assert_eq!(canonical_template(template), expected);
        }
        let names: Vec<_> = parameter_names("/{{a}}/{b}-{c}/{*rest}").collect();
        assert_eq!(names, ["b", "c", "rest"]);
    }
}
