//! What is shared: which statements it takes, and whose id or token may be taken.

use cart_core::actor::{ActorRef, Owner};
use cart_core::event::Created;
use cart_core::id::{GrantId, LinkId, SuggestionId};
use cart_core::port::{LinkLedger, ShareIndex};
use cart_core::sharing::{
    Grant, LinkDigest, LinkTerms, LinkToken, PermissionGroup, Proposal, ShareLink, Suggestion,
};
use cart_core::status::AbandonReason;
use cart_core::testing::samples::{channel, company_id, created, product, quantity, user_id};
use uuid::Uuid;

use super::statements::{ran, seen, traced};
use super::*;

pub(super) fn owner(name: &str) -> Owner {
    Owner::User { user: user_id(name), company: Some(company_id("acme")) }
}

pub(super) fn digest(number: u8) -> LinkDigest {
    LinkToken::from_random([number; 32]).digest()
}

pub(super) fn grant(number: u8) -> Grant {
    Grant {
        id: GrantId::from_uuid(Uuid::from_u128(number.into())),
        user: user_id("bob"),
        group: PermissionGroup::READ_ONLY,
        granted_by: ActorRef::System,
        granted_at: at(1),
    }
}

pub(super) fn link(number: u8) -> ShareLink {
    ShareLink {
        id: LinkId::from_uuid(Uuid::from_u128(number.into())),
        token: digest(number),
        terms: LinkTerms::default(),
        made_by: ActorRef::System,
        made_at: at(1),
    }
}

pub(super) fn suggestion(number: u8) -> Suggestion {
    Suggestion {
        id: SuggestionId::from_uuid(Uuid::from_u128(number.into())),
        author: ActorRef::LinkBearer { token: digest(number) },
        name: None,
        proposal: Proposal::Add { product: product("p"), quantity: quantity(1) },
        comment: None,
        made_at: at(1),
    }
}

fn all(number: u8) -> [CartEvent; 3] {
    [
        CartEvent::GrantMade { grant: Arc::new(grant(number)) },
        CartEvent::LinkMade { link: Arc::new(link(number)) },
        CartEvent::SuggestionMade { suggestion: Arc::new(suggestion(number)) },
    ]
}

/// Makes a cart of a company with one line.
fn unshared(store: &SqliteStore, number: u8) -> Arc<Cart> {
    let made = Created { sole: false, ..created(owner("ann")) };
    commit(store, Write::new([added(line(1, 1))]).create(cart_id(number.into()), made)).unwrap()
}

/// Makes a cart with a grant, a link and a suggestion.
pub(super) fn shared(store: &SqliteStore, number: u8) -> Arc<Cart> {
    change(store, &unshared(store, number), all(number))
}

#[test]
fn what_is_shared_is_written_with_one_statement_each() {
    let store = traced();
    let mut cart = unshared(&store, 1);
    let (granted, linked, suggested) = (grant(1).id, link(1).id, suggestion(1).id);
    let [one, two, three] = all(1);
    let changes = [
        (one, "insert grants"),
        (two, "insert links"),
        (three, "insert suggestions"),
        (CartEvent::GrantChanged { grant: granted, group: PermissionGroup::FULL_ACCESS }, "update grants"),
        (CartEvent::LinkChanged { link: linked, terms: LinkTerms::default() }, "update links"),
        (CartEvent::LinkRotated { link: linked, token: digest(9) }, "update links"),
        (CartEvent::OwnerChanged { owner: owner("eve") }, "update grants"),
        (CartEvent::Abandoned { since: at(2), reason: AbandonReason::GivenUp }, "update grants"),
        (CartEvent::Recovered { expires_at: None }, "update grants"),
        (CartEvent::SuggestionDeclined { suggestion: suggested }, "delete suggestions"),
        (CartEvent::GrantRevoked { grant: granted }, "delete grants"),
    ];
    for (event, statement) in changes {
        seen();
        cart = change(&store, &cart, [event]);
        assert_eq!(ran(), ["update carts", statement, "insert journal"]);
    }
    seen();
    let cart = change(&store, &cart, [CartEvent::LinkRevoked { link: linked }]);
    // SQLite tells it a second time when it goes on to the link's openings.
    assert_eq!(ran(), ["update carts", "delete links", "delete links", "insert journal"]);
    assert_eq!(load(&store, cart.id()), cart);
}

#[test]
fn a_shared_cart_is_loaded_with_three_statements_more() {
    let store = traced();
    let cart = shared(&store, 1);
    seen();
    assert_eq!(load(&store, cart.id()), cart);
    assert_eq!(
        ran(),
        ["select carts", "select lines", "select grants", "select links", "select suggestions"]
    );
}

#[test]
fn another_cart_with_the_same_id_or_token_is_a_conflict_and_changes_nothing() {
    let store = traced();
    shared(&store, 1);
    let other = unshared(&store, 2);
    let same_token = ShareLink { token: digest(1), ..link(2) };
    let [one, two, three] = all(1);
    for event in [one, two, three, CartEvent::LinkMade { link: Arc::new(same_token) }] {
        let refused = commit(&store, Write::new([event]).change(&other));
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
        assert_eq!(load(&store, other.id()), other);
    }
    let other = change(&store, &other, all(2));
    let rotated = CartEvent::LinkRotated { link: link(2).id, token: digest(1) };
    let refused = commit(&store, Write::new([rotated]).change(&other));
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    assert_eq!(load(&store, other.id()), other);
}

#[test]
fn a_user_with_two_grants_or_a_share_that_is_not_there_is_corrupt_and_changes_nothing() {
    let store = traced();
    let cart = shared(&store, 1);
    let [missing_grant, missing_link] = [grant(5).id.as_uuid(), link(5).id.as_uuid()];
    for event in [
        CartEvent::GrantMade { grant: Arc::new(grant(5)) },
        CartEvent::GrantRevoked { grant: GrantId::from_uuid(missing_grant) },
        CartEvent::LinkRotated { link: LinkId::from_uuid(missing_link), token: digest(5) },
        CartEvent::SuggestionWithdrawn { suggestion: suggestion(5).id },
    ] {
        let refused = commit(&store, Write::new([event]).change(&cart));
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
        assert_eq!(load(&store, cart.id()), cart);
    }
}

#[test]
fn a_cart_that_has_ended_is_in_no_list_of_those_it_was_granted_to() {
    let store = traced();
    let cart = shared(&store, 1);
    let page = cart_core::port::PageRequest { after: None, limit: 9 };
    let (channel, acme, bob) = (channel("shop"), company_id("acme"), user_id("bob"));
    let granted = || block_on(store.carts_granted_to(&channel, &acme, &bob, at(3), page)).unwrap().len();
    assert_eq!(granted(), 1);
    let given_up = CartEvent::Abandoned { since: at(2), reason: AbandonReason::GivenUp };
    let ended = change(&store, &cart, [given_up]);
    assert_eq!(granted(), 0);
    change(&store, &ended, [CartEvent::Recovered { expires_at: None }]);
    assert_eq!(granted(), 1);
}

#[test]
fn an_opening_of_a_link_is_counted_with_one_statement_that_does_not_touch_the_cart() {
    let store = traced();
    let cart = shared(&store, 1);
    seen();
    for is_counted in [true, true, false] {
        assert_eq!(block_on(store.open_link(link(1).id, at(4), Some(2))).unwrap(), is_counted);
        assert_eq!(ran(), ["insert link_openings"]);
    }
    assert_eq!(load(&store, cart.id()), cart);
}
