//! The accept loop of every port that lasts as long as `fnurl dev`.

use crate::dev::limits::CONNECTIONS;
use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

/// The two ends of a connection.
#[derive(Debug, Clone, Copy)]
pub(in crate::dev) struct Ends {
    pub(in crate::dev) peer: IpAddr,
    pub(in crate::dev) local: SocketAddr,
}

/// Accepts connections until it is dropped, and serves each in a task of its own. While there are
/// [`CONNECTIONS`], further ones wait in the system's queue.
pub(in crate::dev) async fn serve<F>(
    listener: TcpListener,
    serve_connection: impl Fn(TcpStream, Ends) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // It is never closed.
        let seat = Arc::clone(&seats).acquire_owned().await;
        let accepted = listener.accept().await;
        let Ok((stream, peer)) = accepted else {
            // Most likely out of file descriptors: wait for some to be given back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        if let Ok(local) = stream.local_addr() {
            let peer = peer.ip().to_canonical();
            let serving = serve_connection(stream, Ends { peer, local });
            tokio::spawn(async move {
                serving.await;
                drop(seat);
            });
        }
    }
}
