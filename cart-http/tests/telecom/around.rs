//! What is answered before, around and in the place of the handlers.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use cart_http::{ProblemCode, telecom};
use serde_json::json;

use crate::support::Carrier;

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_answered_in_the_one_form() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    for path in ["/", "/x/y", "/x/items/y/z", "/x/checkout/y/z", "//"] {
        ann.get(path).await.problem(404, "INVALID_REQUEST", "not_found");
    }
    for (method, path) in [
        (Method::GET, ""),
        (Method::PUT, "/x"),
        (Method::DELETE, "/x"),
        (Method::GET, "/x/items"),
        (Method::PATCH, "/x/items/y"),
        (Method::GET, "/x/checkout"),
        (Method::DELETE, "/x/checkout/y"),
    ] {
        let refused = ann.send(method, path, None).await;
        assert!(refused.header("allow").is_some(), "{path}");
        refused.problem(405, "INVALID_REQUEST", "method_not_allowed");
    }
}

#[tokio::test]
async fn paths_of_others_are_not_answered_for() {
    let shop = Carrier::open().await;
    let other = shop.ann().get("elsewhere").await;
    assert_eq!((other.status, other.header("content-type")), (404, Some("application/problem+json")));
}

#[tokio::test]
async fn a_panic_is_an_internal_error_in_the_one_form() {
    let shop = Carrier::open().await;
    let broken = shop.client("broken").get("/x").await;
    assert!(!String::from_utf8(broken.bytes.to_vec()).unwrap().contains("secret"));
    let (_, details) = broken.error(500, "INTERNAL_ERROR");
    assert_eq!(details, json!(null));
}

#[tokio::test]
async fn who_cannot_be_asked_is_unavailable() {
    let shop = Carrier::open().await;
    let down = shop.client("down").get("/x").await;
    assert_eq!(down.header("retry-after"), Some("1"));
    down.problem(503, "INTERNAL_ERROR", "unavailable");
}

#[tokio::test]
async fn a_deadline_is_answered_in_the_one_form() {
    let shop = Carrier::open_in_a_hurry().await;
    let stuck = shop.client("stuck");
    stuck.get("/x").await.problem(503, "INTERNAL_ERROR", "unavailable");
    let post = stuck.post("", json!({})).await;
    assert_eq!(post.header("retry-after"), Some("1"));
    post.problem(503, "INTERNAL_ERROR", "outcome_unknown");
}

#[tokio::test]
async fn every_answer_names_the_request() {
    let shop = Carrier::open().await;
    let id = "0198c1d2-7d3e-7a3b-8c55-0a6d1a1f9a10";
    let ann = shop.ann().with("X-Request-ID", id);
    let cart = ann.cart().await;
    for reply in [ann.get(&cart).await, ann.get("/x").await, ann.get("/x/y").await, ann.get("").await] {
        assert_eq!(reply.header("x-request-id"), Some(id));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
    assert_eq!(shop.ann().get(&cart).await.header("x-request-id").unwrap().len(), 36);
}

#[tokio::test]
async fn every_answer_says_how_long_it_took_and_how_many_more_there_may_be() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    let cart = ann.cart().await;
    let replies = [ann.get(&cart).await, ann.get("/x").await, ann.post("", json!({"customerId": 7})).await];
    for (reply, remaining) in replies.iter().zip(["98", "97", "96"]) {
        let took = reply.header("x-response-time").unwrap().strip_suffix("ms").unwrap();
        took.parse::<u32>().unwrap();
        assert_eq!(reply.header("x-ratelimit-limit"), Some("100"));
        assert_eq!(reply.header("x-ratelimit-remaining"), Some(remaining));
        // Seconds since 1970: a minute after the first request, at 2025-10-30T14:32:10Z.
        assert_eq!(reply.header("x-ratelimit-reset"), Some("1761834790"));
    }
}

#[tokio::test]
async fn what_is_too_much_is_refused_in_the_words_of_the_document() {
    let shop = Carrier::open().await;
    let ann = shop.ann();
    for _ in 0..100 {
        ann.get("/x").await.error(400, "INVALID_CARD_ID");
    }
    let refused = ann.get("/x").await;
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    refused.problem(429, "INVALID_REQUEST", "rate_limit_exceeded");
    shop.client("bob").cart().await;
}

#[tokio::test]
async fn what_a_host_puts_around_the_router_can_be_answered_in_the_one_form() {
    let shop = Carrier::open_around(|routes| {
        let busy = from_fn(async |_: Request, _: Next| ProblemCode::Contended);
        telecom::in_form(routes.layer(busy))
    });
    shop.await.ann().get("/x").await.problem(409, "INVALID_REQUEST", "contended");
}
