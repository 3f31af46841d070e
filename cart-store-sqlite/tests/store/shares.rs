//! What is found of things shared that are not as they were written.

use std::sync::Arc;

use cart_core::cart::Cart;
use cart_core::event::CartEvent;
use cart_core::journal::Position;
use cart_core::port::{
    CartStore, EventLog, HeldBack, LinkLedger, Progress, RelayLedger, RelayName, Rewritten, StoreError,
};
use cart_core::testing::block_on;
use cart_core::testing::samples::{at, cart_id};
use cart_core::version::Version;
use cart_store_sqlite::SqliteStore;

use crate::sealing::{link, plant};
use crate::support::{Place, change, grow, load};

/// Tampers with a file of shared carts; answers what is found, in words, and what becomes of loading the first.
fn tampered(sql: &str) -> (Vec<String>, Result<Option<Arc<Cart>>, StoreError>) {
    let place = Place::new();
    let store = place.open();
    let cart = plant(&store, 1);
    plant(&store, 2);
    drop(store);
    place.tamper(&sql.replace("{}", &format!("x'{}'", cart.id().as_uuid().simple())));
    let store = place.open();
    let report = block_on(store.verify()).unwrap();
    (report.findings.iter().map(ToString::to_string).collect(), load(&store, cart.id()))
}

#[test]
fn a_share_too_few_or_too_many_is_found_and_not_loaded() {
    for sql in [
        "DELETE FROM grants WHERE cart_id = {}",
        "DELETE FROM links WHERE cart_id = {}",
        "DELETE FROM suggestions WHERE cart_id = {}",
        "UPDATE carts SET shares = 2 WHERE id = {}",
        "UPDATE carts SET shares = 4 WHERE id = {}",
    ] {
        let (found, loaded) = tampered(sql);
        assert!(found.iter().any(|finding| finding.contains("shares belong to it")), "{sql}: {found:?}");
        assert!(matches!(loaded, Err(StoreError::Corrupt { .. })), "{sql}");
    }
    let (found, _) = tampered("UPDATE carts SET shares = 0 WHERE id = {}");
    assert!(found.iter().any(|finding| finding.contains("another state")), "{found:?}");
}

#[test]
fn what_a_grant_says_of_its_cart_is_so() {
    for changed in ["channel = 'other'", "company = 'other'", "is_open = 0", "created_at = 1"] {
        let (found, loaded) = tampered(&format!("UPDATE grants SET {changed} WHERE cart_id = {{}}"));
        assert!(found.iter().any(|finding| finding.contains("what is not so")), "{changed}: {found:?}");
        assert!(matches!(loaded, Err(StoreError::Corrupt { .. })), "{changed}");
    }
}

#[test]
fn another_grant_link_or_suggestion_than_the_journals_is_found() {
    for sql in [
        "UPDATE grants SET user = 'eve' WHERE cart_id = {}",
        "UPDATE grants SET group_id = 2 WHERE cart_id = {}",
        "UPDATE links SET token = zeroblob(32) WHERE cart_id = {}",
        "UPDATE links SET uses = 9 WHERE cart_id = {}",
        "UPDATE links SET expires_at = 9 WHERE cart_id = {}",
        "UPDATE links SET may_suggest = 1 - may_suggest WHERE cart_id = {}",
        "UPDATE links SET label = 'other' WHERE cart_id = {}",
        "UPDATE suggestions SET comment = NULL WHERE cart_id = {}",
    ] {
        let (found, _) = tampered(sql);
        assert!(found.iter().any(|finding| finding.contains("another state")), "{sql}: {found:?}");
    }
}

/// Opens the link of a cart that [`plant`] made.
fn open(store: &SqliteStore, number: u64) -> bool {
    block_on(store.open_link(link(number).id, at(1), None)).unwrap()
}

fn times_opened(store: &SqliteStore, number: u64) -> u64 {
    block_on(store.openings(&[link(number).id])).unwrap()[0].count
}

/// The history of a cart without its link.
fn without_link(store: &SqliteStore, cart: &Cart) -> Rewritten {
    let mut entries = block_on(store.entries(cart.id(), None, 100)).unwrap();
    let is_kept = |event: &CartEvent| !matches!(event, CartEvent::LinkMade { .. });
    entries.iter_mut().for_each(|entry| entry.events.retain(is_kept));
    let cart = Cart::replay(&entries).unwrap().unwrap();
    let entries = entries.into_iter().map(Arc::new).collect();
    Rewritten { base: cart.version(), cart: Arc::new(cart), entries }
}

#[test]
fn openings_end_with_their_link_and_are_not_counted_after() {
    let revoke = |store: &SqliteStore, cart: &Cart| {
        change(store, cart, [CartEvent::LinkRevoked { link: link(1).id }]);
    };
    let rewrite = |store: &SqliteStore, cart: &Cart| {
        block_on(store.rewrite(without_link(store, cart))).unwrap();
    };
    for end in [&revoke as &dyn Fn(&SqliteStore, &Cart), &rewrite] {
        let place = Place::new();
        let store = place.open();
        let [one, _] = [1, 2].map(|number| plant(&store, number));
        assert!(open(&store, 1) && open(&store, 2) && open(&store, 1));
        end(&store, &one);
        assert!(!open(&store, 1));
        assert_eq!((times_opened(&store, 1), times_opened(&store, 2)), (0, 1));
        assert!(open(&store, 2));
        let kept: i64 =
            place.raw().query_row("SELECT count(*) FROM link_openings", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 1);
        assert!(block_on(store.verify()).unwrap().is_sound());
    }
}

#[test]
fn openings_of_no_link_are_found() {
    let (found, _) = tampered("INSERT INTO link_openings VALUES (randomblob(16), 1, 1)");
    assert_eq!(found, ["the file: a row of link_openings belongs to nothing"]);
}

fn relay() -> RelayName {
    RelayName::new("relay").unwrap()
}

/// Notes that a relay has come to a position and holds back some versions of a cart.
fn note(store: &SqliteStore, to: u64, versions: Option<(u64, u64)>) {
    let version = |number| Version::new(number).unwrap();
    let hold = versions.map(|(from, to)| HeldBack {
        cart: cart_id(1),
        from: version(from),
        to: version(to),
        tries: 1,
        due_at: Some(at(1)),
        reason: "no".to_owned(),
    });
    let since = block_on(store.checkpoint(&relay())).unwrap().revision;
    let hold = hold.into_iter().collect();
    let progress = Progress { since, to: Some(Position(to)), hold, release: vec![] };
    assert!(block_on(store.note_progress(&relay(), progress)).unwrap());
}

#[test]
fn a_relay_that_is_not_where_the_journal_is_is_found() {
    for (to, versions, is_sound) in [
        (3, Some((2, 3)), true),
        (3, None, true),
        (4, None, false),
        (3, Some((2, 4)), false),
        (2, Some((2, 3)), false),
    ] {
        let store = SqliteStore::in_memory().unwrap();
        grow(&store, 1, 2);
        note(&store, to, versions);
        let report = block_on(store.verify()).unwrap();
        assert_eq!(report.is_sound(), is_sound, "{to} {versions:?}: {:?}", report.findings);
    }
}

#[test]
fn a_journal_that_was_left_open_to_changes_is_found() {
    let (found, _) = tampered("INSERT INTO rewriting (cart_id) VALUES ({})");
    assert_eq!(found, ["the file: its journal can be changed"]);
}
