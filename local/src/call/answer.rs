//! The exchange itself: the request goes out, the answer is shown piece by piece as it comes.

use super::{
    advice,
    failure::{Failure, chain},
    options::Options,
    output::Output,
    pretty,
    request::Request,
    signature::Signer,
    transcript, transport,
};
use http::response;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::{future::Future, pin::pin, process::ExitCode, time::Duration};
use tokio::time::timeout;

/// For an answer of 400 or more, as curl has it.
const REFUSED: u8 = 22;
/// A silence of this length is worth a line.
const QUIET: Duration = Duration::from_secs(5);
/// JSON of more bytes is shown on a terminal as it comes: nobody reads that much laid out.
const MOST_LAID_OUT: usize = 1 << 20;

/// Sends the request, shows the answer, and says what is likely wrong if the URL let nobody in.
///
/// # Errors
/// [`Failure::NoAnswer`], [`Failure::BrokenOff`], and those of the output.
pub(super) async fn exchange(
    options: &Options,
    signer: Option<&Signer>,
    request: Request,
    mut output: Output,
) -> Result<ExitCode, Failure> {
    if options.verbose {
        eprint!("{}", transcript::sent(&request));
    }
    let host = request.target.host().to_owned();
    if let Some(warning) = exposure(&request, signer) {
        eprintln!("fnurl: WARNING: {warning}");
    }
    let patience = Patience {
        host: &host,
        limit: Duration::from_secs(options.timeout),
    };
    let (head, body) = patience.on(transport::send(request)).await??.into_parts();
    output.begin()?;
    if options.verbose {
        eprint!("{}", transcript::received(&head));
    }
    if options.include {
        output.write(&transcript::included(&head))?;
    }
    show(&head, body, &mut output, &patience).await?;
    if let Some(advice) = advice::on(&head, signer, &host) {
        eprintln!("{advice}");
    }
    let is_refused = head.status.is_client_error() || head.status.is_server_error();
    Ok(match options.fail_with_body && is_refused {
        true => ExitCode::from(REFUSED),
        false => ExitCode::SUCCESS,
    })
}

/// The time that a URL has for the next bytes of its response.
struct Patience<'a> {
    host: &'a str,
    limit: Duration,
}

impl Patience<'_> {
    /// Waits, and says so after a while.
    ///
    /// # Errors
    /// [`Failure::TimedOut`].
    async fn on<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let seconds = self.limit.as_secs();
        let mut work = pin!(work);
        let quiet = QUIET.min(self.limit);
        if let Ok(done) = timeout(quiet, &mut work).await {
            return Ok(done);
        }
        if quiet < self.limit {
            eprintln!(
                "fnurl: waiting for {}, {seconds} seconds at most",
                self.host
            );
        }
        timeout(self.limit - quiet, work)
            .await
            .map_err(|_| Failure::TimedOut {
                host: self.host.to_owned(),
                seconds,
            })
    }
}

/// The danger of a request that everybody on the way can read, if it has one.
fn exposure(request: &Request, signer: Option<&Signer>) -> Option<&'static str> {
    let is_readable = !request.target.is_https && !request.target.is_local();
    let has_token = signer.is_some_and(|it| it.credentials.session_token().is_some());
    (is_readable && has_token).then_some(
        "the session token goes over http:// unencrypted, and everybody on the way can read it: use https://",
    )
}

async fn show(
    head: &response::Parts,
    mut body: Incoming,
    output: &mut Output,
    patience: &Patience<'_>,
) -> Result<(), Failure> {
    let mut bytes = 0;
    // What waits for its end to be laid out; `None` once the bytes go out as they come.
    let mut waiting = (output.is_terminal() && pretty::is_json(&head.headers)).then(Vec::new);
    let mut ends_line = true;
    while let Some(frame) = patience.on(body.frame()).await? {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => {
                output.write(&waiting.unwrap_or_default())?;
                let reason = chain(&error);
                return Err(Failure::BrokenOff { bytes, reason });
            }
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        bytes += data.len() as u64;
        ends_line = data.last().map_or(ends_line, |byte| *byte == b'\n');
        match &mut waiting {
            Some(kept) if kept.len() + data.len() <= MOST_LAID_OUT => kept.extend_from_slice(&data),
            Some(kept) => {
                kept.extend_from_slice(&data);
                output.write(kept)?;
                waiting = None;
            }
            None => output.write(&data)?,
        }
    }
    if let Some(kept) = waiting {
        match pretty::laid_out(&kept, output.is_coloured()) {
            Some(text) => output.write(&text)?,
            None => output.write(&kept)?,
        }
    }
    if output.is_terminal() && !ends_line {
        output.write(b"\n")?;
    }
    Ok(())
}
