//! What readers are told of what happens.

use cart_core::command::{Command, LineEdit};
use cart_core::id::CartId;
use cart_core::service::Target;
use cart_core::sharing::{LinkShows, LinkTerms};
use cart_core::testing::samples::{name, note, quantity};
use serde_json::{Value, json};

use crate::support::{Host, ann};

async fn only_line(host: &Host, cart: CartId) -> cart_core::id::LineId {
    host.service.cart(&ann(), &Target::Cart(cart)).await.unwrap().cart.lines()[0].id
}

#[tokio::test(start_paused = true)]
async fn a_link_shows_no_more_of_changes_than_of_the_cart() {
    let host = Host::new();
    let cart = host.cart().await;
    let plain = host.link_with(cart, LinkTerms::default()).await;
    let shows = LinkShows { prices: true, names: true };
    let open = host.link_with(cart, LinkTerms { shows, ..LinkTerms::default() }).await;
    let mut readers =
        [host.watch("ann", cart).await, host.watch_link(&open).await, host.watch_link(&plain).await];
    for reader in &mut readers {
        reader.expect("ready").await;
    }
    let line = only_line(&host, cart).await;
    let secret = Command::SetNote { note: Some(note("for the surprise")) };
    host.execute(ann(), cart, secret).await;
    host.execute(ann(), cart, Command::Rename { name: Some(name("Party")) }).await;
    host.execute(ann(), cart, Command::Edit(LineEdit::SetQuantity { line, quantity: quantity(5) })).await;
    let mut told = Vec::new();
    for reader in &mut readers {
        let mut changes: Vec<Value> = Vec::new();
        for _ in 0..3 {
            changes.push(reader.expect("change").await);
        }
        told.push(changes);
    }
    let words = |changes: &[Value]| -> Vec<Value> {
        changes.iter().map(|change| change["what"][0]["happened"].clone()).collect()
    };
    assert_eq!(words(&told[0]), ["note_changed", "renamed", "quantity_changed"]);
    assert_eq!(words(&told[1]), [json!(null), json!("renamed"), json!("quantity_changed")]);
    assert_eq!(words(&told[2]), [json!(null), json!(null), json!("quantity_changed")]);
    for (changes, named) in told.iter().zip([true, true, false]) {
        assert!(changes.iter().all(|change| change.get("by").is_some() == named), "{changes:?}");
        let versions: Vec<_> = changes.iter().map(|change| change["version"].as_u64().unwrap()).collect();
        assert!(versions.is_sorted_by(|one, next| one + 1 == *next), "{versions:?}");
    }
    assert!(!format!("{:?}", &told[1..]).contains("surprise"));
}

#[tokio::test(start_paused = true)]
async fn what_a_link_shows_from_now_on_counts_from_now_on() {
    let host = Host::new();
    let cart = host.cart().await;
    let shows = LinkShows { prices: true, names: true };
    let token = host.link_with(cart, LinkTerms { shows, ..LinkTerms::default() }).await;
    let link = host.only_link(cart).await;
    let mut reader = host.watch_link(&token).await;
    reader.expect("ready").await;
    // The reader has not got to the names when they are taken out of sight.
    for text in ["One", "Two"] {
        host.execute(ann(), cart, Command::Rename { name: Some(name(text)) }).await;
    }
    assert_eq!(reader.expect("change").await["what"][0]["name"], "One");
    host.execute(ann(), cart, Command::ChangeLink { link, changes: LinkTerms::default().into() }).await;
    let change = reader.expect("change").await;
    assert_eq!((&change["version"], &change["what"], change.get("by")), (&json!(5), &json!([]), None));
}

#[tokio::test(start_paused = true)]
async fn a_stream_by_link_is_an_opening_of_it_and_a_proof_is_not() {
    let host = Host::new();
    let cart = host.cart().await;
    let token = host.link_with(cart, LinkTerms { uses: Some(2), ..LinkTerms::default() }).await;
    let mut first = host.watch_link(&token).await;
    first.expect("ready").await;
    for _ in 0..3 {
        host.add(cart).await;
        first.expect("change").await;
        while first.any().await.unwrap().event != "heartbeat" {}
    }
    let _second = host.watch_link(&token).await;
    let path = format!("/links/{}", token.reveal());
    assert_eq!(host.ask("", &path, &[]).await.status(), 404);
    host.add(cart).await;
    first.expect("change").await;
}
