//! How often somebody may try tokens, and order.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::Method;
use cart_http::rate::{Quota, RateError, RateKey, RateLimiter, RateSettings, Verdict};
use serde_json::json;

use crate::support::Friends;

fn so_many(limit: u32) -> RateSettings {
    let quota = Quota::new(limit, 60).unwrap();
    RateSettings { links: quota, checkouts: quota, ..RateSettings::default() }
}

/// A limiter that cannot be reached.
#[derive(Debug)]
struct Gone;

#[async_trait]
impl RateLimiter for Gone {
    async fn hit(&self, _: &RateKey, _: Quota) -> Result<Verdict, RateError> {
        Err(RateError("nobody answers".into()))
    }
}

async fn tokens_are_not_tried_without_end(friends: &Friends) {
    let cart = friends.cart().await;
    let token = friends.link(&cart, json!({"may_suggest": true})).await;
    let (nobody, wrong) = (friends.nobody(), "0".repeat(64));
    nobody.get(&format!("shared/{token}")).await.ok();
    nobody.get(&format!("shared/{wrong}")).await.problem(404, "cart_not_found");
    nobody.with("x-share-token", &wrong).get("shared").await.problem(404, "cart_not_found");
    let guesses = [
        nobody.get(&format!("shared/{wrong}")).await,
        nobody.with("x-share-token", &wrong).get("shared").await,
        nobody.get(&format!("shared/{token}")).await,
        nobody.with("x-share-token", &token).get("shared/events").await,
        nobody.post("shared/suggestions", json!({"op": "add", "product_id": "pen"})).await,
        nobody.send(Method::HEAD, &format!("shared/{token}"), None).await,
    ];
    for reply in guesses {
        assert_eq!((reply.status, reply.headers["retry-after"].to_str().unwrap()), (429, "60"));
    }
    friends.bob().get(&format!("shared/{token}")).await.ok();
    friends.ann().get(&cart).await.ok();
}

#[tokio::test]
async fn tokens_are_tried_so_often_and_no_more() {
    tokens_are_not_tried_without_end(&Friends::meet_in_a_crowd(so_many(3), None)).await;
}

#[tokio::test]
async fn a_limiter_that_fails_opens_no_links() {
    tokens_are_not_tried_without_end(&Friends::meet_in_a_crowd(so_many(3), Some(Arc::new(Gone)))).await;
}

#[tokio::test]
async fn orders_are_tried_so_often_and_no_more() {
    for limiter in [None, Some(Arc::new(Gone) as Arc<dyn RateLimiter>)] {
        let friends = Friends::meet_in_a_crowd(so_many(2), limiter);
        let path = format!("{}/checkout", friends.cart().await);
        let dear = json!({"expected_total": "1.00"});
        for _ in 0..2 {
            friends.ann().post(&path, dear.clone()).await.problem(409, "total_changed");
        }
        friends.ann().post(&path, json!({})).await.problem(429, "rate_limit_exceeded");
        friends.ann().get(&path).await.problem(404, "checkout_not_found");
        friends.clock.advance(chrono::TimeDelta::seconds(60));
        assert_eq!(friends.ann().post(&path, json!({})).await.ok()["status"], "order placed");
    }
}
