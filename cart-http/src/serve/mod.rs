//! An accept loop in which no connection can stay for ever.
//!
//! A server that waits without a deadline lends its memory and its file descriptors to whoever stays silent.
//! [`serve`] speaks HTTP/1.1 and closes every connection that makes no progress, within the times of
//! [`ServeLimits`]. It refuses requests whose length is ambiguous (see [RFC 9112, section 11.2][smuggling])
//! with 400 and closes the connection: both lengths at once, a repeated `Content-Length`, lines that end in a
//! bare line feed. So it does with a request that does not name exactly one `Host`, and, answering 501, with a
//! transfer coding that is not `chunked`. A connection that sent a chunked body is closed after its answer. A
//! counted body that the handler did not read is taken before the next request, or the answer says that the
//! connection ends.
//!
//! [smuggling]: https://www.rfc-editor.org/rfc/rfc9112#section-11.2

mod accept;
mod body;
mod connection;
mod demand;
mod framing;
mod head;
mod limits;
mod rest;
mod stream;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

pub use limits::ServeLimits;

use connection::Connection;

use crate::stopping::Stop;

/// What a server was doing when it stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// Connections that were still busy when the grace period ended, and were closed hard.
    pub cut: usize,
}

/// Serves `router` on `listener` until `shutdown` completes, then lets requests in progress finish.
///
/// With [`ServeLimits::connections`] open, no further one is accepted until one closes; newcomers wait in
/// the listener's backlog. (Answering them 503 would cost the file descriptor and the work that the cap is
/// there to save.) Errors of accept, such as too many open files, pause accepting for a moment and never end
/// it.
///
/// After `shutdown` the listener is closed, connections without a complete head end at once, the others after the
/// answer they are working on, of which [live updates](crate::live) end by themselves; what is still open after [`ServeLimits::grace`] is closed hard and counted in
/// [`Served::cut`]. Dropping the future closes everything hard.
///
/// Each request carries [`ConnectInfo`](axum::extract::ConnectInfo) with the peer's address.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    shutdown: impl Future<Output = ()> + Send,
) -> Served {
    let all = limits.connections.max(1);
    let server = Server {
        slots: Arc::new(Semaphore::new(usize::try_from(all).unwrap_or(Semaphore::MAX_PERMITS))),
        stop: watch::Sender::new(Stop::Not),
        connection: Connection { router, limits: Arc::new(limits) },
    };
    server.accept_until(listener, shutdown).await;
    Served { cut: server.drain(all).await }
}

#[derive(Debug)]
struct Server {
    slots: Arc<Semaphore>,
    stop: watch::Sender<Stop>,
    connection: Connection,
}

impl Server {
    async fn accept_until(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                () = self.accept_one(&listener) => {}
            }
        }
    }

    async fn accept_one(&self, listener: &TcpListener) {
        // The semaphore is never closed, so a refusal cannot happen; it would only mean to try again.
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
        let (stream, peer) = accept::next(listener).await;
        let connection = self.connection.clone();
        let stop = self.stop.subscribe();
        tokio::spawn(async move {
            let _slot: OwnedSemaphorePermit = slot;
            connection.run(stream, peer, stop).await;
        });
    }

    /// Waits for every connection to end; returns how many had to be cut.
    async fn drain(self, all: u32) -> usize {
        self.stop.send_replace(Stop::Drain);
        let drained = self.slots.acquire_many(all);
        if tokio::time::timeout(self.connection.limits.grace, drained).await.is_ok() {
            return 0;
        }
        let busy = usize::try_from(all).unwrap_or(usize::MAX).saturating_sub(self.slots.available_permits());
        self.stop.send_replace(Stop::Cut);
        let _ = self.slots.acquire_many(all).await;
        busy
    }
}
