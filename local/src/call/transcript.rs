//! What `--verbose` says on the standard error, in curl's form, and `--include` before the body.

use super::{request::Request, secrets};
use http::response;

/// The request that is about to be sent, secrets hidden.
pub(super) fn sent(request: &Request) -> String {
    let mut text = format!("> {} {} HTTP/1.1\n", request.method, shown_target(request));
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = secrets::shown(name.as_str(), &value);
        text.push_str(&format!("> {name}: {value}\n"));
    }
    text + ">\n"
}

/// The head of the answer.
pub(super) fn received(head: &response::Parts) -> String {
    let head = String::from_utf8_lossy(&included(head)).into_owned();
    let lines = head.lines().map(|line| match line {
        "" => "<\n".to_owned(),
        line => format!("< {line}\n"),
    });
    lines.collect()
}

/// The head of the answer, with the empty line after it.
pub(super) fn included(head: &response::Parts) -> Vec<u8> {
    let mut text = format!("{:?} {}\n", head.version, head.status).into_bytes();
    for (name, value) in &head.headers {
        text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"].concat());
    }
    text.push(b'\n');
    text
}

fn shown_target(request: &Request) -> String {
    let target = &request.target.path_and_query;
    match target.split_once('?') {
        Some((path, query)) => format!("{path}?{}", secrets::shown_query(query)),
        None => target.clone(),
    }
}

/// What `--dry-run` shows of a request, before what its signature covers.
pub(super) fn unsent(request: &Request) -> String {
    let scheme = if request.target.is_https {
        "https"
    } else {
        "http"
    };
    let (method, host) = (&request.method, request.target.host());
    format!("{method} {scheme}://{host}{}\n", shown_target(request))
}
