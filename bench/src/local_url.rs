//! How many requests the local function URL answers, beside a bare proxy before the same function.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::Failure;
use crate::server::Server;
use crate::spread::Spread;

/// Connections, each with one request after the other; and instances of the function.
pub(crate) const CLIENTS: usize = 4;
/// Turns of each server, and how long each is.
const TURNS: usize = 10;
const TURN: Duration = Duration::from_millis(700);

/// Requests per second, one entry a turn.
pub(crate) struct LocalUrl {
    pub(crate) fnurl: Vec<f64>,
    pub(crate) proxy: Vec<f64>,
}

impl fmt::Display for LocalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, theirs) = (Spread::of(&self.fnurl), Spread::of(&self.proxy));
        write!(
            f,
            "`fnurl dev` answers {ours:.0} requests a second, the bare proxy {theirs:.0}: a ratio of {}",
            Spread::of_ratios(&self.fnurl, &self.proxy)
        )
    }
}

/// Puts the same load on both, in turns.
pub(crate) async fn local_url(fnurl: &Path, function: &Path) -> Result<LocalUrl, Failure> {
    let data = tempfile::tempdir()?;
    let dev = Server::local_url(fnurl, function, data.path(), CLIENTS).await?;
    let mut proxy = Command::new(std::env::current_exe()?);
    proxy.args(["proxy", "--function"]).arg(function);
    let proxy = Server::start(proxy).await?;
    let (mut of_dev, mut of_proxy) = (Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        let rates = (rate(&dev).await?, rate(&proxy).await?);
        // In the first turn, instances start.
        if turn > 0 {
            of_dev.push(rates.0);
            of_proxy.push(rates.1);
        }
    }
    Ok(LocalUrl {
        fnurl: of_dev,
        proxy: of_proxy,
    })
}

/// Requests per second.
async fn rate(server: &Server) -> Result<f64, Failure> {
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(client(server.address().to_owned(), start + TURN));
    }
    let mut answers = 0;
    while let Some(answered) = clients.join_next().await {
        answers += answered??;
    }
    Ok(f64::from(answers) / start.elapsed().as_secs_f64())
}

/// Asks one thing after the other until `end`, and says how often it was answered.
async fn client(address: String, end: Instant) -> Result<u32, Failure> {
    let stream = TcpStream::connect(&address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut answers = 0;
    while Instant::now() < end {
        let request = Request::get("/health")
            .header("host", &address)
            .header("user-agent", "bench")
            .body(Empty::<Bytes>::new())?;
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status != StatusCode::OK || body != br#"{"status":"pass"}"#[..] {
            return Err(format!("{address} answers {status} {body:?}").into());
        }
        answers += 1;
    }
    Ok(answers)
}
