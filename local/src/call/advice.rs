//! What is likely wrong when a function URL itself lets nobody in: it says little, and the same of
//! several things.

use super::signature::Signer;
use http::{StatusCode, header::DATE, response};
use std::time::{Duration, SystemTime};

/// The seconds by which a signature may be off
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>).
const SKEW: Duration = Duration::from_secs(300);

/// The likely causes in order, the likeliest first; `None` for what the function itself answers.
pub(super) fn on(head: &response::Parts, signer: Option<&Signer>, host: &str) -> Option<String> {
    let kind = head.headers.get("x-amzn-errortype")?.to_str().ok()?;
    if ![StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST].contains(&head.status) {
        return None;
    }
    let causes = match (kind, signer) {
        ("AccessDeniedException", None) => vec![
            "the URL has AuthType AWS_IAM: call it without `--no-sign`".to_owned(),
            "its policy does not let everybody in: an open URL needs both permissions, too".to_owned(),
            not_there(host),
        ],
        ("AccessDeniedException", Some(_)) => vec![
            "the principal lacks one of the two permissions, `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`: URLs need both (is `--role-arn` missing?)".to_owned(),
            not_there(host),
            "a permission was given a moment ago: it takes some 20 seconds".to_owned(),
        ],
        ("InvalidSignatureException", Some(signer)) => {
            let others = [
                "the secret access key does not belong to the access key id".to_owned(),
                format!(
                    "the region or the service is another one: it was signed for {} and `{}`",
                    signer.region, signer.service
                ),
                "something on the way changes the request: a proxy, or CloudFront that forwards its own host".to_owned(),
            ];
            clock(head, signer.at).into_iter().chain(others).collect()
        }
        ("ExpiredTokenException", _) => {
            vec!["the temporary credentials are over: get new ones".to_owned()]
        }
        ("UnrecognizedClientException", _) => vec![
            "the access key is not known here: it was deleted, or belongs to another server or partition".to_owned(),
            "the session token is missing, or belongs to another key".to_owned(),
        ],
        ("InvalidQueryStringException", _) => vec![
            "the name of a query parameter has one of / : @ ! * ' ( ) , ; + ~ [ ] as it is: encode it, as %5B for [".to_owned(),
        ],
        _ => return None,
    };
    let causes = causes.iter().enumerate();
    let causes = causes.map(|(index, cause)| format!("\n  {}. {cause}", index + 1));
    Some(format!(
        "fnurl: the function URL itself refused this, and the function was not called. Likely causes:{}",
        causes.collect::<String>()
    ))
}

fn not_there(host: &str) -> String {
    format!("there is no such URL: {host} was deleted, or has a typo")
}

/// If the difference of the clocks is more than a signature may have.
fn clock(head: &response::Parts, here: SystemTime) -> Option<String> {
    let date = head.headers.get(DATE)?.to_str().ok()?;
    let there = httpdate::parse_http_date(date).ok()?;
    let (difference, direction) = match here.duration_since(there) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let seconds = difference.as_secs();
    (difference > SKEW).then(|| {
        format!("this machine's clock is {seconds} seconds {direction} the server's: set it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::Credentials;
    use http::Response;

    const HOST: &str = "abc.lambda-url.eu-west-1.on.aws";

    fn signer(at: SystemTime) -> Signer {
        Signer {
            credentials: Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"),
            region: "eu-west-1".to_owned(),
            service: "lambda".to_owned(),
            at,
        }
    }

    fn refusal(kind: &str, date: SystemTime) -> response::Parts {
        let answer = Response::builder()
            .status(StatusCode::FORBIDDEN)
            .header("x-amzn-errortype", kind)
            .header(DATE, httpdate::fmt_http_date(date));
        answer.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_clock_is_blamed_first_if_it_is_wrong_and_not_at_all_if_it_is_right() {
        let there = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let head = refusal("InvalidSignatureException", there);
        let advice = |at| on(&head, Some(&signer(at)), HOST).unwrap();
        let behind = advice(there - Duration::from_secs(301));
        assert!(
            behind.contains("1. this machine's clock is 301 seconds behind"),
            "{behind}"
        );
        let ahead = advice(there + Duration::from_secs(4000));
        assert!(
            ahead.contains("1. this machine's clock is 4000 seconds ahead of"),
            "{ahead}"
        );
        let right = advice(there + Duration::from_secs(300));
        assert!(!right.contains("clock"), "{right}");
        assert!(
            right.contains("signed for eu-west-1 and `lambda`"),
            "{right}"
        );
    }

    #[test]
    fn a_403_of_the_function_is_its_own_business() {
        let answer = Response::builder().status(StatusCode::FORBIDDEN);
        let (head, ()) = answer.body(()).unwrap().into_parts();
        assert_eq!(on(&head, None, HOST), None);
        let now = SystemTime::now();
        assert_eq!(
            on(&refusal("SomethingElse", now), Some(&signer(now)), HOST),
            None
        );
    }
}
