//! What surrounds the routers, over real sockets.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::{get as on_get, post as on_post};
use cart_core::id::UserId;
use cart_core::testing::{CountingIds, ManualClock};
use cart_http::serve::ServeLimits;
use cart_http::{Authenticated, Authenticator, Guard, JwtAuthenticator, JwtSecret, StrictJson};
use serde_json::Value;

use crate::support::{LONG, SHORT, Server, get, patient};

#[derive(Clone)]
struct Host(Arc<JwtAuthenticator>);

impl FromRef<Host> for Arc<dyn Authenticator> {
    fn from_ref(host: &Host) -> Self {
        host.0.clone()
    }
}

fn authenticator() -> Arc<JwtAuthenticator> {
    Arc::new(JwtAuthenticator::new(JwtSecret::new([1; 32]).unwrap(), Arc::new(ManualClock::default())))
}

#[expect(clippy::panic, reason = "what this route is for")]
async fn panics() -> &'static str {
    panic!("a secret of the handler")
}

#[derive(serde::Deserialize)]
struct Count {
    units: u32,
}

fn router() -> Router {
    let whoami = async |Authenticated(actor): Authenticated| format!("{:?}", actor.to_ref());
    let cached = async || ([(header::CACHE_CONTROL, HeaderValue::from_static("max-age=60"))], "public");
    Router::new()
        .route("/hello", on_get(async || "hello"))
        .route("/panic", on_get(panics))
        .route("/stuck", on_get(std::future::pending::<()>).post(std::future::pending::<()>))
        .route("/cached", on_get(cached))
        .route("/json", on_post(async |StrictJson(value): StrictJson<Value>| axum::Json(value)))
        .route("/count", on_post(async |StrictJson(count): StrictJson<Count>| count.units.to_string()))
        .route("/whoami", on_get(whoami))
        .with_state(Host(authenticator()))
}

async fn start() -> Server {
    start_with(patient()).await
}

async fn start_with(limits: ServeLimits) -> Server {
    let guard =
        Guard::new(Arc::new(CountingIds::default()), Arc::new(ManualClock::default())).body_limit(100);
    Server::start(guard.around(router()), limits).await
}

async fn ask(request: &str) -> String {
    let mut client = start().await.connect().await;
    client.send(request).await;
    client.answer().await
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: shop\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn post_json(path: &str, body: &str) -> String {
    post(path, "Content-Type: application/json\r\n", body)
}

/// Checks that the answer is a problem document with this status and code, and returns it.
fn problem(answer: &str, status: u16, code: &str) -> Value {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(head.contains("\r\ncontent-type: application/problem+json\r\n"), "{answer}");
    let document: Value = serde_json::from_str(body).unwrap();
    assert_eq!((document["status"].as_u64(), document["code"].as_str()), (Some(status.into()), Some(code)));
    let id = document["request_id"].as_str().unwrap();
    assert!(head.contains(&format!("\r\nx-request-id: {id}\r\n")), "{answer}");
    document
}

#[tokio::test]
async fn a_request_id_is_echoed_on_answers_and_in_problems() {
    let with_id = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: shop\r\nX-Request-ID: mine-1\r\n\r\n");
    assert!(ask(&with_id("/hello")).await.contains("\r\nx-request-id: mine-1\r\n"));
    assert_eq!(problem(&ask(&with_id("/nowhere")).await, 404, "not_found")["request_id"], "mine-1");
}

#[tokio::test]
async fn a_request_without_a_good_id_gets_one() {
    let server = start().await;
    let mut client = server.connect().await;
    for (number, line) in (1..).zip(["", "X-Request-ID: a b\r\n", "X-Request-ID: {\"x\"}\r\n"]) {
        client.send(format!("GET /hello HTTP/1.1\r\nHost: shop\r\n{line}\r\n")).await;
        let made = format!("\r\nx-request-id: 00000000-0000-000{number}-8000-000000000000\r\n");
        assert!(client.answer().await.contains(&made), "{line}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    for path in ["/nowhere", "/hello/", "//hello", "/hello/..%2fpanic", "/hello;x=1", "/%00"] {
        problem(&ask(&get(path)).await, 404, "not_found");
    }
    let refused = ask("DELETE /hello HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    problem(&refused, 405, "method_not_allowed");
    assert!(refused.contains("\r\nallow: GET,HEAD\r\n"), "{refused}");
}

#[tokio::test]
async fn a_panic_is_a_problem_that_tells_nothing_and_the_server_lives_on() {
    let server = start().await;
    let mut client = server.connect().await;
    client.send(get("/panic")).await;
    let answer = client.answer().await;
    problem(&answer, 500, "internal");
    assert!(!answer.contains("secret") && !answer.contains(".rs"), "{answer}");
    client.send(get("/hello")).await;
    assert!(client.answer().await.ends_with("hello"), "the same connection goes on");
}

#[tokio::test]
async fn what_is_stuck_is_given_up_at_the_deadline() {
    let guard =
        Guard::new(Arc::new(CountingIds::default()), Arc::new(ManualClock::default())).deadline(SHORT);
    let server = Server::start(guard.around(router()), patient()).await;
    let mut client = server.connect().await;
    for (method, code) in [("GET", "unavailable"), ("POST", "outcome_unknown")] {
        client.send(format!("{method} /stuck HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n")).await;
        let answer = client.answer().await;
        problem(&answer, 503, code);
        assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn answers_are_private() {
    for path in ["/hello", "/nowhere", "/panic"] {
        let answer = ask(&get(path)).await;
        for line in [
            "cache-control: no-store",
            "vary: authorization",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
        ] {
            assert!(answer.contains(&format!("\r\n{line}\r\n")), "{path} lacks {line}\n{answer}");
        }
    }
    assert!(ask(&get("/cached")).await.contains("\r\ncache-control: max-age=60\r\n"));
}

#[tokio::test]
async fn other_origins_are_not_let_in() {
    let preflight = "OPTIONS /json HTTP/1.1\r\nHost: shop\r\nOrigin: http://evil\r\n\
        Access-Control-Request-Method: POST\r\n\r\n";
    let from_evil = "GET /hello HTTP/1.1\r\nHost: shop\r\nOrigin: http://evil\r\n\r\n";
    for request in [preflight, from_evil] {
        assert!(!ask(request).await.contains("access-control-"));
    }
}

#[tokio::test]
async fn json_is_read() {
    assert!(ask(&post_json("/json", "{\"a\": [1]}")).await.ends_with("{\"a\":[1]}"));
}

#[tokio::test]
async fn json_that_is_not_well_formed_is_400() {
    for body in ["", "{", "{} {}", "{\"a\":1,\"a\":2}", &"[".repeat(33)] {
        problem(&ask(&post_json("/json", body)).await, 400, "malformed_json");
    }
}

#[tokio::test]
async fn json_of_another_kind_is_422_with_its_place() {
    for (body, pointer) in [("{\"units\":1.0}", "/units"), ("[1]", ""), ("1", "")] {
        let answer = ask(&post_json("/count", body)).await;
        assert_eq!(problem(&answer, 422, "invalid_value")["pointer"], pointer, "{body}");
    }
    assert!(ask(&post_json("/count", "{\"units\":7}")).await.ends_with("\r\n\r\n7"));
}

#[tokio::test]
async fn another_content_type_is_415() {
    for headers in ["", "Content-Type: text/plain\r\n", "Content-Type: application/json; charset=latin1\r\n"]
    {
        problem(&ask(&post("/json", headers, "{}")).await, 415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_413_before_it_is_sent() {
    let head =
        "POST /json HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 101\r\n\r\n";
    assert_eq!(problem(&ask(head).await, 413, "body_too_large")["limit_bytes"], 100);
}

#[tokio::test]
async fn an_endless_chunked_body_is_413_and_the_client_can_read_that() {
    let mut limits = patient();
    limits.linger = LONG;
    let mut client = start_with(limits).await.connect().await;
    client.send("POST /json HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n").await;
    client.send("Transfer-Encoding: chunked\r\n\r\n").await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..256 {
        client.send(&chunk).await; // more than buffers hold: a reset would fail it
    }
    problem(&client.until_closed().await, 413, "body_too_large");
}

#[tokio::test]
async fn a_body_that_stops_is_408() {
    let mut limits = patient();
    limits.body_progress = SHORT;
    let mut client = start_with(limits).await.connect().await;
    client
        .send("POST /json HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
        .await;
    problem(&client.until_closed().await, 408, "request_timeout");
}

#[tokio::test]
async fn who_is_unknown_is_challenged() {
    let missing = ask(&get("/whoami")).await;
    problem(&missing, 401, "unauthenticated");
    assert!(missing.contains("\r\nwww-authenticate: Bearer\r\n"), "{missing}");
    let refused = ask("GET /whoami HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer a.b.c\r\n\r\n").await;
    problem(&refused, 401, "unauthenticated");
    assert!(refused.contains("\r\nwww-authenticate: Bearer error=\"invalid_token\"\r\n"), "{refused}");
}

#[tokio::test]
async fn who_bears_a_token_is_known() {
    let token = authenticator().mint(&UserId::new("ann").unwrap(), None, Duration::from_secs(60));
    let answer =
        ask(&format!("GET /whoami HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {token}\r\n\r\n")).await;
    assert!(answer.ends_with("User { user: UserId(ann), company: None }"), "{answer}");
}

#[test]
fn a_problem_outside_a_guard_is_whole_but_for_the_id() {
    let response = cart_http::ProblemCode::NotFound.into_response();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
}
