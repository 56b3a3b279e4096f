//! Where the API is.

use crate::Error;
use http::{Uri, uri::Authority};

/// The scheme and host of a function URL, and the region that its name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Without a slash at the end.
    origin: String,
    pub(crate) host: String,
}

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let refused = |reason: &str| Error::Settings(format!("{url:?} {reason}"));
        let uri: Uri = url.parse().map_err(|_| refused("is no URL"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refused("is no URL that begins with https:// or http://"));
        };
        if !["https", "http"].contains(&scheme) {
            return Err(refused("is no URL that begins with https:// or http://"));
        }
        if uri
            .path_and_query()
            .is_some_and(|rest| rest.as_str() != "/")
        {
            return Err(refused(
                "has a path: the API begins at the root of a function URL",
            ));
        }
        if authority.as_str().contains('@') {
            return Err(refused("has a user name, which is not sent"));
        }
        let host = host(scheme, authority);
        Ok(Self {
            origin: format!("{scheme}://{host}"),
            host,
        })
    }

    pub(crate) fn url(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.origin)
    }

    /// The region in `<id>.lambda-url.<region>.on.aws`.
    pub(crate) fn region(&self) -> Option<&str> {
        let (_, rest) = self.host.split_once(".lambda-url.")?;
        let region = rest.strip_suffix(".on.aws")?;
        (!region.contains('.')).then_some(region)
    }
}

/// As it is sent: without the port that the scheme implies.
fn host(scheme: &str, authority: &Authority) -> String {
    let implied = if scheme == "https" { ":443" } else { ":80" };
    let host = authority.as_str();
    host.strip_suffix(implied).unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_read_off_a_function_url() {
        let target = Target::parse("https://abc.lambda-url.eu-west-1.on.aws:443/").unwrap();
        assert_eq!(target.region(), Some("eu-west-1"));
        let url = "https://abc.lambda-url.eu-west-1.on.aws/items?limit=2";
        assert_eq!(target.url("/items?limit=2"), url);
        let target = Target::parse("http://127.0.0.1:9000").unwrap();
        assert_eq!(
            (target.region(), target.host.as_str()),
            (None, "127.0.0.1:9000")
        );
    }

    #[test]
    fn what_is_no_root_of_an_api_is_refused_with_the_reason() {
        for (url, reason) in [
            ("", "is no URL"),
            ("example.org", "begins with"),
            ("ftp://example.org", "begins with"),
            ("https://example.org/stage", "has a path"),
            ("https://me@example.org", "user name"),
        ] {
            let refusal = Target::parse(url).unwrap_err().to_string();
            assert!(refusal.contains(reason), "{url:?}: {refusal}");
        }
    }
}
