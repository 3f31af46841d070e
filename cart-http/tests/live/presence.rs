//! Who is looking.

use std::time::Duration;

use cart_core::policy::{CartPolicy, SharingPolicy};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{Host, policy};

#[tokio::test(start_paused = true)]
async fn colleagues_see_who_is_looking_and_links_how_many() {
    let host = Host::new();
    let cart = host.cart().await;
    host.share(cart).await;
    let token = host.link(cart).await;
    let mut anns = host.watch("ann", cart).await;
    anns.expect("ready").await;
    assert_eq!(anns.presence().await, json!({"users": ["ann"], "guests": 0, "links": 0}));

    let mut bobs = host.watch("bob", cart).await;
    bobs.expect("ready").await;
    assert_eq!(bobs.presence().await, json!({"users": ["ann", "bob"], "guests": 0, "links": 0}));
    assert_eq!(anns.presence().await, json!({"users": ["ann", "bob"], "guests": 0, "links": 0}));

    let mut linked = host.watch_link(&token).await;
    linked.expect("ready").await;
    assert_eq!(linked.presence().await, json!({"count": 3}));
    assert_eq!(anns.presence().await["links"], 1);
    drop(bobs);
    assert_eq!(anns.presence().await, json!({"users": ["ann"], "guests": 0, "links": 1}));
    assert_eq!(linked.presence().await, json!({"count": 2}));
}

#[tokio::test(start_paused = true)]
async fn many_who_come_and_go_are_told_of_once_a_second() {
    let host = Host::new();
    let cart = host.cart().await;
    let token = host.link(cart).await;
    let mut anns = host.watch("ann", cart).await;
    anns.expect("ready").await;
    anns.presence().await;
    let told = Instant::now();
    let mut others = Vec::new();
    for _ in 0..50 {
        others.push(host.watch_link(&token).await);
    }
    assert_eq!(anns.presence().await["links"], 50);
    assert_eq!(told.elapsed(), Duration::from_secs(1));
    drop(others);
    let passing = host.watch_link(&token).await;
    drop(passing);
    assert_eq!(anns.presence().await["links"], 0);
    // Who comes and goes between two messages is not told of.
    drop(host.watch_link(&token).await);
    anns.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn who_looks_twice_is_one_and_support_is_not_seen() {
    let host = Host::new();
    let cart = host.cart().await;
    let mut first = host.watch("ann", cart).await;
    let _second = host.watch("ann", cart).await;
    let _support = host.watch("staff", cart).await;
    first.expect("ready").await;
    assert_eq!(first.presence().await, json!({"users": ["ann"], "guests": 0, "links": 0}));
}

#[tokio::test(start_paused = true)]
async fn where_policy_does_not_show_it_nobody_is_told() {
    let policy = policy();
    let sharing = SharingPolicy { presence: false, ..policy.sharing };
    let host = Host::with(CartPolicy { sharing, ..policy }, Default::default());
    let cart = host.cart().await;
    let mut anns = host.watch("ann", cart).await;
    let _other = host.watch("ann", cart).await;
    anns.expect("ready").await;
    anns.expect_nothing().await;
}
