//! Writes posted to a receiver, over real sockets.

use std::sync::Arc;
use std::time::Duration;

use axum::BoxError;
use axum::body::Bytes;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cart_core::memory::SystemClock;
use cart_core::port::{Clock, EventLog as _, EventSink as _, SinkError};
use cart_core::testing::samples::at;
use cart_http::sinks::{HttpsTransport, WebhookSecret, WebhookSink, WebhookTransport, WebhookUrl};
use chrono::TimeDelta;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::receiver::{Answer, Received, Receiver};
use crate::shop::Shop;

pub(crate) const KEY: [u8; 24] = [7; 24];
const NEW_KEY: [u8; 64] = [8; 64];

pub(crate) fn secret(key: &[u8]) -> WebhookSecret {
    format!("whsec_{}", STANDARD.encode(key)).parse().unwrap()
}

fn sink_to(url: &str, clock: Arc<dyn Clock>) -> WebhookSink {
    let transport = Arc::new(HttpsTransport::new().unwrap());
    WebhookSink::new(WebhookUrl::new(url).unwrap(), secret(&KEY), transport, clock)
}

fn sink(shop: &Shop, receiver: &Receiver) -> WebhookSink {
    sink_to(&receiver.url, shop.clock.clone())
}

/// What the scheme says the signature of a message is, worked out without its library.
fn signature(hook: &Received, key: &[u8]) -> String {
    let mut signed =
        format!("{}.{}.", hook.header("webhook-id"), hook.header("webhook-timestamp")).into_bytes();
    signed.extend(&hook.body);
    format!("v1,{}", STANDARD.encode(hmac_sha256::HMAC::mac(signed, key)))
}

#[tokio::test]
async fn a_write_is_posted_as_documented_and_signed() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    let cart = shop.cart().await;
    shop.note(cart, "for Eve").await;
    shop.clock.advance(TimeDelta::minutes(5));
    let done = shop.relay(Arc::new(sink(&shop, &receiver))).run(100).await.unwrap();
    assert_eq!((done.delivered, done.failed, done.is_done), (2, 0, true));
    assert_eq!(receiver.ids(), [format!("{cart}:1"), format!("{cart}:2")]);
    let hook = &receiver.received()[1];
    assert_eq!(
        hook.json(),
        json!({
            "type": "cart.changed",
            "timestamp": at(0),
            "data": {
                "cart_id": cart,
                "version": 2,
                "actor": {"kind": "user", "user_id": "ann", "company_id": "acme"},
                "events": [{"happened": "note_changed", "note": "for Eve"}],
            },
        })
    );
    assert_eq!(hook.header("content-type"), "application/json");
    assert_eq!(hook.header("webhook-timestamp"), at(300).timestamp().to_string());
    assert_eq!(hook.header("webhook-signature"), signature(hook, &KEY));
}

#[tokio::test]
async fn lines_are_items_and_amounts_are_decimal_text() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    let cart = shop.cart().await;
    shop.add_mugs(cart).await;
    shop.relay(Arc::new(sink(&shop, &receiver))).run(100).await.unwrap();
    let event = receiver.received()[1].json()["data"]["events"][0].clone();
    assert_eq!((&event["happened"], &event["quantity"]), (&json!("line_added"), &json!(2)));
    assert_eq!((&event["product_id"], &event["unit_price"]), (&json!("mug"), &json!("12.50")));
    assert!(event["item_id"].is_string() && event.get("line").is_none(), "{event}");
}

#[tokio::test]
async fn each_secret_signs_while_one_replaces_the_other() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    shop.cart().await;
    let sink = sink(&shop, &receiver).also_signed_with(secret(&NEW_KEY));
    shop.relay(Arc::new(sink)).run(100).await.unwrap();
    let hook = &receiver.received()[0];
    let signatures: Vec<&str> = hook.header("webhook-signature").split(' ').collect();
    assert_eq!(signatures, [signature(hook, &KEY), signature(hook, &NEW_KEY)]);
}

#[tokio::test]
async fn a_receiver_verifies_what_is_fresh_and_unchanged() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    shop.cart().await;
    let sink = sink_to(&receiver.url, Arc::new(SystemClock)).also_signed_with(secret(&NEW_KEY));
    shop.relay(Arc::new(sink)).run(100).await.unwrap();
    let hook = receiver.received().remove(0);
    assert!(secret(&KEY).verifies(&hook.headers, &hook.body));
    assert!(secret(&NEW_KEY).verifies(&hook.headers, &hook.body));
    assert!(!secret(&[9; 32]).verifies(&hook.headers, &hook.body));
    assert!(!secret(&KEY).verifies(&hook.headers, b"{}"));
    for (name, value) in [("webhook-id", "other:1"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,")]
    {
        let mut headers = hook.headers.clone();
        headers.insert(name, value.parse().unwrap());
        assert!(!secret(&KEY).verifies(&headers, &hook.body), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_taken_now_comes_again_in_order_while_other_carts_go_on() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    let (first, second) = (shop.cart().await, shop.cart().await);
    shop.note(first, "later").await;
    let relay = shop.relay(Arc::new(sink(&shop, &receiver)));
    receiver.answer([Answer::Status(503)]);
    let run = relay.run(100).await.unwrap();
    assert_eq!((run.delivered, run.failed, run.parked), (1, 1, 0));
    assert_eq!(receiver.ids(), [format!("{first}:1"), format!("{second}:1")]);
    shop.clock.advance(TimeDelta::minutes(1));
    let run = relay.run(100).await.unwrap();
    assert_eq!((run.delivered, run.failed, run.is_done), (2, 0, true));
    assert_eq!(receiver.ids()[2..], [format!("{first}:1"), format!("{first}:2")]);
    let [tried, again] = [0, 2].map(|index| receiver.received()[index].clone());
    assert_eq!(tried.body, again.body, "the same message");
    assert_ne!(tried.header("webhook-timestamp"), again.header("webhook-timestamp"), "sent anew");
    assert_eq!(again.header("webhook-signature"), signature(&again, &KEY));
}

#[tokio::test]
async fn what_is_refused_parks_its_cart_and_no_other() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    let (first, second) = (shop.cart().await, shop.cart().await);
    shop.note(first, "never seen").await;
    let relay = shop.relay(Arc::new(sink(&shop, &receiver)));
    receiver.answer([Answer::Status(400)]);
    let run = relay.run(100).await.unwrap();
    assert_eq!((run.delivered, run.failed, run.parked), (1, 1, 1));
    shop.clock.advance(TimeDelta::days(1));
    assert!(relay.run(100).await.unwrap().is_done);
    assert_eq!(receiver.ids(), [format!("{first}:1"), format!("{second}:1")]);
    let parked = relay.parked(None, 10).await.unwrap();
    assert_eq!((parked.len(), parked[0].cart), (1, first));
    assert_eq!(parked[0].reason, "the sink refuses the entry: the receiver answered 400 Bad Request");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    shop.cart().await;
    receiver.answer([Answer::Redirect]);
    let run = shop.relay(Arc::new(sink(&shop, &receiver))).run(100).await.unwrap();
    assert_eq!((run.delivered, run.failed, run.parked), (0, 1, 0));
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn a_body_without_end_is_not_waited_for() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    shop.cart().await;
    receiver.answer([Answer::Endless]);
    let run = shop.relay(Arc::new(sink(&shop, &receiver))).run(100).await.unwrap();
    assert_eq!((run.delivered, run.failed), (1, 0));
}

/// Never answers.
#[derive(Debug)]
struct Stuck;

#[async_trait::async_trait]
impl WebhookTransport for Stuck {
    async fn send(&self, _: Request<Bytes>) -> Result<StatusCode, BoxError> {
        std::future::pending().await
    }
}

/// Why the first write of a shop was not taken.
pub(crate) async fn failure(shop: &Shop, sink: &WebhookSink) -> String {
    let entries = shop.store.entries_after(cart_core::journal::Position::default(), 1).await.unwrap();
    match sink.deliver(&entries[0].entry).await {
        Err(SinkError::Unavailable(cause)) => cause.to_string(),
        other => format!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_given_up() {
    let shop = Shop::open();
    shop.cart().await;
    let url = WebhookUrl::new("https://hooks.example/").unwrap();
    let sink = WebhookSink::new(url, secret(&KEY), Arc::new(Stuck), shop.clock.clone());
    let started = tokio::time::Instant::now();
    let sink = sink.timeout(Duration::from_secs(3));
    assert_eq!(failure(&shop, &sink).await, "the receiver did not answer in time");
    assert_eq!(started.elapsed(), Duration::from_secs(3), "of the paused clock");
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_given_up_over_sockets_too() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    shop.cart().await;
    receiver.answer([Answer::Never]);
    let sink = sink(&shop, &receiver).timeout(Duration::from_millis(20));
    assert_eq!(failure(&shop, &sink).await, "the receiver did not answer in time");
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_unavailable() {
    let shop = Shop::open();
    shop.cart().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/s3cret", listener.local_addr().unwrap());
    drop(listener);
    let failure = failure(&shop, &sink_to(&url, shop.clock.clone())).await;
    assert!(failure.contains("Connect") && !failure.contains("s3cret"), "{failure}");
}

#[tokio::test]
async fn an_https_address_is_spoken_to_over_tls_only() {
    let shop = Shop::open();
    shop.cart().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sink = sink_to(&format!("https://{}/", listener.local_addr().unwrap()), shop.clock.clone());
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut first = [0; 3];
        stream.read_exact(&mut first).await.unwrap();
        first
    });
    assert!(failure(&shop, &sink).await.contains("Connect"));
    // A handshake record (22) of TLS (3.x); no HTTP in the clear.
    assert_eq!(heard.await.unwrap()[..2], [22, 3]);
}

#[tokio::test]
async fn nothing_secret_is_logged_at_any_level() {
    let (log, _guard) = Log::start(LevelFilter::TRACE);
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    let cart = shop.cart().await;
    shop.note(cart, "for Eve").await;
    receiver.answer([Answer::Status(503)]);
    let relay = shop.relay(Arc::new(sink(&shop, &receiver)));
    relay.run(100).await.unwrap();
    shop.clock.advance(TimeDelta::minutes(1));
    assert_eq!(relay.run(100).await.unwrap().delivered, 2);
    tracing::trace!("the log is on");
    let text = log.text();
    assert!(text.contains("the log is on"));
    let signed = signature(&receiver.received()[0], &KEY);
    for hidden in ["s3cret", &STANDARD.encode(KEY), &signed, "Eve", "ann"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
}

#[tokio::test]
async fn secrets_do_not_show() {
    let (shop, receiver) = (Shop::open(), Receiver::open().await);
    let sink = sink(&shop, &receiver).also_signed_with(secret(&NEW_KEY));
    let shown = format!("{sink:?}");
    for hidden in ["s3cret", &STANDARD.encode(KEY), &STANDARD.encode(NEW_KEY), "7, 7", "8, 8"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}
