//! Bodies that are answered unread: the connection goes on behind them, or the answer says that it ends.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{get as on_get, post as on_post};
use cart_core::testing::{CountingIds, ManualClock};
use cart_http::{Guard, StrictJson};

use crate::support::{Client, LONG, SHORT, Server, get, patient, soon};

const BODY: &str = "{\"some\": \"body of 30 bytes..\"}";

fn router() -> Router {
    let streamed = async |request: Request<Body>| request.into_body();
    let routes = Router::new()
        .route("/hello", on_get(async || "hello"))
        .route("/ignore", on_post(async || "done"))
        .route("/refuse", on_post(async || StatusCode::UNAUTHORIZED))
        .route("/json", on_post(async |StrictJson(_): StrictJson<serde_json::Value>| "read"))
        .route("/stream", on_post(streamed));
    Guard::new(Arc::new(CountingIds::default()), Arc::new(ManualClock::default())).around(routes)
}

async fn start() -> Server {
    Server::start(router(), patient()).await
}

fn head(method: &str, path: &str, length: usize, more: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: shop\r\n{more}Content-Length: {length}\r\n\r\n")
}

fn says_close(answer: &str) -> bool {
    answer.contains("\r\nconnection: close\r\n")
}

async fn assert_goes_on(client: &mut Client) {
    client.send(get("/hello")).await;
    assert!(client.answer().await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_that_comes_after_the_answer_is_skipped() {
    let server = start().await;
    let mut client = server.connect().await;
    for (method, path, status) in [
        ("POST", "/refuse", 401),
        ("POST", "/nowhere", 404),
        ("POST", "/hello", 405),
        ("POST", "/json", 415),
        ("POST", "/ignore", 200),
        ("GET", "/hello", 200),
        ("HEAD", "/nowhere", 404),
    ] {
        client.send(head(method, path, BODY.len(), "")).await;
        let answer = if method == "HEAD" { client.head().await } else { client.answer().await };
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(!says_close(&answer), "{answer}");
        client.send(BODY).await;
        assert_goes_on(&mut client).await;
    }
}

#[tokio::test]
async fn a_body_that_comes_in_pieces_or_with_the_next_request_is_skipped() {
    let server = start().await;
    let mut client = server.connect().await;
    client.send(head("POST", "/ignore", BODY.len(), "") + &BODY[..7]).await;
    assert!(client.answer().await.ends_with("done"));
    client.send(&BODY[7..20]).await;
    client.send(BODY[20..].to_owned() + &get("/hello")).await;
    assert!(client.answer().await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_that_is_too_long_to_skip_ends_the_connection_with_the_answer() {
    let mut limits = patient();
    limits.unread_bytes = 29;
    let server = Server::start(router(), limits).await;
    for (length, closes) in [(29, false), (30, true), (usize::MAX / 2, true)] {
        let mut client = server.connect().await;
        client.send(head("POST", "/ignore", length, "")).await;
        assert_eq!(says_close(&client.answer().await), closes, "{length}");
    }
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_told_that_it_will_not_be() {
    let server = start().await;
    let mut client = server.connect().await;
    client.send(head("POST", "/refuse", BODY.len(), "Expect: 100-continue\r\n")).await;
    let answer = client.until_closed().await;
    assert!(answer.starts_with("HTTP/1.1 401 ") && says_close(&answer), "{answer}");
    assert!(!answer.contains(" 100 "), "{answer}");
}

#[tokio::test]
async fn the_answer_to_a_late_body_says_that_the_connection_ends() {
    let mut limits = patient();
    limits.body_progress = SHORT;
    let server = Server::start(router(), limits).await;
    let mut client = server.connect().await;
    client.send(head("POST", "/json", 9, "Content-Type: application/json\r\n") + "{").await;
    let answer = client.answer().await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && says_close(&answer), "{answer}");
}

#[tokio::test]
async fn a_body_that_never_comes_after_its_answer_ends_the_connection() {
    let mut limits = patient();
    limits.body_progress = SHORT;
    let server = Server::start(router(), limits).await;
    let mut client = server.connect().await;
    client.send(head("POST", "/ignore", BODY.len(), "")).await;
    assert!(client.until_closed().await.ends_with("done"));
}

#[tokio::test]
async fn a_client_that_asks_to_close_is_not_kept_waiting_for_its_body() {
    let server = start().await;
    for more in ["Connection: close\r\n", "Connection: x, Close\r\n"] {
        let mut client = server.connect().await;
        client.send(head("POST", "/ignore", BODY.len(), more)).await;
        assert!(says_close(&client.until_closed().await));
    }
}

#[tokio::test]
async fn a_stopping_server_does_not_wait_for_a_body_that_was_answered() {
    let mut limits = patient();
    limits.linger = LONG;
    let server = Server::start(router(), limits).await;
    let mut client = server.connect().await;
    client.send(head("POST", "/ignore", BODY.len(), "")).await;
    client.answer().await;
    let served = server.ask_to_stop();
    assert_eq!(client.until_closed().await, "");
    drop(client);
    assert_eq!(soon(served).await.unwrap().cut, 0);
}

#[tokio::test]
async fn an_answer_may_be_made_from_the_body_as_it_comes() {
    let server = start().await;
    let mut client = server.connect().await;
    client.send(head("POST", "/stream", BODY.len(), "")).await;
    client.send(BODY).await;
    assert!(client.answer().await.ends_with(BODY));
    assert_goes_on(&mut client).await;
}
