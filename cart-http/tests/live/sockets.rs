//! Streams over real connections.

use std::time::Duration;

use cart_core::command::Command;
use cart_core::id::CartId;
use cart_core::testing::samples::note;
use cart_http::serve::{ServeLimits, Served, serve};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::{Host, ann};

struct Server {
    host: Host,
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Served>,
}

impl Server {
    async fn start(host: Host, limits: ServeLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served =
            tokio::spawn(serve(listener, host.router(), limits, async move { stopped.await.unwrap() }));
        Self { host, address, stop, served }
    }

    async fn connect(&self, cart: CartId, more: &str) -> Client {
        Client::ask(TcpStream::connect(self.address).await.unwrap(), cart, more).await
    }
}

impl Host {
    /// Gives a cart a long note, another each time.
    async fn note(&self, cart: CartId, n: u64) {
        let text = note(&format!("{n:0>500}"));
        self.execute(ann(), cart, Command::SetNote { note: Some(text) }).await;
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    async fn ask(mut stream: TcpStream, cart: CartId, more: &str) -> Self {
        let head = format!("GET /carts/{cart} HTTP/1.1\r\nHost: shop\r\nX-User: ann\r\n{more}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        Self(BufReader::new(stream))
    }

    /// The next line that begins so; none when the connection ends.
    async fn line(&mut self, start: &str) -> Option<String> {
        let mut line = String::new();
        loop {
            line.clear();
            let read = tokio::time::timeout(Duration::from_secs(30), self.0.read_line(&mut line));
            match read.await.expect("it never happened") {
                Ok(0) | Err(_) => return None,
                Ok(_) if line.starts_with(start) => return Some(line.trim().to_owned()),
                Ok(_) => {}
            }
        }
    }

    async fn id(&mut self) -> Option<u64> {
        self.line("id:").await.map(|line| line["id:".len()..].trim().parse().unwrap())
    }
}

#[tokio::test]
async fn a_connection_goes_on_where_the_one_before_ended() {
    let server = Server::start(Host::new(), ServeLimits::default()).await;
    let cart = server.host.cart().await;
    let mut client = server.connect(cart, "").await;
    assert_eq!(client.id().await, Some(2));
    server.host.add(cart).await;
    assert_eq!(client.id().await, Some(3));
    drop(client);
    for _ in 0..500 {
        server.host.add(cart).await;
    }
    let mut client = server.connect(cart, "Last-Event-ID: 3\r\n").await;
    for version in 3..=503 {
        assert_eq!(client.id().await, Some(version));
    }
}

#[tokio::test]
async fn a_healthy_stream_outlives_the_deadlines_of_the_server() {
    let mut limits = ServeLimits::default();
    let short = Duration::from_millis(50);
    (limits.idle, limits.body_progress, limits.body_total, limits.write_progress) =
        (short, short, short, short);
    limits.head = Duration::from_secs(1);
    let host = Host::limited(|limits| limits.heartbeat = Duration::from_millis(400));
    let server = Server::start(host, limits).await;
    let cart = server.host.cart().await;
    let mut client = server.connect(cart, "").await;
    assert_eq!(client.id().await, Some(2));
    for _ in 0..5 {
        assert!(client.line(":").await.is_some(), "the stream was cut");
    }
    server.host.add(cart).await;
    assert_eq!(client.id().await, Some(3));
}

#[tokio::test]
async fn a_stuck_reader_is_cut_and_does_not_slow_another() {
    let mut limits = ServeLimits::default();
    limits.write_progress = Duration::from_millis(200);
    let server = Server::start(Host::new(), limits).await;
    let cart = server.host.cart().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(1024).unwrap();
    let stuck = Client::ask(socket.connect(server.address).await.unwrap(), cart, "").await;
    let mut healthy = server.connect(cart, "").await;
    assert_eq!(healthy.id().await, Some(2));
    while server.host.hub.streams() < 2 {
        tokio::task::yield_now().await;
    }
    let mut version = 2;
    // Until the system keeps no more for a reader that does not read, and the server gives it up.
    while server.host.hub.streams() == 2 {
        server.host.note(cart, version).await;
        version += 1;
        assert_eq!(healthy.id().await, Some(version));
        assert!(version < 200_000, "the stuck reader is kept for ever");
    }
    server.host.add(cart).await;
    assert_eq!(healthy.id().await, Some(version + 1));
    drop(stuck);
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams() {
    let mut limits = ServeLimits::default();
    limits.grace = Duration::from_secs(3600);
    let Server { host, address, stop, served } = Server::start(Host::new(), limits).await;
    let cart = host.cart().await;
    let mut client = Client::ask(TcpStream::connect(address).await.unwrap(), cart, "").await;
    assert_eq!(client.id().await, Some(2));
    stop.send(()).unwrap();
    assert!(client.line("data: {\"reason\":\"shutting_down\"}").await.is_some());
    assert_eq!(client.line("data").await, None);
    assert_eq!(served.await.unwrap().cut, 0);
    assert_eq!((host.hub.streams(), host.hub.carts()), (0, 0));
}
