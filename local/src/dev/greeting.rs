//! What `fnurl dev` says on its standard output once it listens.

use super::{data::dynamodb::Embedded, iam::PROFILE, options::Auth};
use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};

/// What is worth saying.
#[derive(Debug)]
pub(super) struct Greeting<'a> {
    pub(super) address: SocketAddr,
    pub(super) control: SocketAddr,
    pub(super) function: &'a Path,
    pub(super) tables: &'a str,
    pub(super) auth: Auth,
    pub(super) credentials: &'a Path,
    pub(super) region: &'a str,
}

impl Greeting<'_> {
    /// Writes the greeting and flushes it, so that a program that waits for the first line gets
    /// it.
    ///
    /// The first line's form is fixed: tests and scripts read the URL from it.
    pub(super) fn say(&self) {
        let Self {
            address,
            control,
            function,
            tables,
            ..
        } = self;
        let text = format!(
            "fnurl: listening on http://{address}\n  function  {}\n  tables    {tables}\n{}  \
             control   http://{control} (STS, Invoke API)\n{}\n{}\n",
            function.display(),
            self.keys(),
            self.exposure(),
            self.examples()
        );
        // A closed standard output is no reason not to serve.
        let mut stdout = std::io::stdout();
        let _ = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
    }

    fn keys(&self) -> String {
        match self.auth {
            Auth::None => String::new(),
            Auth::Iam => format!("  keys      {}\n", self.credentials.display()),
        }
    }

    /// Listening on more than this machine is said, with what it means.
    fn exposure(&self) -> String {
        if self.address.ip().is_loopback() {
            return String::new();
        }
        let who = match self.auth {
            Auth::None => "anybody who reaches this machine can call the function",
            Auth::Iam => "anybody who reaches this machine can try to, unencrypted",
        };
        format!("  WARNING   this is not a loopback address: {who}\n")
    }

    /// Commands to paste for the application of this workspace.
    fn examples(&self) -> String {
        let url = format!("http://{}", reachable(self.address));
        let sign = match self.auth {
            Auth::None => String::new(),
            Auth::Iam => self.signing(),
        };
        format!(
            "Try it:\n{}  curl -s{sign} {url}/health\n  \
             curl -s{sign} {url}/items -H 'content-type: application/json' -d '{{\"name\":\"Desk lamp\"}}'\n  \
             curl -s{sign} '{url}/items?limit=2'\n",
            self.key_of_shell()
        )
    }

    /// The key is read from its file, so that it stands neither here nor in the shell's history.
    fn key_of_shell(&self) -> String {
        match self.auth {
            Auth::None => String::new(),
            Auth::Iam => format!(
                "  KEY=$(awk -F ' *= *' '/^\\[/ {{f = /^\\[{PROFILE}\\]/}} f && /^aws_access_key_id/ {{k = $2}} f && /^aws_secret_access_key/ {{s = $2}} END {{print k \":\" s}}' {})\n",
                self.credentials.display()
            ),
        }
    }

    fn signing(&self) -> String {
        format!(
            " --aws-sigv4 aws:amz:{}:lambda --user \"$KEY\"",
            self.region
        )
    }
}

/// The place of embedded tables: their file, where they can be asked, and the key for it.
pub(super) fn place(embedded: &Embedded) -> String {
    format!(
        "{} (http://{}, profile fnurl-tables in {})",
        embedded.file.display(),
        embedded.address,
        embedded.key.file.display()
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
