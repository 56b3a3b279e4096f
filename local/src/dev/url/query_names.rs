//! Names of query parameters that a function URL with AWS_IAM does not take as they are.

/// What has to be encoded in a name, though HTTP carries it and other services of AWS take it.
const RAW: &str = "/:@!*'(),;+~[]";

/// The first name with such a character, and the character.
pub(in crate::dev) fn find(query: &str) -> Option<(&str, char)> {
    query.split('&').find_map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let raw = name.chars().find(|character| RAW.contains(*character))?;
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
            assert_eq!(find(query), expected, "{query}");
        }
    }
}
