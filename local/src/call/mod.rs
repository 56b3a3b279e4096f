//! `fnurl call`: a client for function URLs that signs what it sends.

mod body;
mod credentials;
mod failure;
mod header;
mod options;
mod output;
mod request;
mod signature;
mod target;
mod transport;

pub(crate) use options::Options;

use failure::{Failure, chain};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use output::Output;
use request::Request;
use signature::Signer;
use std::{io, process::ExitCode, time::SystemTime};

/// For an answer of 400 or more, as curl has it.
const REFUSED: u8 = 22;

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
    if !options.no_sign {
        let found = credentials::find(options, &request.target).await?;
        let signer = Signer {
            credentials: found.credentials,
            region: found.region,
            at: SystemTime::now(),
        };
        signer.sign(&mut request)?;
    }
    let output = Output::open(options.output.as_deref())?;
    let answer = transport::send(request).await?;
    let status = answer.status();
    show(options, answer, output).await?;
    let is_refused = status.is_client_error() || status.is_server_error();
    Ok(match options.fail_with_body && is_refused {
        true => ExitCode::from(REFUSED),
        false => ExitCode::SUCCESS,
    })
}

async fn show(
    options: &Options,
    answer: http::Response<Incoming>,
    mut output: Output,
) -> Result<(), Failure> {
    output.begin()?;
    let (head, mut body) = answer.into_parts();
    if options.include {
        let mut text = format!("{:?} {}\n", head.version, head.status).into_bytes();
        for (name, value) in &head.headers {
            text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"].concat());
        }
        text.push(b'\n');
        output.write(&text)?;
    }
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::BrokenOff {
            bytes,
            reason: chain(&error),
        })?;
        if let Ok(data) = frame.into_data() {
            output.write(&data)?;
            bytes += data.len() as u64;
        }
    }
    Ok(())
}
