//! Copying carts.

use cart_core::actor::Actor;
use cart_core::cart::Cart;
use cart_core::command::DuplicateCart;
use cart_core::decide::{Decision, duplicate};
use cart_core::event::CartEvent;
use cart_core::id::AddressId;
use cart_core::journal::{EditOutcome, Entry, KeyOrigin, Request};
use cart_core::notice::Notice;
use cart_core::permission::Permission;
use cart_core::policy::{Cardinality, Ttl};
use cart_core::rejection::Rejection;
use cart_core::selection::Selection;
use cart_core::status::{AbandonReason, Status};
use cart_core::testing::samples::{
    at, cart_id, coupon, guest, key, name, prices, promotion_id, quantity, user,
};
use cart_core::testing::{Scenario, cart, given};
use cart_core::version::Version;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{metadata, removing, sleeping, tenth_off};

fn copy_as(given: &Scenario, actor: &Actor, named: Option<&str>) -> Result<Decision, Rejection> {
    let order = DuplicateCart { source: given.cart().id(), name: named.map(name) };
    duplicate(given.cart(), cart_id(9), actor, &order, &given.facts([]))
}

fn copy(given: &Scenario) -> (Cart, Decision) {
    let decision = copy_as(given, &user("ann"), None).unwrap();
    let entry = Entry {
        cart: cart_id(9),
        version: Version::FIRST,
        at: at(60),
        actor: user("ann").to_ref(),
        request: Request { key: key("k"), origin: KeyOrigin::Service },
        events: decision.events.clone(),
        reply: decision.reply.clone(),
    };
    (Cart::created_by(&entry).unwrap(), decision)
}

fn lines(cart: &Cart) -> Vec<(&str, u32)> {
    cart.lines().iter().map(|line| (line.key.product.product.as_str(), line.quantity.get())).collect()
}

#[test]
fn a_copy_has_the_lines_at_todays_price_and_ids_of_its_own() {
    let source = cart().with_line("mug", 2).with_line("cup", 3).noted("hello");
    let given = given(source.with(|cart| {
        cart.name = Some(name("party"));
        cart.metadata = metadata(json!({"k": 1}));
    }))
    .and_prices("mug", 1200, 1100);
    let (copied, decision) = copy(&given);
    assert_eq!(lines(&copied), [("mug", 2), ("cup", 3)]);
    assert_eq!(copied.lines()[0].snapshot.unit().minor(), 1100);
    assert_eq!(copied.lines()[0].added_at, at(60));
    assert!(copied.lines().iter().all(|line| given.cart().line(line.id).is_none()));
    assert_eq!((copied.name(), copied.note()), (given.cart().name(), given.cart().note()));
    assert_eq!((copied.metadata(), copied.duplicate_of()), (given.cart().metadata(), Some(cart_id(1))));
    assert_eq!(decision.reply.edits.len(), 2);
}

#[test]
fn a_copy_may_have_another_name() {
    let decision = copy_as(&given(cart()), &user("ann"), Some("again")).unwrap();
    let Some(CartEvent::Created(created)) = decision.events.first() else {
        unreachable!("it is created first")
    };
    assert_eq!(created.name, Some(name("again")));
}

#[test]
fn choices_are_not_copied_and_the_lifetime_is_new() {
    let address = Selection::Address(AddressId::new("home").unwrap());
    let hour = TimeDelta::hours(1);
    let given = given(cart().choosing(address).expiring_at(at(61)))
        .and_policy_with(|policy| policy.user_lifetime = Ttl::Fixed(hour));
    let (copied, _) = copy(&given);
    assert!(copied.selections().is_empty());
    assert_eq!(copied.expires_at(), Some(at(60) + hour));
}

#[test]
fn what_cannot_be_had_is_left_out_or_reduced_and_said() {
    let given =
        given(cart().with_line("gone", 1).with_line("red", 3).with_line("blue", 3).with_line("none", 1))
            .and_unknown("gone")
            .and_shared_stock("shirt", 5, ["red", "blue"])
            .and_stock("none", 0);
    let (copied, decision) = copy(&given);
    assert_eq!(lines(&copied), [("red", 3), ("blue", 2)]);
    let blue = copied.lines()[1].id;
    assert_eq!(
        decision.reply.notices,
        [Notice::QuantityClamped { line: blue, asked: 3, given: quantity(2) }]
    );
    assert!(matches!(
        decision.reply.edits.as_slice(),
        [
            EditOutcome::Refused { reason: Rejection::ProductNotFound { .. } },
            EditOutcome::Done { .. },
            EditOutcome::Done { .. },
            EditOutcome::Refused { reason: Rejection::InsufficientStock { available: 0, .. } },
        ]
    ));
}

#[test]
fn a_cart_in_any_status_can_be_copied_and_stays_as_it_is() {
    let ended = Status::Abandoned { since: at(1), reason: AbandonReason::GivenUp };
    let (copied, _) = copy(&given(cart().with_line("mug", 1).in_status(ended)));
    assert_eq!(lines(&copied), [("mug", 1)]);
    assert!(matches!(copied.status(), Status::Active));
}

#[test]
fn only_the_owner_copies_a_cart() {
    let given = given(cart().with_line("mug", 1));
    for stranger in [user("bob"), guest(1)] {
        assert_eq!(copy_as(&given, &stranger, None), Err(Rejection::CartNotFound));
    }
    let forbidden = Err(Rejection::Forbidden { permission: Permission::Own });
    assert_eq!(copy_as(&given, &Actor::System, None), forbidden);
}

#[test]
fn nothing_is_copied_where_every_owner_has_exactly_one_cart() {
    let given = given(cart()).and_policy_with(|policy| policy.cardinality = Cardinality::ExactlyOne);
    assert_eq!(copy_as(&given, &user("ann"), None), Err(Rejection::NotOffered));
}

#[test]
fn a_copy_has_no_more_lines_than_the_policy_allows() {
    let given = given(cart().with_line("a", 1).with_line("b", 1).with_line("c", 1))
        .and_policy_with(|policy| policy.limits.lines = 2);
    let (copied, decision) = copy(&given);
    assert_eq!(lines(&copied), [("a", 1), ("b", 1)]);
    assert_eq!(decision.reply.edits[2], EditOutcome::Refused { reason: Rejection::TooManyLines { max: 2 } });
}

#[test]
fn a_product_no_longer_sold_in_the_currency_is_left_out() {
    let given = given(cart().with_line("mug", 1))
        .and_product("mug", |mug| mug.prices = prices(1, cart_core::money::Currency::JPY));
    assert_eq!(lines(&copy(&given).0), []);
}

#[test]
fn lines_of_a_copy_share_what_is_left_of_one_stock_item_in_their_order() {
    let wanted = [("a", 4), ("b", 4), ("c", 4), ("d", 1)];
    let source = wanted.iter().fold(cart(), |cart, (id, units)| cart.with_line(id, *units));
    let given = given(source).and_shared_stock("clay", 10, ["a", "b", "c", "d"]);
    let (copied, _) = copy(&given);
    assert_eq!(lines(&copied), [("a", 4), ("b", 4), ("c", 2)]);
}

#[test]
fn codes_and_refused_gifts_are_copied() {
    let source = cart().with_line("mug", 1).with_coupon("TEN").with_coupon("OTHER").refusing("free-cup");
    let given = |policy| given(source.clone()).and_policy(policy).and_promotion(tenth_off("ten", &["TEN"]));
    let (copied, decision) = copy(&given(sleeping()));
    assert_eq!(copied.coupons(), [coupon("TEN")], "a code of no promotion stays behind");
    assert_eq!(copied.refused_gifts().iter().collect::<Vec<_>>(), [&promotion_id("free-cup")]);
    assert_eq!(decision.reply.notices, []);
    let (copied, decision) = copy(&given(removing()));
    assert_eq!(copied.coupons(), [coupon("TEN")]);
    assert_eq!(decision.reply.notices, []);
    let (copied, _) = copy(&given(cart_core::policy::CartPolicy::shared()));
    assert_eq!(copied.coupons(), []);
}
