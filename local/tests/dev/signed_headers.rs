//! Which headers a signature must cover, may cover and must not cover.

use crate::{
    iam::{MISMATCH, is_refused, start},
    signing::{Request, signed_by_hand},
};
use std::time::SystemTime;

/// CloudFront adds `x-amz-cf-id` after Lambda@Edge has signed.
#[test]
fn headers_that_are_added_after_signing_do_not_break_a_signature() {
    let (server, key) = start();
    let request = Request::new("GET", "/", "localhost").sign(&key);
    for name in ["x-amz-cf-id", "x-amz-meta", "x-forwarded-for"] {
        let added = request.clone().header(name, "1");
        assert_eq!(added.send(&server).status, 200, "{name}");
    }
}

#[test]
fn the_date_is_read_where_there_is_no_amz_date_and_either_must_be_signed() {
    let (server, key) = start();
    let now = SystemTime::now();
    let date = httpdate::fmt_http_date(now);
    let date = [("date", date.as_str())];
    let request = signed_by_hand(&key, &date, &["date", "host"], now);
    assert_eq!(request.send(&server).status, 200);
    let request = signed_by_hand(&key, &date, &["host"], now);
    is_refused(
        &request.send(&server),
        "InvalidSignatureException",
        MISMATCH,
    );
    server.log_line("the header `date` is used, but not among the signed headers");
}

/// Reported of function URLs: such a signature never fits.
#[test]
fn a_signed_te_is_refused_and_named() {
    let (server, key) = start();
    let now = SystemTime::now();
    let date = httpdate::fmt_http_date(now);
    let headers = [("date", date.as_str()), ("te", "trailers")];
    let request = signed_by_hand(&key, &headers, &["date", "host", "te"], now);
    is_refused(
        &request.send(&server),
        "InvalidSignatureException",
        MISMATCH,
    );
    server.log_line("the header `te` is signed");
    let request = signed_by_hand(&key, &headers, &["date", "host"], now);
    assert_eq!(request.send(&server).status, 200);
}

#[test]
fn a_token_that_is_not_signed_is_refused_and_named() {
    let (server, key) = start();
    let request = Request::new("GET", "/", "localhost").sign(&key);
    let request = request.header("x-amz-security-token", "t");
    is_refused(
        &request.send(&server),
        "InvalidSignatureException",
        MISMATCH,
    );
    server.log_line("the header `x-amz-security-token` is used, but not among the signed headers");
}
