//! The answers of STS as XML.

use crate::dev::iam::{Identity, Principal};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

#[derive(Debug)]
pub(super) enum Success {
    Role(Principal),
    Session(Principal),
    CallerIdentity(Identity),
}

impl Success {
    pub(super) fn text(&self, request_id: &str) -> String {
        let (action, result) = match self {
            Self::Role(session) => (
                "AssumeRole",
                Result::AssumeRole {
                    credentials: Credentials::of(session),
                    assumed_role_user: AssumedRoleUser {
                        assumed_role_id: &session.identity.user_id,
                        arn: &session.identity.arn,
                    },
                },
            ),
            Self::Session(session) => (
                "GetSessionToken",
                Result::GetSessionToken {
                    credentials: Credentials::of(session),
                },
            ),
            Self::CallerIdentity(identity) => (
                "GetCallerIdentity",
                Result::GetCallerIdentity {
                    arn: &identity.arn,
                    user_id: &identity.user_id,
                    account: identity.account(),
                },
            ),
        };
        let response = Response {
            namespace: NAMESPACE,
            result,
            response_metadata: ResponseMetadata { request_id },
        };
        text(&format!("{action}Response"), &response)
    }
}

/// The document of an error.
pub(super) fn error(code: &str, message: &str, request_id: &str) -> String {
    let kind = if code == "InternalFailure" {
        "Receiver"
    } else {
        "Sender"
    };
    let error = ErrorResponse {
        namespace: NAMESPACE,
        error: Error {
            kind,
            code,
            message,
        },
        request_id,
    };
    text("ErrorResponse", &error)
}

/// Structs of text alone always have a form in XML.
fn text(root: &str, document: &impl Serialize) -> String {
    quick_xml::se::to_string_with_root(root, document).unwrap_or_default()
}

#[derive(Serialize)]
struct Response<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'a str,
    #[serde(rename = "$value")]
    result: Result<'a>,
    #[serde(rename = "ResponseMetadata")]
    response_metadata: ResponseMetadata<'a>,
}

#[derive(Serialize)]
#[serde(rename_all_fields = "PascalCase")]
enum Result<'a> {
    #[serde(rename = "AssumeRoleResult")]
    AssumeRole {
        credentials: Credentials<'a>,
        assumed_role_user: AssumedRoleUser<'a>,
    },
    #[serde(rename = "GetSessionTokenResult")]
    GetSessionToken { credentials: Credentials<'a> },
    #[serde(rename = "GetCallerIdentityResult")]
    GetCallerIdentity {
        arn: &'a str,
        user_id: &'a str,
        account: &'a str,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    expiration: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUser<'a> {
    assumed_role_id: &'a str,
    arn: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResponseMetadata<'a> {
    request_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorResponse<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'a str,
    error: Error<'a>,
    request_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Error<'a> {
    #[serde(rename = "Type")]
    kind: &'a str,
    code: &'a str,
    message: &'a str,
}

impl<'a> Credentials<'a> {
    fn of(session: &'a Principal) -> Self {
        let expires = session
            .expires
            .and_then(|expires| expires.format(&Rfc3339).ok());
        Self {
            access_key_id: &session.access_key,
            secret_access_key: &session.secret_key,
            session_token: session.token.as_deref().unwrap_or_default(),
            expiration: expires.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_end_an_element() {
        assert_eq!(
            error("InvalidAction", "no <a> & \"b\"", "r1"),
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>InvalidAction</Code><Message>no &lt;a&gt; &amp; \"b\"</Message></Error><RequestId>r1</RequestId></ErrorResponse>"
        );
    }

    #[test]
    fn the_identity_of_the_caller_has_the_documented_members() {
        let identity = Identity {
            arn: "arn:aws:iam::000000000000:user/fnurl".to_owned(),
            user_id: "AIDA1".to_owned(),
        };
        assert_eq!(
            Success::CallerIdentity(identity).text("r1"),
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::000000000000:user/fnurl</Arn><UserId>AIDA1</UserId><Account>000000000000</Account>\
             </GetCallerIdentityResult><ResponseMetadata><RequestId>r1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
        );
    }
}
