//! Points in time: UTC, to the millisecond.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, Time, UtcOffset};

/// A point in time, in UTC, to the millisecond.
///
/// Written as `2026-11-23T07:06:05.432Z`: always with three digits and `Z`, so that timestamps
/// sort as text (RFC 3339 §5.1). Every RFC 3339 form is understood; what is finer than a
/// millisecond is cut off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

/// The text is no RFC 3339 time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 time such as {EXAMPLE}")]
pub struct TimestampError;

const EXAMPLE: &str = "2026-11-23T07:06:05.432Z";

impl Timestamp {
    /// The time now, by this machine's clock.
    #[must_use]
    pub fn now() -> Self {
        Self::cut(OffsetDateTime::now_utc())
    }

    /// The time so much later, or the last one that can be written.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let last = OffsetDateTime::new_utc(Date::MAX, Time::MIDNIGHT);
        let later = duration.try_into().ok();
        let later = later.and_then(|duration| self.0.checked_add(duration));
        Self::cut(later.filter(|&later| later < last).unwrap_or(last))
    }

    /// The beginning of the next second: HTTP dates have no fractions.
    pub(crate) fn next_second(self) -> Self {
        Self(self.0.truncate_to_second()).plus(Duration::from_secs(1))
    }

    /// The seconds since 1970, cut off: negative before.
    pub(crate) fn unix_seconds(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// The time so many seconds after 1970, if it can be written.
    pub(crate) fn from_unix_seconds(seconds: u64) -> Option<Self> {
        let seconds = i64::try_from(seconds).ok()?;
        let time = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        Some(Self::cut(time))
    }

    fn cut(time: OffsetDateTime) -> Self {
        Self(time.truncate_to_millisecond())
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self::cut(time.into())
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        time.0.into()
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| TimestampError)?;
        // An offset can carry a time out of the four-digit years that RFC 3339 can write.
        let utc = time
            .checked_to_offset(UtcOffset::UTC)
            .ok_or(TimestampError)?;
        match utc.year() {
            0..=9999 => Ok(Self::cut(utc)),
            _ => Err(TimestampError),
        }
    }
}

impl Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        let (hour, minute, second, milli) = self.0.to_hms_milli();
        let month = u8::from(month);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
        )
    }
}

impl Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Timestamp").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "A point in time in UTC, to the millisecond.",
            "examples": [EXAMPLE],
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_rfc_3339_form_is_understood_and_written_in_one() {
        let cases = [
            (EXAMPLE, Some(EXAMPLE)),
            ("2026-11-23T08:06:05.432+01:00", Some(EXAMPLE)),
            ("2026-11-23T07:06:05.432999Z", Some(EXAMPLE)),
            ("2026-11-23t07:06:05z", Some("2026-11-23T07:06:05.000Z")),
            ("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00.000Z")),
            ("0000-01-01T00:00:00+01:00", None),
            ("9999-12-31T23:59:59-01:00", None),
            ("2026-11-23", None),
            ("2026-11-23T07:06:05", None),
            ("2026-02-30T07:06:05Z", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let read = text.parse::<Timestamp>().ok().map(|time| time.to_string());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn now_survives_being_written_and_read() {
        let now = Timestamp::now();
        let text = serde_json::to_string(&now).unwrap();
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), now);
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_refused(text in "\\PC*|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,20}([Zz]|[+-][0-9]{2}:[0-9]{2})") {
            if let Ok(time) = text.parse::<Timestamp>() {
                prop_assert_eq!(time.to_string().parse(), Ok(time));
            }
        }
    }

    #[test]
    fn a_later_time_is_one_that_can_be_written() {
        let cases = [
            ("2026-11-23T07:06:05.432Z", 1, "2026-11-23T07:06:06.432Z"),
            (
                "2026-12-31T23:59:59.000Z",
                86_400,
                "2027-01-01T23:59:59.000Z",
            ),
            (
                "9999-12-30T00:00:00.000Z",
                86_400,
                "9999-12-31T00:00:00.000Z",
            ),
            ("9999-12-31T00:00:00.000Z", 1, "9999-12-31T00:00:00.000Z"),
            (
                "2026-11-23T07:06:05.432Z",
                u64::MAX,
                "9999-12-31T00:00:00.000Z",
            ),
        ];
        for (time, seconds, expected) in cases {
            let time: Timestamp = time.parse().unwrap();
            let later = time.plus(Duration::from_secs(seconds));
            assert_eq!(later.to_string(), expected, "{time} and {seconds} s");
        }
    }

    #[test]
    fn a_time_survives_being_seconds_but_for_their_parts() {
        let time: Timestamp = "2026-11-23T07:06:05.432Z".parse().unwrap();
        let seconds = time.unix_seconds();
        assert_eq!(seconds, 1_795_417_565);
        let read = Timestamp::from_unix_seconds(seconds.try_into().unwrap());
        assert_eq!(read.unwrap().to_string(), "2026-11-23T07:06:05.000Z");
        assert_eq!(Timestamp::from_unix_seconds(u64::MAX), None);
    }
}
