//! The accept loop against clients that do not behave, over real sockets.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::routing::{get as on_get, post as on_post};
use cart_http::BodyTooSlow;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, Semaphore, mpsc};

use crate::support::{Client, LONG, MEDIUM, SHORT, Server, get, patient, soon};

fn hello() -> Router {
    Router::new().route("/", on_get(async || "hello")).route("/echo", on_post(echo))
}

async fn echo(request: Request<Body>) -> Result<Bytes, StatusCode> {
    let body = request.into_body().collect().await.map_err(|error| {
        let slow = std::error::Error::source(&error).is_some_and(|source| source.is::<BodyTooSlow>());
        if slow { StatusCode::REQUEST_TIMEOUT } else { StatusCode::BAD_REQUEST }
    })?;
    Ok(body.to_bytes())
}

async fn drip(client: &mut Client, bytes: impl Iterator<Item = u8>) -> String {
    let (mut reader, mut writer) = client.0.split();
    let dripping = async {
        for byte in bytes {
            if writer.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(SHORT / 10).await;
        }
        std::future::pending::<()>().await;
    };
    let mut all = Vec::new();
    let reading = reader.read_to_end(&mut all);
    tokio::select! {
        _ = soon(reading) => {}
        () = dripping => {}
    }
    String::from_utf8(all).unwrap()
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let mut limits = patient();
    limits.head = SHORT;
    let server = Server::start(hello(), limits).await;
    assert_eq!(server.connect().await.until_closed().await, "");
}

#[tokio::test]
async fn half_a_head_is_closed_however_steadily_it_drips() {
    let mut limits = patient();
    limits.head = SHORT;
    let server = Server::start(hello(), limits).await;
    let endless = b"GET / HTTP/1.1\r\nX: ".iter().copied().chain(std::iter::repeat(b'x'));
    assert_eq!(drip(&mut server.connect().await, endless).await, "");
}

#[tokio::test]
async fn a_later_half_head_has_the_deadline_of_heads_not_that_of_idling() {
    let mut limits = patient();
    limits.head = MEDIUM;
    let server = Server::start(hello(), limits).await;
    let mut client = server.connect().await;
    client.send(get("/")).await;
    assert!(client.answer().await.ends_with("hello"));
    client.send("GET / HT").await;
    assert_eq!(client.until_closed().await, "");
}

#[tokio::test]
async fn half_a_head_sent_along_with_a_request_is_closed_too() {
    let mut limits = patient();
    limits.head = MEDIUM;
    let server = Server::start(hello(), limits).await;
    let mut client = server.connect().await;
    client.send(get("/") + "GET / HT").await;
    assert!(client.until_closed().await.ends_with("hello"));
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_the_idle_time() {
    let mut limits = patient();
    limits.idle = SHORT;
    let server = Server::start(hello(), limits).await;
    let mut client = server.connect().await;
    client.send(get("/")).await;
    assert!(client.until_closed().await.ends_with("hello"));
}

#[tokio::test]
async fn a_connection_idles_longer_than_a_head_may_take() {
    let mut limits = patient();
    limits.head = MEDIUM;
    let server = Server::start(hello(), limits).await;
    let mut client = server.connect().await;
    client.send(get("/")).await;
    client.answer().await;
    tokio::time::pause();
    tokio::time::advance(MEDIUM * 2).await;
    tokio::time::resume();
    client.send(get("/")).await;
    assert!(client.answer().await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_that_stops_is_answered_and_closed() {
    let mut limits = patient();
    limits.body_progress = SHORT;
    let server = Server::start(hello(), limits).await;
    let mut client = server.connect().await;
    client.send("POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 10\r\n\r\nabc").await;
    assert!(client.until_closed().await.starts_with("HTTP/1.1 408 "));
}

#[tokio::test]
async fn a_body_that_drips_is_answered_and_closed() {
    let mut limits = patient();
    limits.body_total = SHORT * 2;
    let server = Server::start(hello(), limits).await;
    let mut client = server.connect().await;
    client.send("POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\n").await;
    assert!(drip(&mut client, std::iter::repeat(b'x')).await.starts_with("HTTP/1.1 408 "));
}

/// Never ends, and tells when it is dropped.
struct Endless {
    _alive: mpsc::Sender<()>,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;
    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(&[b'x'; 8192])))))
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed() {
    let (sender, mut dropped) = mpsc::channel(1);
    let endless = async move || Body::new(Endless { _alive: sender.clone() });
    let mut limits = patient();
    limits.write_progress = SHORT;
    let server = Server::start(Router::new().route("/", on_get(endless.clone())), limits).await;
    drop(endless);
    let mut client = server.connect().await;
    client.send(get("/")).await;
    client.0.readable().await.unwrap();
    server.ask_to_stop(); // drops the router with its senders, so that only the answer keeps one
    assert_eq!(soon(dropped.recv()).await, None);
}

#[tokio::test]
async fn no_more_connections_than_allowed_are_served_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (gate, entered) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let handler = {
        let (now, most, gate, entered) = (now.clone(), most.clone(), gate.clone(), entered.clone());
        async move || {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            entered.add_permits(1);
            gate.acquire().await.unwrap().forget();
            now.fetch_sub(1, Ordering::SeqCst);
            "done"
        }
    };
    let mut limits = patient();
    limits.connections = 2;
    let server = Server::start(Router::new().route("/", on_get(handler)), limits).await;
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = server.connect().await;
        client.send("GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").await;
        clients.push(client);
    }
    soon(entered.acquire_many(2)).await.unwrap().forget();
    for _ in 2..clients.len() {
        gate.add_permits(1);
        soon(entered.acquire()).await.unwrap().forget();
    }
    gate.add_permits(2);
    for mut client in clients {
        assert!(client.until_closed().await.ends_with("done"));
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn too_many_or_too_large_headers_are_refused() {
    let mut limits = patient();
    (limits.header_count, limits.head_bytes) = (8, 1000);
    let server = Server::start(hello(), limits).await;
    let fields = |count: usize| "X: y\r\n".repeat(count);
    let large = format!("X: {}\r\n", "y".repeat(1000));
    for (extra, status) in [(fields(7), "200"), (fields(8), "431"), (large, "431")] {
        let mut client = server.connect().await;
        client.send(format!("GET / HTTP/1.1\r\nHost: shop\r\n{extra}\r\n")).await;
        assert!(client.answer().await.starts_with(&format!("HTTP/1.1 {status} ")), "{extra}");
    }
}

#[tokio::test]
async fn requests_of_ambiguous_length_are_refused_and_closed() {
    let server = Server::start(hello(), patient()).await;
    let table = include_str!("support/smuggling.txt");
    let forms: Vec<_> = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(forms.len() >= 20);
    for form in forms {
        let bytes = form.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
        let mut client = server.connect().await;
        client.send(&bytes).await;
        let answer = client.until_closed().await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{form}\n{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{form}\n{answer}");
    }
}

#[tokio::test]
async fn other_transfer_codings_than_chunked_are_not_implemented() {
    let server = Server::start(hello(), patient()).await;
    for codings in ["gzip, chunked", "gzip\r\nTransfer-Encoding: chunked", "chunked, chunked"] {
        let mut client = server.connect().await;
        client
            .send(format!("POST /echo HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: {codings}\r\n\r\n"))
            .await;
        client.send("0\r\n\r\n".to_owned() + &get("/")).await;
        let answer = client.until_closed().await;
        assert!(answer.starts_with("HTTP/1.1 501 ") && answer.contains("connection: close"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{codings}\n{answer}");
    }
}

#[tokio::test]
async fn a_refusal_comes_after_the_answers_to_earlier_requests() {
    let server = Server::start(hello(), patient()).await;
    let mut client = server.connect().await;
    client.send(get("/") + "GET / HTTP/1.1\nHost: shop\r\n\r\n").await;
    let answers = client.until_closed().await;
    assert!(answers.starts_with("HTTP/1.1 200 "), "{answers}");
    assert!(answers.contains("helloHTTP/1.1 400 "), "{answers}");
}

#[tokio::test]
async fn a_chunked_body_is_read_and_is_the_last_of_its_connection() {
    let server = Server::start(hello(), patient()).await;
    let mut client = server.connect().await;
    let chunked =
        "POST /echo HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    client.send(chunked.to_owned() + &get("/")).await;
    let answer = client.until_closed().await;
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(answer.ends_with("abc"), "{answer}");
}

#[tokio::test]
async fn many_requests_share_a_connection() {
    let server = Server::start(hello(), patient()).await;
    let mut client = server.connect().await;
    let post = "POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\n\r\n\n\r\nG".to_owned();
    client.send((post + &get("/")).repeat(50)).await;
    for _ in 0..50 {
        assert!(client.answer().await.ends_with("\n\r\nG"));
        assert!(client.answer().await.ends_with("hello"));
    }
}

#[tokio::test]
async fn handlers_learn_the_address_of_the_peer() {
    let whoami = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string();
    let server = Server::start(Router::new().route("/", on_get(whoami)), patient()).await;
    let mut client = server.connect().await;
    client.send(get("/")).await;
    assert!(client.answer().await.ends_with(&client.0.local_addr().unwrap().to_string()));
}

/// A router whose only route says that it was entered and answers when released.
fn held() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (signal, wait) = (entered.clone(), release.clone());
    let handler = async move || {
        signal.notify_one();
        wait.notified().await;
        "finished"
    };
    (Router::new().route("/", on_get(handler)), entered, release)
}

#[tokio::test]
async fn a_stopping_server_finishes_what_it_began() {
    let (router, entered, release) = held();
    let server = Server::start(router, patient()).await;
    let address = server.address;
    let (mut busy, mut silent, mut half) =
        (server.connect().await, server.connect().await, server.connect().await);
    half.send("GET / HTTP").await;
    half.send("/1.1\r\nHost: shop\r\n\r\n").await;
    soon(entered.notified()).await;
    busy.send(get("/")).await;
    soon(entered.notified()).await;

    let served = server.ask_to_stop();
    assert_eq!(silent.until_closed().await, "");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "still listening");
    release.notify_waiters();
    for client in [&mut busy, &mut half] {
        let answer = client.until_closed().await;
        assert!(answer.contains("connection: close") && answer.ends_with("finished"), "{answer}");
    }
    assert_eq!(soon(served).await.unwrap().cut, 0);
}

#[tokio::test]
async fn a_stopping_server_waits_for_no_one_without_a_request() {
    let mut limits = patient();
    limits.linger = LONG;
    let server = Server::start(hello(), limits).await;
    let (_silent, mut half) = (server.connect().await, server.connect().await);
    let (mut idle, mut again) = (server.connect().await, server.connect().await);
    half.send("GET / HTTP/1.1\r\nHost").await;
    for (client, request) in [(&mut idle, get("/")), (&mut again, get("/") + "GET / HT")] {
        client.send(request).await;
        assert!(client.answer().await.ends_with("hello"));
    }
    assert_eq!(soon(server.stop()).await.cut, 0);
    assert_eq!(half.until_closed().await, "");
}

#[tokio::test]
async fn what_outlasts_the_grace_period_is_cut_and_counted() {
    let (router, entered, _never) = held();
    let mut limits = patient();
    limits.grace = SHORT;
    let server = Server::start(router, limits).await;
    let mut client = server.connect().await;
    client.send(get("/")).await;
    soon(entered.notified()).await;
    assert_eq!(soon(server.stop()).await.cut, 1);
    assert_eq!(client.until_closed().await, "");
}

#[tokio::test]
async fn dropping_the_server_closes_its_connections() {
    let (router, entered, _never) = held();
    let server = Server::start(router, patient()).await;
    let mut client = server.connect().await;
    client.send(get("/")).await;
    soon(entered.notified()).await;
    server.abort().await;
    assert_eq!(client.until_closed().await, "");
}

#[tokio::test]
async fn a_client_that_leaves_gives_its_slot_back() {
    let mut limits = patient();
    limits.connections = 1;
    let server = Server::start(hello(), limits).await;
    for _ in 0..20 {
        let mut client = server.connect().await;
        client.send(get("/")).await;
        assert!(client.answer().await.ends_with("hello"));
    }
}
