//! Share links: found by their tokens, and opened as often as allowed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use super::lives::{every_term, linked};
use super::{block_on, entries, load, put};
use crate::event::CartEvent;
use crate::id::{CartId, LinkId};
use crate::port::{Openings, Store};
use crate::sharing::LinkTerms;
use crate::status::AbandonReason;
use crate::testing::samples::{Write, at, cart_id, created, link_id, link_token, user_for};

fn with_token(store: &dyn Store, token: u8) -> Option<CartId> {
    block_on(store.cart_with_link(link_token(token).digest())).expect("the store answers")
}

fn cart(store: &dyn Store, n: u64, events: impl Into<Vec<CartEvent>>) -> std::sync::Arc<crate::cart::Cart> {
    let owner = user_for("ann", "acme").owner().expect("users own carts");
    put(store, Write::new(events).create(cart_id(n), created(owner)))
}

fn opened(store: &dyn Store, link: LinkId, seconds: i64, limit: Option<u32>) -> bool {
    block_on(store.open_link(link, at(seconds), limit)).expect("the store answers")
}

fn openings(store: &dyn Store, links: &[LinkId]) -> Vec<Openings> {
    block_on(store.openings(links)).expect("the store answers")
}

fn counted(count: u64, seconds: i64) -> Openings {
    Openings { count, last: Some(at(seconds)) }
}

/// A link is found by the digest of its token, and by no other.
pub fn a_link_finds_its_cart(store: &dyn Store) {
    cart(store, 1, [linked(1, 1, LinkTerms::default()), linked(2, 2, every_term())]);
    cart(store, 2, [linked(3, 3, LinkTerms::default())]);
    let found = [1, 2, 3, 4].map(|token| with_token(store, token));
    assert_eq!(found, [Some(1), Some(1), Some(2), None].map(|n| n.map(cart_id)));
}

/// Once a link has another token, that finds it, and the one before does not.
pub fn a_rotated_link_is_found_by_its_new_token_alone(store: &dyn Store) {
    let made = cart(store, 1, [linked(1, 1, LinkTerms::default())]);
    let rotated = |token| CartEvent::LinkRotated { link: link_id(1), token: link_token(token).digest() };
    let made = put(store, Write::new([rotated(2)]).change(&made));
    assert_eq!([1, 2].map(|token| with_token(store, token)), [None, Some(cart_id(1))]);
    put(store, Write::new([rotated(3), rotated(1)]).change(&made));
    assert_eq!([1, 2, 3].map(|token| with_token(store, token)), [Some(cart_id(1)), None, None]);
}

/// A revoked link is not found; others of the same cart are.
pub fn a_revoked_link_is_not_found(store: &dyn Store) {
    let made = cart(store, 1, [linked(1, 1, LinkTerms::default()), linked(2, 2, LinkTerms::default())]);
    put(store, Write::new([CartEvent::LinkRevoked { link: link_id(1) }]).change(&made));
    assert_eq!([1, 2].map(|token| with_token(store, token)), [None, Some(cart_id(1))]);
}

/// What a link says and where its cart is in its life is not the store's affair: it finds an expired link, and one of a
/// cart that has ended or belongs to somebody else now.
pub fn a_link_is_found_whatever_became_of_its_cart(store: &dyn Store) {
    let ended = LinkTerms { expires_at: Some(at(-1)), ..LinkTerms::default() };
    let made = cart(store, 1, [linked(1, 1, ended)]);
    let owner = user_for("bob", "acme").owner().expect("users own carts");
    let made = put(store, Write::new([CartEvent::OwnerChanged { owner }]).change(&made));
    let given_up = CartEvent::Abandoned { since: at(1), reason: AbandonReason::GivenUp };
    put(store, Write::new([given_up]).change(&made));
    assert_eq!(with_token(store, 1), Some(cart_id(1)));
}

/// Openings are counted link by link, in the order asked, and a link that was never opened was opened not at all.
pub fn openings_are_counted(store: &dyn Store) {
    let [one, two, never] = [1, 2, 3].map(link_id);
    cart(store, 1, [linked(1, 1, LinkTerms::default()), linked(2, 2, LinkTerms::default())]);
    assert_eq!(openings(store, &[one, never]), [Openings::default(); 2]);
    assert!(opened(store, one, 1, None) && opened(store, two, 2, None) && opened(store, one, 3, None));
    assert_eq!(
        openings(store, &[two, never, one, two]),
        [counted(1, 2), Openings::default(), counted(2, 3), counted(1, 2)]
    );
    assert_eq!(openings(store, &[]), []);
}

/// A link is opened as often as its limit says and no more; what is refused counts for nothing. A limit that is raised
/// leaves room, and one that is lowered none.
pub fn no_opening_goes_beyond_the_limit(store: &dyn Store) {
    let link = link_id(1);
    cart(store, 1, [linked(1, 1, LinkTerms::default())]);
    assert!(!opened(store, link, 1, Some(0)));
    assert_eq!(openings(store, &[link]), [Openings::default()]);
    assert!(opened(store, link, 1, Some(2)) && opened(store, link, 2, Some(2)));
    assert!(!opened(store, link, 3, Some(2)) && !opened(store, link, 3, Some(1)));
    assert_eq!(openings(store, &[link]), [counted(2, 2)]);
    assert!(opened(store, link, 4, Some(3)) && opened(store, link, 5, None));
    assert!(!opened(store, link, 6, Some(4)));
    assert_eq!(openings(store, &[link]), [counted(4, 5)]);
}

/// The last opening is the latest, though clocks differ.
pub fn the_last_opening_never_goes_back(store: &dyn Store) {
    let link = link_id(1);
    cart(store, 1, [linked(1, 1, LinkTerms::default())]);
    assert!(opened(store, link, 9, None) && opened(store, link, 4, None));
    assert_eq!(openings(store, &[link]), [counted(2, 9)]);
}

/// Openings are no writes of the cart: neither its version nor its journal nor a write to it minds them. They stay when
/// the link gets another token.
pub fn openings_are_no_writes_of_the_cart(store: &dyn Store) {
    let made = cart(store, 1, [linked(1, 1, LinkTerms::default())]);
    assert!(opened(store, link_id(1), 1, None));
    assert_eq!(load(store, cart_id(1)).as_ref(), Some(&made));
    assert_eq!(entries(store, cart_id(1)).len(), 1);
    let rotated = CartEvent::LinkRotated { link: link_id(1), token: link_token(2).digest() };
    put(store, Write::new([rotated]).change(&made));
    assert_eq!(openings(store, &[link_id(1)]), [counted(1, 1)]);
}

/// Of many openings at once exactly as many are counted as the limit says.
pub fn racing_openings_never_exceed_the_limit(store: &dyn Store) {
    const THREADS: u32 = 64;
    cart(store, 1, [1, 2, 3].map(|n| linked(n.into(), n, LinkTerms::default())));
    for (n, limit) in [(1, Some(1)), (2, Some(17)), (3, None)] {
        let (link, won) = (link_id(n), AtomicU32::new(0));
        let start = std::sync::Barrier::new(usize::try_from(THREADS).unwrap_or_default());
        thread::scope(|scope| {
            for second in 0..THREADS {
                let (won, start) = (&won, &start);
                scope.spawn(move || {
                    start.wait();
                    won.fetch_add(opened(store, link, second.into(), limit).into(), Ordering::SeqCst);
                });
            }
        });
        let won = won.into_inner();
        assert_eq!(won, limit.unwrap_or(THREADS));
        let counted: Vec<u64> = openings(store, &[link]).iter().map(|openings| openings.count).collect();
        assert_eq!(counted, [u64::from(won)]);
    }
}
