//! What `fnurl dev` says on its standard output once it listens.

use super::dynamodb::Embedded;
use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};

/// Writes the greeting and flushes it, so that a program that waits for the first line gets it.
///
/// The first line's form is fixed: tests and scripts read the URL from it.
pub(super) fn greet(address: SocketAddr, function: &Path, tables: &str) {
    let url = format!("http://{}", reachable(address));
    let examples = examples(&url);
    let function = function.display();
    let text = format!(
        "fnurl: listening on http://{address}\n  function  {function}\n  tables    {tables}\n\n{examples}\n"
    );
    // A closed standard output is no reason not to serve.
    let mut stdout = std::io::stdout();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// The place of embedded tables: their file, and where they can be asked.
pub(super) fn place(embedded: &Embedded) -> String {
    format!("{} (http://{})", embedded.file.display(), embedded.address)
}

/// Commands to paste for the application of this workspace.
fn examples(url: &str) -> String {
    format!(
        "Try it:\n  curl -s {url}/health\n  \
         curl -s {url}/items -H 'content-type: application/json' -d '{{\"name\":\"Desk lamp\"}}'\n  \
         curl -s '{url}/items?limit=2'\n"
    )
}

/// An address that a client on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
