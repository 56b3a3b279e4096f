//! What is repeated, how often, and after which pause.

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// How often a call is made at most.
pub(crate) const TRIES: u32 = 4;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longer than this, nobody who waits for an answer wants to wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// What may be repeated after a failure that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeatable {
    /// Everything: it has its effect once, however often it is sent.
    Always,
    /// Only what was refused before anything was done.
    WhenRefused,
}

impl Repeatable {
    pub(crate) fn after_status(self, status: StatusCode) -> bool {
        match status {
            StatusCode::TOO_MANY_REQUESTS => true,
            // Whoever says so may have done it all the same.
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => self == Self::Always,
            _ => false,
        }
    }

    pub(crate) fn after_no_answer(self) -> bool {
        self == Self::Always
    }
}

/// The pause after so many tries: twice as long each time, and anything from half of it, so that
/// clients that failed together do not come back together; or what the answer asks for.
pub(crate) fn pause(tries: u32, headers: Option<&HeaderMap>) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << tries.min(10));
    let random = longest.mul_f64(rand::random_range(0.5..=1.0));
    let asked = headers.and_then(asked).unwrap_or_default();
    random.max(asked).min(LONGEST_PAUSE)
}

/// `Retry-After` in either form (RFC 9110 section 10.2.3).
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    at.duration_since(SystemTime::now()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_refusals_without_an_effect_are_repeated_when_an_effect_matters() {
        for (status, always, when_refused) in [
            (StatusCode::TOO_MANY_REQUESTS, true, true),
            (StatusCode::SERVICE_UNAVAILABLE, true, false),
            (StatusCode::BAD_GATEWAY, true, false),
            (StatusCode::GATEWAY_TIMEOUT, true, false),
            (StatusCode::INTERNAL_SERVER_ERROR, false, false),
            (StatusCode::PRECONDITION_FAILED, false, false),
            (StatusCode::OK, false, false),
        ] {
            assert_eq!(Repeatable::Always.after_status(status), always, "{status}");
            let refused = Repeatable::WhenRefused.after_status(status);
            assert_eq!(refused, when_refused, "{status}");
        }
    }

    #[test]
    fn pauses_grow_and_are_never_shorter_than_what_is_asked_for() {
        let asking = |value: &'static str| {
            HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))])
        };
        assert!(pause(1, None) >= Duration::from_millis(100));
        assert!(pause(1, None) <= Duration::from_millis(200));
        assert!(pause(3, None) >= Duration::from_millis(400));
        assert_eq!(pause(1, Some(&asking("3"))), Duration::from_secs(3));
        assert_eq!(pause(1, Some(&asking("86400"))), LONGEST_PAUSE);
        assert!(pause(1, Some(&asking("soon"))) < Duration::from_secs(1));
        let past = asking("Thu, 01 Jan 1970 00:00:00 GMT");
        assert!(pause(1, Some(&past)) < Duration::from_secs(1));
    }
}
