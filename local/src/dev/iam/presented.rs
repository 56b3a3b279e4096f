//! What a request presents to be let in: the parts of its signature, from the `Authorization`
//! header or, for a presigned URL, from the query.

use crate::sigv4::canonical::{SIGNATURE_PARAMETER, parameters};
use http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use std::collections::HashMap;
use time::{
    Date, OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem,
    macros::format_description,
};

const AMZ_DATE: &str = "x-amz-date";
const AMZ_TOKEN: &str = "x-amz-security-token";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]");
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// A week, the longest that AWS presigns anything for.
const LONGEST_EXPIRY: u32 = 604_800;

/// The parts of a signature. Nothing of it is believed yet.
#[derive(Debug, Clone)]
pub(super) struct Presented {
    pub(super) access_key: String,
    pub(super) scope: Scope,
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
    pub(super) at: OffsetDateTime,
    /// Seconds for which a presigned URL holds; `None` for a signature in the header.
    pub(super) expires: Option<u32>,
    pub(super) token: Option<String>,
    /// The headers that date and token were read from; none for a presigned URL.
    pub(super) used_headers: Vec<&'static str>,
}

/// What a signature is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
}

/// Why there is nothing that could be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotPresented {
    /// No signature at all.
    Unsigned,
    /// A signature that lacks a part, or has one that cannot be read: which, and what is wrong.
    Incomplete(String),
}

impl Presented {
    /// # Errors
    /// [`NotPresented`].
    pub(super) fn of(request: &Parts) -> Result<Self, NotPresented> {
        if let Some(value) = request.headers.get(AUTHORIZATION) {
            let value = value.to_str().unwrap_or_default().trim();
            let rest = value
                .strip_prefix(ALGORITHM)
                .ok_or(NotPresented::Unsigned)?;
            return Self::of_header(rest, &request.headers);
        }
        let sent = request.uri.query().unwrap_or_default();
        let query: HashMap<_, _> = parameters(sent).collect();
        if !query.contains_key(SIGNATURE_PARAMETER) && !query.contains_key("X-Amz-Algorithm") {
            return Err(NotPresented::Unsigned);
        }
        let signatures = parameters(sent).filter(|(name, _)| name == SIGNATURE_PARAMETER);
        // Not being signed, a second one could be anything, and the function would get it.
        if signatures.count() > 1 {
            return Err(incomplete(format!(
                "AWS query-string parameters must include '{SIGNATURE_PARAMETER}' once."
            )));
        }
        Self::of_query(&query)
    }

    /// The parameter that holds the signature, and is therefore not signed itself.
    pub(super) fn unsigned_parameter(&self) -> Option<&'static str> {
        self.expires.is_some().then_some(SIGNATURE_PARAMETER)
    }

    fn of_header(rest: &str, headers: &HeaderMap) -> Result<Self, NotPresented> {
        let parts: HashMap<_, _> = rest
            .split(',')
            .filter_map(|part| part.trim().split_once('='))
            .collect();
        let part = |name: &str| {
            let value = parts.get(name).copied();
            value.ok_or_else(|| {
                incomplete(format!("Authorization header requires '{name}' parameter."))
            })
        };
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let dated = [AMZ_DATE, "date"]
            .into_iter()
            .find_map(|name| Some((name, header(name)?)));
        let (dated, at) = dated.ok_or_else(|| {
            incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                 header."
                    .to_owned(),
            )
        })?;
        let token = header(AMZ_TOKEN);
        let used = token.map(|_| AMZ_TOKEN).into_iter().chain([dated]);
        let (access_key, scope) = credential(part("Credential")?)?;
        Ok(Self {
            access_key,
            scope,
            signed_headers: signed_headers(part("SignedHeaders")?),
            signature: part("Signature")?.to_owned(),
            at: time(at)?,
            expires: None,
            token: token.map(str::to_owned),
            used_headers: used.collect(),
        })
    }

    fn of_query(query: &HashMap<String, String>) -> Result<Self, NotPresented> {
        let part = |name: &str| {
            let value = query.get(name).map(String::as_str);
            let value = value.ok_or_else(|| {
                incomplete(format!(
                    "AWS query-string parameters must include '{name}'."
                ))
            })?;
            // A header cannot have one, and what is said of a value would spread it.
            match value.contains(char::is_control) {
                true => Err(incomplete(format!("'{name}' has a control character."))),
                false => Ok(value),
            }
        };
        let algorithm = part("X-Amz-Algorithm")?;
        if algorithm != ALGORITHM {
            return Err(incomplete(format!(
                "'{algorithm}' is not a supported X-Amz-Algorithm."
            )));
        }
        let (access_key, scope) = credential(part("X-Amz-Credential")?)?;
        let expires = part("X-Amz-Expires")?.parse().ok();
        let expires = expires.filter(|seconds| (1..=LONGEST_EXPIRY).contains(seconds));
        let expires = expires.ok_or_else(|| {
            incomplete(format!(
                "X-Amz-Expires must be a number from 1 to {LONGEST_EXPIRY}."
            ))
        })?;
        Ok(Self {
            access_key,
            scope,
            signed_headers: signed_headers(part("X-Amz-SignedHeaders")?),
            signature: part(SIGNATURE_PARAMETER)?.to_owned(),
            at: time(part("X-Amz-Date")?)?,
            expires: Some(expires),
            token: query.get("X-Amz-Security-Token").cloned(),
            used_headers: Vec::new(),
        })
    }
}

impl Scope {
    /// As it stands in the string to sign.
    pub(super) fn text(&self) -> String {
        let Self {
            date,
            region,
            service,
        } = self;
        format!("{date}/{region}/{service}/aws4_request")
    }
}

/// `20260102T030405Z`.
pub(super) fn compact(at: OffsetDateTime) -> String {
    at.format(TIME).unwrap_or_default()
}

fn credential(text: &str) -> Result<(String, Scope), NotPresented> {
    let parts: Vec<_> = text.split('/').collect();
    match parts.as_slice() {
        [access_key, date, region, service, "aws4_request"]
            if !access_key.is_empty() && Date::parse(date, DATE).is_ok() =>
        {
            let scope = Scope {
                date: (*date).to_owned(),
                region: (*region).to_owned(),
                service: (*service).to_owned(),
            };
            Ok(((*access_key).to_owned(), scope))
        }
        _ => Err(incomplete(
            "Credential must have the form KEY/YYYYMMDD/REGION/SERVICE/aws4_request.".to_owned(),
        )),
    }
}

fn signed_headers(text: &str) -> Vec<String> {
    text.split(';').map(str::to_ascii_lowercase).collect()
}

fn time(text: &str) -> Result<OffsetDateTime, NotPresented> {
    // `Date` has the form of HTTP, and either header may have that of ISO 8601.
    if let Ok(date) = httpdate::parse_http_date(text) {
        return Ok(date.into());
    }
    let parsed = PrimitiveDateTime::parse(text, TIME);
    let parsed = parsed.map_err(|_| {
        incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{text}'."
        ))
    })?;
    Ok(parsed.assume_utc())
}

fn incomplete(what: String) -> NotPresented {
    NotPresented::Incomplete(what)
}
