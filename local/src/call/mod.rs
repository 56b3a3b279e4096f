//! `fnurl call`: a client for function URLs that signs what it sends.

mod advice;
mod answer;
mod body;
mod credentials;
mod explanation;
mod failure;
mod header;
mod options;
mod output;
mod pretty;
mod request;
mod secrets;
mod signature;
mod target;
mod transcript;
mod transport;

pub(crate) use options::Options;

use explanation::Explanation;
use failure::Failure;
use http::{Method, header::HOST};
use output::Output;
use request::Request;
use signature::Signer;
use std::{io, process::ExitCode, time::SystemTime};

/// Calls once, and says on the standard error why there is no answer.
pub(crate) fn main(options: &Options) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(call(options)),
        Err(error) => Err(Failure::Runtime(error)),
    };
    match outcome {
        Ok(code) => code,
        // Whoever read the answer has read enough.
        Err(Failure::StandardOutput(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("fnurl: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn call(options: &Options) -> Result<ExitCode, Failure> {
    let mut request = Request::new(options)?;
    let signer = match options.no_sign {
        true => None,
        false => Some(credentials::find(options, &request.target).await?),
    };
    if let Some(signer) = &signer {
        match options.presign {
            Some(seconds) => signer.presign(&mut request, seconds)?,
            None => signer.sign(&mut request)?,
        }
    }
    let mut output = Output::open(options.output.as_deref())?;
    if options.dry_run {
        let explanation = signer.map(|signer| Explanation::new(&signer, &request));
        let explanation = explanation.transpose()?;
        let explanation = explanation.map_or_else(String::new, |text| format!("\n{text}"));
        let text = format!("{}{explanation}", transcript::unsent(&request));
        output.begin()?;
        output.write(text.as_bytes())?;
    } else if let Some(seconds) = options.presign {
        say_what_goes_with(&request, signer.as_ref(), seconds);
        output.begin()?;
        output.write(format!("{}\n", request.target.url()).as_bytes())?;
    } else {
        return answer::exchange(options, signer.as_ref(), request, output).await;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a presigned URL does not say of itself.
fn say_what_goes_with(request: &Request, signer: Option<&Signer>, seconds: u32) {
    let headers = request.headers.iter().filter(|(name, _)| **name != HOST);
    let names: Vec<_> = headers.map(|(name, _)| name.as_str()).collect();
    if request.method != Method::GET || !names.is_empty() || !request.body.is_empty() {
        let headers = match names.is_empty() {
            true => String::new(),
            false => format!(" and the headers {} as they were given", names.join(", ")),
        };
        eprintln!(
            "fnurl: the URL is for {} with exactly this body ({} bytes){headers}",
            request.method,
            request.body.len()
        );
    }
    let expiry = signer.and_then(|signer| signer.credentials.expiry());
    let lasting = expiry.and_then(|expiry| expiry.duration_since(SystemTime::now()).ok());
    if let Some(lasting) = lasting.filter(|lasting| lasting.as_secs() + 1 < seconds.into()) {
        let lasting = lasting.as_secs();
        eprintln!(
            "fnurl: the credentials expire in {lasting} seconds, and the URL with them: pass a longer `--duration`"
        );
    }
}
