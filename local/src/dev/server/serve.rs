//! The accept loop of every port that lasts as long as `fnurl dev`.

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::net::{TcpListener, TcpStream};

/// The two ends of a connection.
#[derive(Debug, Clone, Copy)]
pub(in crate::dev) struct Ends {
    pub(in crate::dev) peer: IpAddr,
    pub(in crate::dev) local: SocketAddr,
}

/// Accepts connections until it is dropped, and serves each in a task of its own.
pub(in crate::dev) async fn serve<F>(
    listener: TcpListener,
    serve_connection: impl Fn(TcpStream, Ends) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let accepted = listener.accept().await;
        let Ok((stream, peer)) = accepted else {
            // Most likely out of file descriptors: wait for some to be given back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        if let Ok(local) = stream.local_addr() {
            let peer = peer.ip().to_canonical();
            tokio::spawn(serve_connection(stream, Ends { peer, local }));
        }
    }
}
