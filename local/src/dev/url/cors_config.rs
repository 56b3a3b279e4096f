//! The URL's CORS configuration: the object `Cors` of the Lambda API, in a file, held to the rules
//! of that API (<https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html>), so that what is
//! tried here can be deployed.

use crate::dev::start_error::StartError;
use serde::Deserialize;
use std::path::Path;

const METHODS: [&str; 7] = ["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"];
const LONGEST_MAX_AGE: u32 = 86_400;

/// `Cors` of `CreateFunctionUrlConfig`. A list that is missing allows nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(in crate::dev) struct CorsConfig {
    pub(in crate::dev) allow_credentials: bool,
    pub(in crate::dev) allow_headers: Vec<String>,
    pub(in crate::dev) allow_methods: Vec<String>,
    pub(in crate::dev) allow_origins: Vec<String>,
    pub(in crate::dev) expose_headers: Vec<String>,
    /// Seconds for which a browser may keep the answer of a preflight.
    pub(in crate::dev) max_age: u32,
}

impl CorsConfig {
    /// # Errors
    /// [`StartError::Cors`] with everything that the API would refuse.
    pub(in crate::dev) fn read(path: &Path) -> Result<Self, StartError> {
        let text = std::fs::read_to_string(path).map_err(|error| vec![error.to_string()]);
        text.and_then(|text| Self::parse(&text))
            .map_err(|mistakes| StartError::Cors {
                path: path.to_owned(),
                mistakes: mistakes.join("; "),
            })
    }

    fn parse(text: &str) -> Result<Self, Vec<String>> {
        let config: Self = serde_json::from_str(text).map_err(|error| vec![error.to_string()])?;
        let mut mistakes = Vec::new();
        if config.allow_methods.len() > 6 {
            mistakes.push("AllowMethods: at most 6 methods".to_owned());
        }
        for method in &config.allow_methods {
            if !METHODS.contains(&method.as_str()) {
                mistakes.push(refused_method(method));
            }
        }
        check_count(&mut mistakes, "AllowOrigins", &config.allow_origins);
        for origin in &config.allow_origins {
            if !is_origin(origin) {
                mistakes.push(format!(
                    "AllowOrigins: `{origin}` is neither `*` nor an origin such as https://example.com"
                ));
            }
        }
        for (member, headers) in [
            ("AllowHeaders", &config.allow_headers),
            ("ExposeHeaders", &config.expose_headers),
        ] {
            check_count(&mut mistakes, member, headers);
            for header in headers {
                if !is_header(header) {
                    mistakes.push(format!("{member}: `{header}` is not the name of a header"));
                }
            }
        }
        if config.max_age > LONGEST_MAX_AGE {
            mistakes.push(format!("MaxAge: at most {LONGEST_MAX_AGE} seconds"));
        }
        if mistakes.is_empty() {
            Ok(config)
        } else {
            Err(mistakes)
        }
    }
}

fn check_count(mistakes: &mut Vec<String>, member: &str, values: &[String]) {
    if values.len() > 100 {
        mistakes.push(format!("{member}: at most 100 values"));
    }
}

fn refused_method(method: &str) -> String {
    if method == "OPTIONS" {
        "AllowMethods: `OPTIONS` is refused by Lambda: leave it out, preflights are answered anyway"
            .to_owned()
    } else {
        format!("AllowMethods: `{method}` is none of {}", METHODS.join(", "))
    }
}

/// `*`, or scheme, host and perhaps a port, in at most 253 characters.
fn is_origin(text: &str) -> bool {
    let authority = text
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
        .and_then(|(_, rest)| rest.parse::<http::uri::Authority>().ok());
    let is_plain = authority.is_some_and(|authority| !authority.as_str().contains('@'));
    (text == "*" || is_plain) && text.len() <= 253
}

fn is_header(text: &str) -> bool {
    (text == "*" || http::HeaderName::try_from(text).is_ok()) && text.len() <= 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_documentation_is_accepted() {
        let config = CorsConfig::parse(
            r#"{"AllowCredentials": true, "AllowHeaders": ["Content-Type", "x-api-key"],
                "AllowMethods": ["GET", "POST"], "AllowOrigins": ["https://example.com", "http://localhost:5173", "*"],
                "ExposeHeaders": ["Date"], "MaxAge": 86400}"#,
        );
        assert_eq!(config.unwrap().max_age, 86_400);
    }

    #[test]
    fn what_lambda_refuses_is_refused_all_at_once() {
        let mistakes = CorsConfig::parse(
            r#"{"AllowMethods": ["OPTIONS", "FETCH"], "AllowOrigins": ["example.com", "https://a@b", "https://a.b/c"],
                "AllowHeaders": ["two words"], "MaxAge": 86401}"#,
        )
        .unwrap_err();
        for part in [
            "`OPTIONS` is refused by Lambda",
            "`FETCH` is none of",
            "`example.com`",
            "`https://a@b`",
            "`https://a.b/c`",
            "`two words`",
            "at most 86400",
        ] {
            assert!(
                mistakes.iter().any(|mistake| mistake.contains(part)),
                "{part} is missing in {mistakes:?}"
            );
        }
        assert_eq!(mistakes.len(), 7, "{mistakes:?}");
    }

    #[test]
    fn a_member_that_lambda_does_not_know_is_refused() {
        let mistakes = CorsConfig::parse(r#"{"AllowedOrigins": ["*"]}"#).unwrap_err();
        assert!(mistakes[0].contains("AllowedOrigins"), "{mistakes:?}");
    }
}
