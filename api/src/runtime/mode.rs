//! The invoke mode of the function URL, which only the deployment knows.

/// The environment variable that sets the mode.
const VARIABLE: &str = "FNURL_INVOKE_MODE";

/// The way in which results are sent to the Runtime API.
///
/// The two modes have different results. A URL that streams would show the client the JSON of a
/// buffered result, and a buffered one cannot read a stream. Neither event nor environment of
/// Lambda says which mode the URL has, so the deployment must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvokeMode {
    /// In one piece, for a URL whose mode is `BUFFERED`.
    Buffered,
    /// As they come, for a URL whose mode is `RESPONSE_STREAM`.
    Stream,
}

impl InvokeMode {
    /// The mode that the deployment has set.
    pub(super) fn from_environment() -> Result<Self, String> {
        Self::parse(std::env::var(VARIABLE).ok().as_deref())
    }

    fn parse(value: Option<&str>) -> Result<Self, String> {
        match value {
            None | Some("" | "buffered") => Ok(Self::Buffered),
            Some("stream") => Ok(Self::Stream),
            Some(other) => Err(format!(
                "{VARIABLE}={other}: must be `buffered` or `stream`"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_buffered_unless_it_is_set_to_stream() {
        assert_eq!(InvokeMode::parse(None), Ok(InvokeMode::Buffered));
        assert_eq!(
            InvokeMode::parse(Some("buffered")),
            Ok(InvokeMode::Buffered)
        );
        assert_eq!(InvokeMode::parse(Some("stream")), Ok(InvokeMode::Stream));
        let said = InvokeMode::parse(Some("RESPONSE_STREAM")).unwrap_err();
        assert!(said.contains("FNURL_INVOKE_MODE=RESPONSE_STREAM"), "{said}");
    }
}
