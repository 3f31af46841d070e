//! A served router, and clients that speak raw bytes to it.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use cart_http::serve::{ServeLimits, Served, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A deadline that is to be hit in a test.
pub(crate) const SHORT: Duration = Duration::from_millis(100);
/// A deadline that is to be hit only after an answer that a busy machine may delay.
pub(crate) const MEDIUM: Duration = Duration::from_secs(2);
/// A deadline that is not to be hit in a test.
pub(crate) const LONG: Duration = Duration::from_secs(3600);

/// Limits none of which a test hits, to shorten one at a time.
pub(crate) fn patient() -> ServeLimits {
    let mut limits = ServeLimits::default();
    (limits.head, limits.idle, limits.grace, limits.linger) = (LONG, LONG, LONG, SHORT);
    (limits.body_progress, limits.body_total, limits.write_progress) = (LONG, LONG, LONG);
    limits
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Served>,
}

impl Server {
    pub(crate) async fn start(router: Router, limits: ServeLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, router, limits, async move {
            if stopped.await.is_err() {
                std::future::pending::<()>().await; // a dropped handle does not stop the server
            }
        }));
        Self { address, stop, served }
    }

    pub(crate) async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// Asks the server to stop and waits for the end.
    pub(crate) async fn stop(self) -> Served {
        self.ask_to_stop().await.unwrap()
    }

    pub(crate) fn ask_to_stop(self) -> JoinHandle<Served> {
        self.stop.send(()).unwrap();
        self.served
    }

    /// Drops the server's future.
    pub(crate) async fn abort(self) {
        self.served.abort();
        self.served.await.unwrap_err();
    }
}

pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// All that the server sends until it closes. A reset counts as a close.
    pub(crate) async fn until_closed(&mut self) -> String {
        let mut all = Vec::new();
        soon(self.0.read_to_end(&mut all)).await.ok();
        String::from_utf8(all).unwrap()
    }

    /// The head of one answer, which has nothing else.
    pub(crate) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(soon(self.0.read_u8()).await.expect("an answer"));
        }
        String::from_utf8(head).unwrap()
    }

    /// One answer with a counted body.
    pub(crate) async fn answer(&mut self) -> String {
        let mut answer = Vec::new();
        loop {
            let byte = soon(self.0.read_u8()).await.expect("an answer");
            answer.push(byte);
            if let Some(length) = body_length(&answer) {
                let mut body = vec![0; length];
                soon(self.0.read_exact(&mut body)).await.unwrap();
                answer.extend(body);
                return String::from_utf8(answer).unwrap();
            }
        }
    }
}

/// The announced length once the head is complete.
fn body_length(answer: &[u8]) -> Option<usize> {
    let head = str::from_utf8(answer).unwrap().strip_suffix("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    Some(length.map_or(0, |length| length.parse().unwrap()))
}

/// Fails the test when something does not happen at all.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what).await.expect("it never happened")
}

pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: shop\r\n\r\n")
}
