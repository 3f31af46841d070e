//! One connection from its first byte to its last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, Request, Response, Version, header};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{oneshot, watch};
use tower_service::Service as _;

use super::body::TimedBody;
use super::demand;
use super::head::{HeadProgress, HeadTimer};
use super::limits::ServeLimits;
use super::rest::{Left, Rest, lend};
use super::stream::WatchedStream;
use crate::stopping::{Stop, Stopping};

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
        let http = self.http(Arc::clone(&progress));
        let stopping = stop.clone();
        let service = service_fn(|request| {
            progress.set_answering();
            self.answer(request, peer, &stopping)
        });
        let mut connection = http.serve_connection(TokioIo::new(stream), service);
        let mut connected = Pin::new(&mut connection);
        let end = loop {
            tokio::select! {
                biased; // what has been received counts as in progress
                end = connected.as_mut() => break end,
                changed = stop.changed() => {
                    if changed.is_err() || drain(&stop, &progress, connected.as_mut()) {
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
        stop: &watch::Receiver<Stop>,
    ) -> Result<Response<Body>, Infallible> {
        if let Some(status) = demand::refusal(&request) {
            return Ok(closing(status.into_response()));
        }
        let may_stay = may_stay(&request);
        // Who waits to be asked for a body need not send one that is not asked for (RFC 9110, section 10.1.1).
        let most = if request.headers().contains_key(header::EXPECT) { 0 } else { self.limits.unread_bytes };
        let (head, body) = request.into_parts();
        let (body, rest) = lend(TimedBody::new(body, Arc::clone(&self.limits)));
        let mut request = Request::from_parts(head, Body::new(body));
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(Stopping(Some(stop.clone())));
        let response = self.router.clone().call(request).await?;
        Ok(if may_stay && take_rest(rest, most, stop.clone()) { response } else { closing(response) })
    }
}

/// The answer as the last of its connection.
fn closing(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Takes what the handler left of the body, at most so many bytes; returns whether the connection can go on.
fn take_rest(mut rest: oneshot::Receiver<Rest>, most: u64, mut stop: watch::Receiver<Stop>) -> bool {
    let left = match rest.try_recv() {
        Err(TryRecvError::Closed) => return true,
        Ok(Rest::Broken) => return false,
        Ok(Rest::Unread(body)) if body.size_hint().lower() > most => return false,
        Ok(Rest::Unread(body)) => Left::Here(body),
        Err(TryRecvError::Empty) => Left::Lent(rest), // the answer is still made from it
    };
    tokio::spawn(async move {
        tokio::select! {
            () = left.discard() => {}
            _ = stop.wait_for(|stop| *stop != Stop::Not) => {}
        }
    });
    true
}

/// Whether another request may follow on the connection.
fn may_stay(request: &Request<Incoming>) -> bool {
    let headers = request.headers();
    // Only a counted body lets us follow where the next request begins.
    let counted = !headers.contains_key(header::TRANSFER_ENCODING);
    counted && request.version() == Version::HTTP_11 && !asks_to_close(headers)
}

fn asks_to_close(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONNECTION).iter();
    let mut options = values.flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"))
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
fn drain<S>(stop: &watch::Receiver<Stop>, progress: &HeadProgress, connection: Http1<'_, S>) -> bool
where
    S: hyper::service::HttpService<Incoming, ResBody = Body>,
    S::Error: Into<axum::BoxError>,
{
    match *stop.borrow() {
        Stop::Not => {}
        Stop::Drain if progress.is_idle() => return true,
        Stop::Drain => connection.graceful_shutdown(),
        Stop::Cut => return true,
    }
    false
}
