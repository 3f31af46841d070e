//! Beginning, going on, falling behind.

use cart_core::policy::{CartPolicy, SharingPolicy};
use cart_http::live::LiveLimits;
use serde_json::json;

use crate::support::{Host, policy};

/// A host that does not show who is looking.
fn quiet(limit: impl FnOnce(&mut LiveLimits)) -> Host {
    let mut limits = LiveLimits::default();
    limit(&mut limits);
    let policy = policy();
    let sharing = SharingPolicy { presence: false, ..policy.sharing };
    Host::with(CartPolicy { sharing, ..policy }, limits)
}

#[tokio::test(start_paused = true)]
async fn a_reader_is_told_where_the_cart_is_and_then_what_happens() {
    let host = quiet(|_| {});
    let cart = host.cart().await;
    let mut reader = host.watch("ann", cart).await;
    let ready = reader.any().await.unwrap();
    assert_eq!((&*ready.event, ready.id, ready.data), ("ready", Some(2), json!({"version": 2})));
    host.add(cart).await;
    let change = reader.any().await.unwrap();
    assert_eq!((&*change.event, change.id), ("change", Some(3)));
    assert_eq!(change.data["version"], 3);
    let what = &change.data["what"][0];
    assert_eq!(
        (&what["happened"], &what["from"], &what["to"]),
        (&json!("quantity_changed"), &json!(1), &json!(2))
    );
    assert!(what["item_id"].is_string(), "{what}");
    reader.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_was_away_for_500_changes_misses_none() {
    let host = quiet(|_| {});
    let cart = host.cart().await;
    let mut reader = host.watch("ann", cart).await;
    reader.expect("ready").await;
    host.add(cart).await;
    let last = reader.next().await.id.unwrap();
    drop(reader);
    for _ in 0..500 {
        host.add(cart).await;
    }
    let mut reader = host.watch_after("ann", cart, last).await;
    let ready = reader.next().await;
    assert_eq!((ready.id, &ready.data["version"]), (Some(3), &json!(503)));
    // More happens while the reader catches up.
    for version in 4..=504 {
        if version == 100 {
            host.add(cart).await;
        }
        let change = reader.next().await;
        assert_eq!((&*change.event, change.id), ("change", Some(version)));
    }
    reader.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_reader_may_say_where_they_are_in_the_address() {
    let host = quiet(|_| {});
    let cart = host.cart().await;
    for (path, headers, first) in [
        (format!("/carts/{cart}?after=1"), &[][..], 2),
        (format!("/carts/{cart}?after=0"), &[], 1),
        (format!("/carts/{cart}?after=2"), &[("last-event-id", "1")], 2),
    ] {
        let mut reader = crate::support::Reader::of(host.ask("ann", &path, headers).await);
        assert_eq!(reader.next().await.id, Some(first - 1), "{path}");
        assert_eq!(reader.next().await.id, Some(first), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_that_cannot_be_read_is_refused() {
    let host = quiet(|_| {});
    let cart = host.cart().await;
    for (query, header, code) in [
        ("", Some("x"), "malformed_header"),
        ("", Some("-1"), "malformed_header"),
        ("", Some("+1"), "malformed_header"),
        ("", Some(""), "malformed_header"),
        ("", Some("99999999999999999999"), "malformed_header"),
        ("?after=x", None, "malformed_uri"),
        ("?before=1", None, "malformed_uri"),
    ] {
        let header = header.map(|value| ("last-event-id", value));
        let answer = host.ask("ann", &format!("/carts/{cart}{query}"), header.as_slice()).await;
        assert_eq!(answer.status(), 400, "{query} {header:?}");
        let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["code"], code, "{query} {header:?}");
    }
    assert_eq!(host.hub.streams(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_the_cart_has_not_is_told_to_resync() {
    let host = quiet(|_| {});
    let cart = host.cart().await;
    let mut reader = host.watch_after("ann", cart, 9).await;
    reader.expect("ready").await;
    let resync = reader.next().await;
    assert_eq!((&*resync.event, resync.id, resync.data), ("resync", Some(2), json!({"version": 2})));
    host.add(cart).await;
    assert_eq!(reader.next().await.id, Some(3));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_changes_are_caught_up_and_one_more_are_not() {
    let host = quiet(|_| {});
    let cart = host.cart().await;
    for _ in 0..1000 {
        host.add(cart).await;
    }
    let mut reader = host.watch_after("ann", cart, 2).await;
    reader.expect("ready").await;
    for version in 3..=1002 {
        let change = reader.next().await;
        assert_eq!((&*change.event, change.id), ("change", Some(version)));
    }
    let mut reader = host.watch_after("ann", cart, 1).await;
    reader.expect("ready").await;
    let resync = reader.next().await;
    assert_eq!((&*resync.event, resync.id), ("resync", Some(1002)));
    reader.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_catches_up_from_the_journal_and_does_not_slow_another() {
    let host = quiet(|limits| limits.buffer = 4);
    let cart = host.cart().await;
    let (mut slow, mut quick) = (host.watch("ann", cart).await, host.watch("ann", cart).await);
    slow.expect("ready").await;
    quick.expect("ready").await;
    for version in 3..=102 {
        host.add(cart).await;
        assert_eq!(quick.next().await.id, Some(version));
    }
    for version in 3..=102 {
        assert_eq!(slow.next().await.id, Some(version));
    }
    slow.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_is_much_too_slow_is_told_to_resync() {
    let host = quiet(|limits| limits.buffer = 4);
    let cart = host.cart().await;
    let mut slow = host.watch("ann", cart).await;
    slow.expect("ready").await;
    for _ in 0..1001 {
        host.add(cart).await;
    }
    let resync = slow.next().await;
    assert_eq!((&*resync.event, resync.id), ("resync", Some(1003)));
    host.add(cart).await;
    assert_eq!(slow.next().await.id, Some(1004));
}
