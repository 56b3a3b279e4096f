//! Names of query parameters that a function URL does not take as they are.

/// What has to be encoded in a name, though HTTP carries it and other services of AWS take it.
///
/// Source: reports; with AWS_IAM for all of them.
const RAW: &str = "/:@!*'(),;+~[]";

/// What has to be encoded on an open URL too.
///
/// Source: reports of `?/login`, which SvelteKit uses for its actions.
const RAW_ANYWHERE: &str = "/";

/// The first name with such a character, and the character.
pub(in crate::dev) fn find(query: &str, is_signed: bool) -> Option<(&str, char)> {
    let refused = if is_signed { RAW } else { RAW_ANYWHERE };
    query.split('&').find_map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let raw = name
            .chars()
            .find(|character| refused.contains(*character))?;
        Some((name, raw))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_looked_at_and_only_as_they_were_sent() {
        for (query, expected) in [
            ("", None),
            ("a=[]&b=~&flag", None),
            ("filter%5Bname%5D=1&a%2Bb=2", None),
            ("a=1&filter[name]=2", Some(("filter[name]", '['))),
            ("a+b", Some(("a+b", '+'))),
        ] {
            assert_eq!(find(query, true), expected, "{query}");
        }
    }

    #[test]
    fn an_open_url_only_refuses_a_slash() {
        assert_eq!(find("/login", false), Some(("/login", '/')));
        assert_eq!(find("a=/b&filter[name]=~", false), None);
    }
}
