//! One connection from its first byte to its last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower_service::Service as _;

use super::Stop;
use super::body::TimedBody;
use super::head::{HeadProgress, HeadTimer};
use super::limits::ServeLimits;
use super::stream::WatchedStream;

/// hyper accepts no smaller read buffer.
const SMALLEST_BUFFER: usize = 8192;

/// What every connection of a server is run with.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) router: Router,
    pub(super) limits: Arc<ServeLimits>,
}

impl Connection {
    /// Answers requests until the client leaves, a deadline passes or the server stops.
    pub(super) async fn run(self, stream: TcpStream, peer: SocketAddr, mut stop: watch::Receiver<Stop>) {
        let progress = Arc::new(HeadProgress::default());
        let stream = WatchedStream::new(stream, Arc::clone(&progress), self.limits.write_progress);
        let http = self.http(progress);
        let service = service_fn(|request| self.answer(request, peer));
        let mut connection = http.serve_connection(TokioIo::new(stream), service);
        let mut connected = Pin::new(&mut connection);
        let end = loop {
            tokio::select! {
                end = connected.as_mut() => break end,
                changed = stop.changed() => {
                    if changed.is_err() || drain(&stop, connected.as_mut()) {
                        return;
                    }
                }
            }
        };
        // Other errors mean that the client left or was late; nothing more will come of it.
        if end.as_ref().map_or_else(hyper::Error::is_parse, |()| true) {
            tokio::select! {
                () = linger(connection.into_parts().io.into_inner(), self.limits.linger) => {}
                _ = stop.wait_for(|stop| *stop == Stop::Cut) => {}
            }
        }
    }

    fn http(&self, progress: Arc<HeadProgress>) -> http1::Builder {
        let limits = &self.limits;
        let mut http = http1::Builder::new();
        http.timer(HeadTimer { progress, head: limits.head, idle: limits.idle })
            .header_read_timeout(limits.idle)
            .max_headers(limits.header_count)
            .max_header_size(limits.head_bytes)
            .max_buf_size(limits.head_bytes.saturating_mul(2).max(SMALLEST_BUFFER));
        http
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<Response<Body>, Infallible> {
        // Only a counted body lets us follow where the next request begins.
        let last = request.headers().contains_key(header::TRANSFER_ENCODING);
        let mut request = request.map(|body| Body::new(TimedBody::new(body, Arc::clone(&self.limits))));
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut response = self.router.clone().call(request).await?;
        if last {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }
}

/// Takes what the client is still sending, so that it can read the answer: closing a connection with unread
/// bytes resets it, and the answer is lost with it.
async fn linger(mut stream: impl AsyncRead + AsyncWrite + Unpin, limit: Duration) {
    let rest = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
    };
    let _ = tokio::time::timeout(limit, rest).await;
}

type Http1<'a, S> = Pin<&'a mut http1::Connection<TokioIo<WatchedStream<TcpStream>>, S>>;

/// Does what the server asks; returns whether to close at once.
fn drain<S>(stop: &watch::Receiver<Stop>, connection: Http1<'_, S>) -> bool
where
    S: hyper::service::HttpService<Incoming, ResBody = Body>,
    S::Error: Into<axum::BoxError>,
{
    match *stop.borrow() {
        Stop::Not => {}
        Stop::Drain => connection.graceful_shutdown(),
        Stop::Cut => return true,
    }
    false
}
