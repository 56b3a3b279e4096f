//! A proxy in front of an engine that breaks what it is told to break, over real sockets.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// None: this request passes.
    Pass,
    /// The engine never sees it; the connection is reset.
    Reset,
    /// The engine carries it out; the connection closes before the answer.
    LoseAnswer,
    /// The engine carries it out; the connection closes within the answer's body.
    CutAnswer,
    /// The engine never sees it, and nobody answers.
    Hang,
    /// The engine never sees it; the answer is a cancelled transaction, its first action for this
    /// reason and its second for none.
    Cancel(&'static str),
    /// The engine never sees it; the answer is this error of DynamoDB's.
    Answer(u16, &'static str),
}

/// The faults to come, and the requests that came: one entry for each, with its operation.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// The URL of the proxy, to be used instead of the engine's.
    pub endpoint: String,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    faults: Mutex<VecDeque<Fault>>,
    operations: Mutex<Vec<String>>,
}

impl Proxy {
    /// A proxy that does this to the first requests, one after the other, and passes the rest on.
    /// It ends with the runtime of the test.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn start(upstream: &str, faults: &[Fault]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a test can have a port");
        let address = listener.local_addr().expect("a listener has an address");
        let endpoint = format!("http://{address}");
        let shared = Arc::new(Shared {
            upstream: upstream.trim_start_matches("http://").to_owned(),
            faults: Mutex::new(faults.iter().copied().collect()),
            operations: Mutex::default(),
        });
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { endpoint, shared }
    }

    /// Does this to the next requests, and forgets what it was still to do.
    pub fn fail_with(&self, faults: &[Fault]) {
        *locked(&self.shared.faults) = faults.iter().copied().collect();
    }

    /// The operations that were asked for so far, such as `PutItem`.
    #[must_use]
    pub fn operations(&self) -> Vec<String> {
        locked(&self.shared.operations).clone()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(serve(client, Arc::clone(&shared)));
    }
}

async fn serve(mut client: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let mut upstream = TcpStream::connect(&shared.upstream).await?;
    loop {
        let request = read_message(&mut client).await?;
        locked(&shared.operations).push(operation(&request));
        let fault = locked(&shared.faults).pop_front();
        match fault {
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Reset) => return client.set_zero_linger(),
            Some(Fault::Answer(status, code)) => client.write_all(&error(status, code)).await?,
            Some(Fault::Cancel(reason)) => client.write_all(&cancellation(reason)).await?,
            fault => {
                upstream.write_all(&request).await?;
                let answer = read_message(&mut upstream).await?;
                match fault {
                    Some(Fault::LoseAnswer) => return Ok(()),
                    None | Some(Fault::Pass) => client.write_all(&answer).await?,
                    Some(_) => return client.write_all(&answer[..answer.len() - 1]).await,
                }
            }
        }
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request or answer: its head, and as much body as `Content-Length` says, or all chunks.
async fn read_message(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    let head = loop {
        message.push(stream.read_u8().await?);
        if message.ends_with(b"\r\n\r\n") {
            break String::from_utf8_lossy(&message).to_lowercase();
        }
    };
    if header(&head, "transfer-encoding") == Some("chunked") {
        // JSON has no bare line breaks, so that this is the last chunk and nothing else.
        while !message.ends_with(b"\r\n0\r\n\r\n") {
            message.push(stream.read_u8().await?);
        }
        return Ok(message);
    }
    let length = header(&head, "content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.expect("a message says its length")];
    stream.read_exact(&mut body).await?;
    message.extend(body);
    Ok(message)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let found = fields.find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim())
}

fn operation(request: &[u8]) -> String {
    let head = String::from_utf8_lossy(request);
    let target = header(&head, "x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

fn error(status: u16, code: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"arn:aws:inside"}}"#
    );
    answer(status, &body)
}

fn cancellation(reason: &str) -> Vec<u8> {
    let code = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let body = format!(
        r#"{{"__type":"{code}","message":"arn:aws:inside","CancellationReasons":[{{"Code":"{reason}","Message":"arn:aws:inside"}},{{"Code":"None"}}]}}"#
    );
    answer(400, &body)
}

fn answer(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Fault\r\nContent-Type: application/x-amz-json-1.0\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
