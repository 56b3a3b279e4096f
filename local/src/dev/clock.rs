//! The time of day: the system's, or one that stands still for tests.

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Clock {
    #[default]
    System,
    Fixed(OffsetDateTime),
}

impl Clock {
    pub(super) fn now(self) -> OffsetDateTime {
        match self {
            Self::System => OffsetDateTime::now_utc(),
            Self::Fixed(at) => at,
        }
    }
}

/// As on the command line: RFC 3339.
impl std::str::FromStr for Clock {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|error| error.to_string())?;
        // Expiry and skew are added to it, and nothing that signs knows times before 1970.
        let at = at.checked_to_offset(UtcOffset::UTC);
        let at = at.filter(|at| (1970..=9998).contains(&at.year()));
        at.map(Self::Fixed)
            .ok_or_else(|| "not a time from 1970 to 9998".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_that_can_be_reckoned_with_are_taken() {
        let now = |text: &str| text.parse::<Clock>().map(Clock::now);
        let noon = time::macros::datetime!(2026-01-02 12:00 UTC);
        assert_eq!(now("2026-01-02T13:00:00+01:00"), Ok(noon));
        for text in [
            "1969-12-31T23:59:59Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59-01:00",
            "0000-01-01T00:00:00+01:00",
        ] {
            let refused = Err("not a time from 1970 to 9998".to_owned());
            assert_eq!(now(text), refused, "{text}");
        }
        assert!(now("noon").is_err());
    }
}
