//! Accepting that survives its errors.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

/// Long enough not to spin when the process is out of file descriptors, short enough not to be noticed when
/// one is free again.
const PAUSE: Duration = Duration::from_millis(100);

/// Where connections come from.
pub(super) trait Accept {
    type Stream;
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;
}

impl Accept for TcpListener {
    type Stream = TcpStream;
    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = Self::accept(self).await?;
        // Answers are written whole, so waiting to fill a packet only adds latency.
        stream.set_nodelay(true)?;
        Ok((stream, peer))
    }
}

/// The next connection, after however many errors.
pub(super) async fn next<A: Accept>(source: &A) -> (A::Stream, SocketAddr) {
    loop {
        match source.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_peer(&error) => {}
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Whether only the connection that was being accepted failed, so that the next one may be tried at once.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::NotConnected
            | io::ErrorKind::InvalidInput // setting an option on a connection that is already gone, on BSDs
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;

    struct Scripted(Mutex<Vec<io::Error>>);

    impl Accept for Scripted {
        type Stream = ();
        async fn accept(&self) -> io::Result<((), SocketAddr)> {
            let error = self.0.lock().unwrap().pop();
            error.map_or_else(|| Ok(((), SocketAddr::from(([127, 0, 0, 1], 1)))), Err)
        }
    }

    const EMFILE: i32 = 24;

    #[tokio::test(start_paused = true)]
    async fn running_out_of_files_pauses_and_goes_on() {
        let errors = (0..5).map(|_| io::Error::from_raw_os_error(EMFILE)).collect();
        let start = Instant::now();
        next(&Scripted(Mutex::new(errors))).await;
        assert!(start.elapsed() >= PAUSE * 5, "it spun");
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_left_costs_no_pause() {
        let errors = vec![io::ErrorKind::ConnectionAborted.into(), io::ErrorKind::ConnectionReset.into()];
        let start = Instant::now();
        next(&Scripted(Mutex::new(errors))).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
