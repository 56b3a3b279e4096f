//! X-Ray trace ids: made up here, since nothing is traced, but in the right form.

use http::HeaderMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// The trace of one request.
#[derive(Debug)]
pub(in crate::dev) struct Trace {
    /// `1-<8 hex: seconds since 1970>-<24 hex>`.
    root: String,
    /// 16 hex.
    parent: String,
}

impl Trace {
    /// Local choice: a client that sends a well-formed root of its own keeps it.
    pub(in crate::dev) fn of(headers: &HeaderMap, at: OffsetDateTime) -> Self {
        let root = sent_root(headers).unwrap_or_else(|| {
            let random = Uuid::new_v4().simple().to_string();
            format!("1-{:08x}-{}", at.unix_timestamp(), &random[..24])
        });
        let parent = Uuid::new_v4().simple().to_string().split_off(16);
        Self { root, parent }
    }

    /// For the event's header `x-amzn-trace-id`.
    pub(in crate::dev) fn root(&self) -> String {
        format!("Root={}", self.root)
    }

    /// For the function.
    pub(in crate::dev) fn downstream(&self) -> String {
        format!("Root={};Parent={};Sampled=0", self.root, self.parent)
    }

    /// For the client, who gets it with a lower-case beginning.
    pub(in crate::dev) fn response(&self) -> String {
        format!("root={};parent={};sampled=0", self.root, self.parent)
    }
}

fn sent_root(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get("x-amzn-trace-id")?.to_str().ok()?;
    let root = sent
        .split(';')
        .find_map(|field| field.trim().strip_prefix("Root="))?;
    is_root(root).then(|| root.to_owned())
}

fn is_root(root: &str) -> bool {
    let parts = root.split('-').collect::<Vec<_>>();
    let is_hex =
        |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    matches!(parts[..], ["1", seconds, random] if is_hex(seconds, 8) && is_hex(random, 24))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use time::macros::datetime;

    fn root_for(sent: Option<&'static str>) -> String {
        let mut headers = HeaderMap::new();
        if let Some(sent) = sent {
            headers.insert("x-amzn-trace-id", HeaderValue::from_static(sent));
        }
        Trace::of(&headers, datetime!(2025-08-17 10:00:03 UTC)).root()
    }

    #[test]
    fn a_new_root_holds_the_time_and_96_random_bits() {
        let root = root_for(None);
        assert!(root.starts_with("Root=1-68a1a823-"), "{root}");
        assert!(is_root(&root["Root=".len()..]), "{root}");
        assert_ne!(root, root_for(None));
    }

    #[test]
    fn a_well_formed_root_of_the_client_is_kept_and_others_are_not() {
        let kept = "Root=1-68a1b2c3-0123456789abcdef01234567";
        assert_eq!(root_for(Some(kept)), kept);
        let among_others =
            "Parent=0123456789abcdef; Root=1-68a1b2c3-0123456789abcdef01234567;Sampled=1";
        assert_eq!(root_for(Some(among_others)), kept);
        for odd in [
            "Root=1-68a1b2c3-xyz",
            "nonsense",
            "Root=",
            "Root=2-68a1b2c3-0123456789abcdef01234567",
        ] {
            assert!(root_for(Some(odd)).starts_with("Root=1-68a1a823-"), "{odd}");
        }
    }
}
