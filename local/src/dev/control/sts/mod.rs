//! A local STS: temporary credentials for roles and users, in the Query protocol
//! (<https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>).

mod xml;

use crate::dev::{
    iam::{Assumption, Authority, Denied, Identity, NotAssumed, Principal, Reason},
    log,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use http_body_util::Full;
use serde::Deserialize;
use std::collections::BTreeMap;
use time::Duration;
use uuid::Uuid;
use xml::Success;

const VERSION: &str = "2011-06-15";
const SHORTEST: u32 = 900;
const LONGEST_OF_ROLE: u32 = 43_200;
const LONGEST_OF_CHAIN: u32 = 3_600;
const LONGEST_OF_USER: u32 = 129_600;

/// The parameters of the actions that are known here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Query {
    action: String,
    version: String,
    role_arn: Option<String>,
    role_session_name: Option<String>,
    duration_seconds: Option<String>,
    external_id: Option<String>,
    policy: Option<String>,
    serial_number: Option<String>,
    /// Whatever else is given, among it the parameters of a signature in the query.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// An error as STS names it. The diagnosis is for the terminal alone.
#[derive(Debug)]
struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
    diagnosis: Option<String>,
}

/// Answers one request to the STS endpoint.
pub(in crate::dev) fn answer(
    authority: &Authority,
    request: &Parts,
    body: &[u8],
) -> Response<Full<Bytes>> {
    let request_id = Uuid::new_v4().to_string();
    let outcome = act(authority, request, body);
    let (status, text) = match outcome {
        Ok(success) => (StatusCode::OK, success.text(&request_id)),
        Err(failure) => {
            let Failure {
                code,
                message,
                diagnosis,
                ..
            } = &failure;
            let why = diagnosis.as_deref().unwrap_or(message);
            log::line(format_args!(
                "fnurl: STS refused a request with {code}: {why}"
            ));
            (failure.status, xml::error(code, message, &request_id))
        }
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    *response.headers_mut() = headers(&request_id);
    response
}

fn headers(request_id: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(request_id) = HeaderValue::try_from(request_id) {
        headers.insert("x-amzn-requestid", request_id);
    }
    headers
}

fn act(authority: &Authority, request: &Parts, body: &[u8]) -> Result<Success, Failure> {
    let query = query(request, body)?;
    let caller = authority.sts_caller(request, body)?;
    if query.version != VERSION {
        let Query {
            action, version, ..
        } = &query;
        return Err(invalid_action(action, version));
    }
    if let Some(name) = query.unknown() {
        let message = format!("`{name}` is not known to the local STS: leave it out");
        return Err(validation(&message));
    }
    match query.action.as_str() {
        "AssumeRole" => assume_role(authority, &caller, &query),
        "GetSessionToken" => get_session_token(authority, &caller, &query),
        "GetCallerIdentity" => Ok(Success::CallerIdentity(caller.identity)),
        action => Err(invalid_action(action, &query.version)),
    }
}

fn query(request: &Parts, body: &[u8]) -> Result<Query, Failure> {
    let given = match request.method {
        Method::GET => request.uri.query().unwrap_or_default().as_bytes(),
        _ => body,
    };
    let query: Query = serde_html_form::from_bytes(given)
        .map_err(|error| Failure::sender("MalformedQueryString", error.to_string()))?;
    match query.is_writable() {
        true => Ok(query),
        false => Err(validation("A parameter has a character that XML has not")),
    }
}

impl Query {
    /// The name of a parameter that would have to be ignored: `PolicyArns` for
    /// `PolicyArns.member.1.arn`.
    fn unknown(&self) -> Option<&str> {
        let is_of_signature = |name: &str| name.to_ascii_lowercase().starts_with("x-amz-");
        let mut names = self.others.keys().filter(|name| !is_of_signature(name));
        names.next()?.split('.').next()
    }

    /// Whether everything that an answer may repeat can stand in XML, and on a terminal.
    fn is_writable(&self) -> bool {
        let is_unwritable = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
        let optional = [
            &self.role_arn,
            &self.role_session_name,
            &self.duration_seconds,
        ];
        let mut given = optional
            .into_iter()
            .flatten()
            .chain([&self.action, &self.version])
            .chain(self.others.keys());
        !given.any(|value| value.contains(is_unwritable))
    }
}

fn assume_role(
    authority: &Authority,
    caller: &Principal,
    query: &Query,
) -> Result<Success, Failure> {
    if query.policy.is_some() {
        return Err(validation(
            "Session policies are not known to the local STS: leave `Policy` out",
        ));
    }
    let role_arn = query.role_arn.as_deref().unwrap_or_default();
    if role_arn.len() < 20 {
        return Err(too_short("roleArn", role_arn, 20));
    }
    let session_name = query.role_session_name.as_deref().unwrap_or_default();
    check_session_name(session_name)?;
    let is_chained = caller.identity.role().is_some();
    let longest = if is_chained {
        LONGEST_OF_CHAIN
    } else {
        LONGEST_OF_ROLE
    };
    let asked = Assumption {
        role_arn,
        session_name,
        external_id: query.external_id.as_deref(),
        duration: duration(query, 3_600, longest)?,
    };
    let session = authority.assume(&caller.identity, &asked);
    let session = session.map_err(|not| not_assumed(not, &caller.identity, role_arn))?;
    keep(authority, &session)?;
    Ok(Success::Role(session))
}

fn get_session_token(
    authority: &Authority,
    caller: &Principal,
    query: &Query,
) -> Result<Success, Failure> {
    if caller.token.is_some() {
        let message = "Cannot call GetSessionToken with session credentials".to_owned();
        return Err(Failure::denied("AccessDenied", message));
    }
    if query.serial_number.is_some() {
        return Err(validation("MFA devices are not known to the local STS"));
    }
    let duration = duration(query, LONGEST_OF_ROLE, LONGEST_OF_USER)?;
    let session = authority.session(caller.identity.clone(), duration);
    keep(authority, &session)?;
    Ok(Success::Session(session))
}

fn keep(authority: &Authority, session: &Principal) -> Result<(), Failure> {
    authority.keep(session.clone()).map_err(|error| Failure {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "InternalFailure",
        message: "The request processing has failed because of an unknown error.".to_owned(),
        diagnosis: Some(format!("the session cannot be written down: {error}")),
    })
}

/// `[\w+=,.@-]{2,64}`.
fn check_session_name(name: &str) -> Result<(), Failure> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    match name.chars().count() {
        0 | 1 => Err(too_short("roleSessionName", name, 2)),
        2..=64 if name.chars().all(is_allowed) => Ok(()),
        2..=64 => Err(constraint(
            "roleSessionName",
            name,
            "Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        )),
        _ => Err(constraint(
            "roleSessionName",
            name,
            "Member must have length less than or equal to 64",
        )),
    }
}

fn duration(query: &Query, otherwise: u32, longest: u32) -> Result<Duration, Failure> {
    let Some(text) = &query.duration_seconds else {
        return Ok(Duration::seconds(otherwise.min(longest).into()));
    };
    let bound = |words: &str, bound: u32| {
        let rule = format!("Member must have value {words} than or equal to {bound}");
        constraint("durationSeconds", text, &rule)
    };
    let seconds: u32 = text
        .parse()
        .map_err(|_| constraint("durationSeconds", text, "Member must be a whole number"))?;
    if seconds < SHORTEST {
        return Err(bound("greater", SHORTEST));
    }
    if seconds > longest {
        return Err(bound("less", longest));
    }
    Ok(Duration::seconds(seconds.into()))
}

fn not_assumed(not: NotAssumed, caller: &Identity, role_arn: &str) -> Failure {
    match not {
        NotAssumed::NotAllowed { diagnosis } => {
            let arn = &caller.arn;
            let message = format!(
                "User: {arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            );
            let diagnosis = format!("{message}: {diagnosis}");
            Failure::denied("AccessDenied", message).with(diagnosis)
        }
        NotAssumed::TooLong(_) => validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
    }
}

fn too_short(member: &str, value: &str, shortest: usize) -> Failure {
    let rule = format!("Member must have length greater than or equal to {shortest}");
    constraint(member, value, &rule)
}

fn constraint(member: &str, value: &str, rule: &str) -> Failure {
    validation(&format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {rule}"
    ))
}

fn validation(message: &str) -> Failure {
    Failure::sender("ValidationError", message.to_owned())
}

fn invalid_action(action: &str, version: &str) -> Failure {
    let message = format!("Could not find operation {action} for version {version}");
    Failure::sender("InvalidAction", message)
}

impl Failure {
    fn sender(code: &'static str, message: String) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            message,
            diagnosis: None,
        }
    }

    fn denied(code: &'static str, message: String) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            ..Self::sender(code, message)
        }
    }

    fn with(self, diagnosis: String) -> Self {
        Self {
            diagnosis: Some(diagnosis),
            ..self
        }
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        let (code, message) = match denied.reason {
            Reason::Forbidden => (
                "MissingAuthenticationToken",
                "Request is missing Authentication Token".to_owned(),
            ),
            Reason::Incomplete(message) => ("IncompleteSignature", message),
            Reason::InvalidSignature(message) => ("SignatureDoesNotMatch", message),
            Reason::UnknownKey => (
                "InvalidClientTokenId",
                "The security token included in the request is invalid.".to_owned(),
            ),
            Reason::ExpiredToken => (
                "ExpiredToken",
                "The security token included in the request is expired".to_owned(),
            ),
        };
        Self::denied(code, message).with(denied.diagnosis)
    }
}
