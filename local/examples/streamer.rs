//! A Lambda function that streams what the tests of `fnurl dev` ask for, chosen by the path. It
//! speaks the Runtime API by hand, since no library writes what is wrong on purpose.

use std::{
    io::{BufRead, BufReader, Read, Result, Write},
    net::TcpStream,
};

const PRELUDE: &str =
    "{\"statusCode\":201,\"headers\":{\"x-tag\":\"one\"},\"cookies\":[\"a=1\",\"b=2\"]}";
const SEPARATOR: &str = "\0\0\0\0\0\0\0\0";

fn main() -> Result<()> {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap_or_default();
    let mut runtime = Runtime(BufReader::new(TcpStream::connect(api)?));
    loop {
        runtime
            .write("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: runtime\r\n\r\n")?;
        let (id, event) = runtime.read()?;
        answer(&mut runtime, &id, &event)?;
        runtime.read()?;
    }
}

fn answer(runtime: &mut Runtime, id: &str, event: &str) -> Result<()> {
    let text = |name: &str| {
        let (_, rest) = event.split_once(&format!("\"{name}\":\""))?;
        rest.split('"').next()
    };
    let path = text("rawPath").unwrap_or_default();
    match path {
        "/buffered" => return runtime.buffered(id, "{\"statusCode\": 418}"),
        "/no-prelude" => runtime.begin(id, "application/octet-stream")?,
        "/typed" => runtime.begin(id, "text/csv")?,
        _ => runtime.begin(id, "application/vnd.awslambda.http-integration-response")?,
    }
    match path {
        "/no-prelude" | "/typed" => {}
        "/bad-prelude" => runtime.chunk("{\"statusCode\":")?,
        "/no-content" => runtime.chunk(&format!("{{\"statusCode\":204}}{SEPARATOR}"))?,
        "/split-prelude" => {
            for part in [
                &PRELUDE[..9],
                &PRELUDE[9..],
                "\0\0\0",
                "\0\0\0\0\0one",
                "\n",
            ] {
                runtime.chunk(part)?;
            }
        }
        _ => runtime.chunk(&format!("{PRELUDE}{SEPARATOR}"))?,
    }
    if !matches!(
        path,
        "/bad-prelude" | "/no-content" | "/empty" | "/split-prelude"
    ) {
        runtime.chunk("one\n")?;
    }
    match path {
        "/gate" => {
            let port = text("port").unwrap_or_default();
            let mut gate = TcpStream::connect(format!("127.0.0.1:{port}"))?;
            gate.write_all(b"!")?;
            let _ = gate.read(&mut [0]);
            runtime.chunk("two\n")?;
        }
        "/error" => return runtime.write("0\r\nlambda-runtime-function-error-type: Function.Broken\r\nlambda-runtime-function-error-body: e30=\r\n\r\n"),
        "/abort" => std::process::abort(),
        "/hang" => loop {
            std::thread::park();
        },
        "/large" => {
            for _ in 0..7 {
                runtime.chunk(&"x".repeat(1024 * 1024))?;
            }
        }
        _ => {}
    }
    runtime.write("0\r\n\r\n")
}

struct Runtime(BufReader<TcpStream>);

impl Runtime {
    fn begin(&mut self, id: &str, media_type: &str) -> Result<()> {
        self.write(&format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: runtime\r\n\
             lambda-runtime-function-response-mode: streaming\r\ntransfer-encoding: chunked\r\n\
             content-type: {media_type}\r\n\
             trailer: lambda-runtime-function-error-type, lambda-runtime-function-error-body\r\n\r\n"
        ))
    }

    fn buffered(&mut self, id: &str, result: &str) -> Result<()> {
        let length = result.len();
        self.write(&format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: runtime\r\n\
             content-length: {length}\r\n\r\n{result}"
        ))
    }

    fn chunk(&mut self, text: &str) -> Result<()> {
        self.write(&format!("{:x}\r\n{text}\r\n", text.len()))
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.0.get_mut().write_all(text.as_bytes())?;
        self.0.get_mut().flush()
    }

    /// Gives the request id, if the answer has one, and the body.
    fn read(&mut self) -> Result<(String, String)> {
        let (mut id, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                std::process::exit(0);
            }
            match line.trim_end().split_once(": ") {
                Some(("content-length", value)) => length = value.parse().unwrap_or_default(),
                Some(("lambda-runtime-aws-request-id", value)) => value.clone_into(&mut id),
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((id, String::from_utf8_lossy(&body).into_owned()))
    }
}
