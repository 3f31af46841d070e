//! When streams end.

use std::time::Duration;

use cart_core::checkout::{Handoff, PlacedOrder};
use cart_core::command::{BeginCheckout, Command};
use cart_core::id::OrderRef;
use cart_core::policy::{CartPolicy, Ttl};
use cart_core::port::Clock as _;
use cart_core::service::Target;
use cart_core::sharing::{LinkTerms, PermissionGroup};
use cart_core::testing::samples::{company_id, user_for, user_id};
use cart_core::testing::{Fault, StoreCall};
use cart_http::live::LiveLimits;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Host, Reader, ann, policy};

/// What is left to read ends within a second, and tells of nothing.
async fn assert_ends_at_once(mut reader: Reader, reason: &str) {
    let start = Instant::now();
    reader.expect_end(reason).await;
    assert!(start.elapsed() < Duration::from_secs(1), "it took {:?}", start.elapsed());
}

/// Asserts that a change gives the cart this status.
#[track_caller]
fn assert_tells_status(change: &Value, status: &str) {
    let what = json!({"happened": "status_changed", "status": status});
    assert!(change["what"].as_array().unwrap().contains(&what), "{change}");
}

/// Bob's stream of a cart that is shared with him.
async fn bobs(host: &Host) -> (cart_core::id::CartId, Reader) {
    let cart = host.cart().await;
    host.share(cart).await;
    let mut reader = host.watch("bob", cart).await;
    reader.expect("ready").await;
    (cart, reader)
}

#[tokio::test(start_paused = true)]
async fn a_revocation_ends_the_stream_and_is_not_told() {
    let host = Host::new();
    let (cart, reader) = bobs(&host).await;
    host.unshare(cart).await;
    host.add(cart).await;
    assert_ends_at_once(reader, "access_ended").await;
    assert_eq!(host.hub.streams(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_slow_reader_has_not_read_before_the_revocation_is_not_told_after_it() {
    let host = Host::new();
    let (cart, mut reader) = bobs(&host).await;
    for _ in 0..5 {
        host.add(cart).await;
    }
    assert_eq!(reader.next().await.id, Some(4));
    host.unshare(cart).await;
    assert_ends_at_once(reader, "access_ended").await;
}

#[tokio::test(start_paused = true)]
async fn leaving_ends_the_stream() {
    let host = Host::new();
    let (cart, reader) = bobs(&host).await;
    host.execute(user_for("bob", "acme"), cart, Command::Leave).await;
    assert_ends_at_once(reader, "access_ended").await;
}

#[tokio::test(start_paused = true)]
async fn handing_the_cart_over_ends_the_stream_of_whoever_keeps_nothing() {
    let host = Host::new();
    let (cart, mut bobs) = bobs(&host).await;
    let mut anns = host.watch("ann", cart).await;
    anns.expect("ready").await;
    host.execute(ann(), cart, Command::Transfer { user: user_id("bob"), keep: None }).await;
    assert_ends_at_once(anns, "access_ended").await;
    let what = bobs.expect("change").await["what"].clone();
    assert!(what.as_array().unwrap().iter().any(|what| what["happened"] == "owner_changed"), "{what}");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_group_goes_on_as_long_as_the_group_may_see() {
    let host = Host::new();
    let (cart, mut reader) = bobs(&host).await;
    let target = Target::Cart(cart);
    let grant = host.service.grants(&ann(), &target).await.unwrap()[0].id;
    host.execute(ann(), cart, Command::ChangeGrant { grant, group: PermissionGroup::FULL_ACCESS }).await;
    assert_eq!(reader.expect("change").await["what"][0]["happened"], "grant_changed");
}

#[tokio::test(start_paused = true)]
async fn revoking_or_rotating_a_link_ends_its_streams_and_no_others() {
    let host = Host::new();
    let cart = host.cart().await;
    let token = host.link(cart).await;
    let link = host.only_link(cart).await;
    let (mut first, mut anns) = (host.watch_link(&token).await, host.watch("ann", cart).await);
    first.expect("ready").await;
    anns.expect("ready").await;
    let token = host.execute(ann(), cart, Command::RotateLink { link }).await.unwrap();
    assert_ends_at_once(first, "access_ended").await;
    assert_eq!(anns.expect("change").await["what"][0]["happened"], "link_rotated");
    let mut second = host.watch_link(&token).await;
    second.expect("ready").await;
    host.execute(ann(), cart, Command::RevokeLink { link }).await;
    assert_ends_at_once(second, "access_ended").await;
    assert_eq!(anns.expect("change").await["what"][0]["happened"], "link_revoked");
}

#[tokio::test(start_paused = true)]
async fn a_link_ends_its_streams_when_its_time_has_come() {
    let host = Host::new();
    let cart = host.cart().await;
    let end = host.clock.now() + TimeDelta::seconds(100);
    let token = host.link_with(cart, LinkTerms { expires_at: Some(end), ..LinkTerms::default() }).await;
    let mut reader = host.watch_link(&token).await;
    reader.expect("ready").await;
    let opened = Instant::now();
    for _ in 0..6 {
        while reader.any().await.unwrap().event != "heartbeat" {}
        host.clock.advance(TimeDelta::seconds(15));
    }
    // Between two signs of life, by a timer of its own.
    assert_eq!(opened.elapsed(), Duration::from_secs(90));
    let ends = tokio::spawn(async move {
        reader.expect_end("access_ended").await;
        opened.elapsed()
    });
    tokio::time::sleep(Duration::from_millis(9_999)).await;
    host.clock.set(end);
    let took = ends.await.unwrap();
    assert!((Duration::from_secs(100)..Duration::from_secs(101)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cart_whose_lifetime_ends_ends_its_streams() {
    let lifetime = TimeDelta::seconds(8);
    let host =
        Host::with(CartPolicy { user_lifetime: Ttl::Fixed(lifetime), ..policy() }, LiveLimits::default());
    let (cart, bobs) = bobs(&host).await;
    let mut anns = host.watch("ann", cart).await;
    anns.expect("ready").await;
    host.clock.advance(lifetime);
    for mut reader in [anns, bobs] {
        reader.expect_end("access_ended").await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_checkout_ends_all_streams() {
    let host = Host::shared();
    let (cart, mut bobs) = bobs(&host).await;
    let mut anns = host.watch("ann", cart).await;
    anns.expect("ready").await;
    let whole = BeginCheckout::whole(Handoff::Host);
    let begun = host.service.checkout(&ann().into(), &Target::Cart(cart), &whole).await.unwrap();
    for reader in [&mut anns, &mut bobs] {
        assert_tells_status(&reader.expect("change").await, "checkout");
    }
    let order = PlacedOrder::new(OrderRef::new("O1").unwrap());
    host.service.complete_checkout(begun.checkout.id, order).await.unwrap();
    let done = anns.expect("change").await;
    assert_tells_status(&done, "completed");
    let confirmed =
        json!({"happened": "order_confirmed", "checkout_id": begun.checkout.id, "order_id": "O1"});
    assert_eq!(done["what"][0], confirmed);
    assert_ends_at_once(anns, "checked_out").await;
    assert_ends_at_once(bobs, "access_ended").await;
}

#[tokio::test(start_paused = true)]
async fn a_checkout_that_comes_to_nothing_ends_no_stream() {
    let host = Host::shared();
    let cart = host.cart().await;
    let mut reader = host.watch("ann", cart).await;
    reader.expect("ready").await;
    let whole = BeginCheckout::whole(Handoff::Host);
    let begun = host.service.checkout(&ann().into(), &Target::Cart(cart), &whole).await.unwrap();
    assert_tells_status(&reader.expect("change").await, "checkout");
    host.service.cancel_checkout(&ann().into(), begun.checkout.id).await.unwrap();
    let ended = reader.expect("change").await;
    assert_tells_status(&ended, "active");
    let what = json!({
        "happened": "checkout_ended", "checkout_id": begun.checkout.id,
        "reason": "cancelled", "detail": null, "stock_item": null,
    });
    assert!(ended["what"].as_array().unwrap().contains(&what), "{ended}");
    host.add(cart).await;
    assert_eq!(reader.expect("change").await["what"][0]["happened"], "quantity_changed");
}

#[tokio::test(start_paused = true)]
async fn that_somebody_left_the_company_is_noticed_with_the_next_sign_of_life() {
    let host = Host::new();
    let (_, mut reader) = bobs(&host).await;
    host.directory.remove(&company_id("acme"), &user_id("bob"));
    let start = Instant::now();
    reader.expect_end("access_ended").await;
    assert!(start.elapsed() <= Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn where_rights_cannot_be_found_out_nothing_is_told() {
    let host = Host::shared();
    let (cart, reader) = bobs(&host).await;
    host.add(cart).await;
    host.store.fail_next(StoreCall::Load, 1, Fault::Unavailable);
    assert_ends_at_once(reader, "unavailable").await;
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_is_closed_ends_all_streams_old_and_new() {
    let host = Host::new();
    let (cart, reader) = bobs(&host).await;
    host.hub.close();
    assert_ends_at_once(reader, "shutting_down").await;
    let mut late = host.watch("bob", cart).await;
    late.expect("ready").await;
    assert_ends_at_once(late, "shutting_down").await;
    assert_eq!((host.hub.streams(), host.hub.carts()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn whoever_may_not_see_the_cart_gets_no_stream() {
    let host = Host::new();
    let cart = host.cart().await;
    let token = host.link(cart).await;
    let link = host.only_link(cart).await;
    host.execute(ann(), cart, Command::RevokeLink { link }).await;
    let none = uuid::Uuid::from_u128(9);
    for (who, path) in [
        ("bob", format!("/carts/{cart}")),
        ("ann", format!("/carts/{none}")),
        ("", format!("/links/{}", token.reveal())),
        ("", format!("/links/{}", "0".repeat(64))),
        ("", "/links/x".to_owned()),
    ] {
        assert_eq!(host.ask(who, &path, &[]).await.status(), 404, "{who} {path}");
    }
    assert_eq!((host.hub.streams(), host.hub.carts()), (0, 0));
}
