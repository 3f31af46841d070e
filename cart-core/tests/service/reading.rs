//! Looking at carts and lists of them.

use cart_core::actor::Actor;
use cart_core::command::{Command, LineEdit};
use cart_core::id::{CartId, UserId};
use cart_core::notice::Notice;
use cart_core::policy::CartPolicy;
use cart_core::port::CartSummary;
use cart_core::pricing::MAX_SUBTOTAL;
use cart_core::rejection::Rejection;
use cart_core::service::{CartError, CartService, Cursor, ListRequest, Page, Target};
use cart_core::status::StatusName;
use cart_core::testing::block_on;
use cart_core::testing::samples::{cart_id, guest, owner, user_for};
use chrono::TimeDelta;

use crate::shop::{Shop, add, ann, ann_with, bob, current, lines, rejection, rename};

fn page(shop: &Shop, cursor: Option<Cursor>, limit: usize) -> Page<CartSummary> {
    let request = ListRequest { cursor, limit };
    block_on(shop.service.carts(&ann(), &crate::shop::shop(), &request)).unwrap()
}

fn ids(page: &Page<CartSummary>) -> Vec<CartId> {
    page.items.iter().map(|cart| cart.id).collect()
}

/// What a page of `ann`'s list has from the start.
fn list(shop: &Shop, limit: usize) -> Vec<CartId> {
    ids(&page(shop, None, limit))
}

#[test]
fn a_cart_is_shown_with_todays_prices() {
    let shop = Shop::new(CartPolicy::storefront());
    shop.execute(ann(), &current(), &add("mug", 2)).unwrap();
    shop.catalog.set_price("mug", 1200);
    let view = shop.read(&ann(), &current()).unwrap();
    assert_eq!(view.priced.totals.total.minor(), 2400);
    assert!(matches!(view.all_notices().collect::<Vec<_>>().as_slice(), [Notice::PriceChanged { .. }]));
}

#[test]
fn what_somebody_may_not_see_does_not_exist() {
    let shop = Shop::new(CartPolicy::shared());
    let mine = Target::Cart(shop.cart());
    let nowhere = Target::Cart(cart_id(77));
    for stranger in [bob(), user_for("ann", "acme"), guest(1)] {
        for target in [&mine, &nowhere] {
            assert_eq!(rejection(shop.read(&stranger, target)), Rejection::CartNotFound);
            assert_eq!(
                rejection(shop.execute(stranger.clone(), target, &rename("x"))),
                Rejection::CartNotFound
            );
        }
    }
    assert!(shop.read(&Actor::Staff(UserId::new("sue").unwrap()), &mine).is_ok());
}

#[test]
fn a_look_writes_nothing() {
    let shop = Shop::new(CartPolicy::shared());
    let id = shop.cart();
    shop.read(&ann(), &Target::Cart(id)).unwrap();
    assert_eq!(shop.journal().len(), 1);
}

#[test]
fn carts_are_listed_newest_first_in_pages() {
    let shop = Shop::new(CartPolicy::shared());
    let made: Vec<CartId> = (0..5).map(|_| shop.cart()).collect();
    shop.create(bob()).unwrap();
    let newest: Vec<CartId> = made.iter().rev().copied().collect();
    assert_eq!(list(&shop, 100), newest);
    let first = page(&shop, None, 2);
    assert_eq!(ids(&first), newest[..2]);
    assert_eq!(ids(&page(&shop, first.next, 2)), newest[2..4]);
    assert_eq!(list(&shop, 0), newest[..1], "a page of nothing would lead nowhere");
}

#[test]
fn a_page_has_at_most_100_carts() {
    let mut policy = CartPolicy::shared();
    policy.limits.carts = 200;
    let shop = Shop::new(policy);
    for _ in 0..=CartService::MAX_PAGE {
        shop.cart();
    }
    assert_eq!(list(&shop, usize::MAX).len(), CartService::MAX_PAGE);
}

#[test]
fn ended_carts_stay_in_the_list() {
    let shop = Shop::new(CartPolicy::shared());
    let id = shop.cart();
    shop.execute(ann(), &Target::Cart(id), &Command::Abandon).unwrap();
    let carts = page(&shop, None, 10);
    assert!(
        matches!(carts.items.as_slice(), [cart] if cart.id == id && cart.status == StatusName::Abandoned)
    );
}

#[test]
fn carts_made_with_a_request_key_are_listed_by_their_age_too() {
    let shop = Shop::new(CartPolicy::shared());
    let mut made = Vec::new();
    for n in 0..20 {
        shop.clock.advance(TimeDelta::seconds(1));
        made.push(shop.create(ann_with(&format!("key-{n}"))).unwrap().view.cart.id());
    }
    made.reverse();
    assert_eq!(list(&shop, 100), made);
}

#[test]
fn staff_have_no_list_and_unknown_channels_have_none() {
    let shop = Shop::new(CartPolicy::shared());
    let all = ListRequest::default();
    let of_system = block_on(shop.service.carts(&Actor::System, &crate::shop::shop(), &all));
    assert_eq!(rejection(of_system), Rejection::CannotOwn);
    let kiosk = cart_core::testing::samples::channel("kiosk");
    let elsewhere = block_on(shop.service.carts(&ann(), &kiosk, &all));
    assert!(matches!(elsewhere, Err(CartError::UnknownChannel)));
}

#[test]
fn a_catalog_that_is_down_fails_the_call_and_changes_nothing() {
    let shop = Shop::new(CartPolicy::storefront());
    shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
    shop.catalog.set_down(true);
    assert!(matches!(shop.execute(ann(), &current(), &add("mug", 1)), Err(CartError::Port(_))));
    assert!(matches!(shop.read(&ann(), &current()), Err(CartError::Port(_))));
    shop.catalog.set_down(false);
    assert_eq!(shop.read(&ann(), &current()).unwrap().cart.version().get(), 1);
}

#[test]
fn a_price_that_became_too_large_leaves_its_line_out_and_locks_nothing() {
    let shop = Shop::new(CartPolicy::storefront());
    shop.execute(ann(), &current(), &add("mug", 2)).unwrap();
    let cup = shop.execute(ann(), &current(), &add("cup", 2)).unwrap();
    shop.catalog.set_price("mug", i64::MAX - 1);
    let view = shop.read(&ann(), &current()).unwrap();
    assert_eq!(view.priced.overflowing().count(), 1);
    assert_eq!(view.priced.totals.total, cup.view.priced.lines[1].amounts.unwrap().total);
    // Others can be added and removed; more of it is refused.
    assert!(shop.execute(ann(), &current(), &add("cup", 1)).is_ok());
    assert_eq!(rejection(shop.execute(ann(), &current(), &add("mug", 1))), Rejection::AmountOverflow);
    let remove = Command::Edit(LineEdit::Remove { line: view.cart.lines()[0].id });
    assert!(shop.execute(ann(), &current(), &remove).is_ok());
}

#[test]
fn what_would_make_the_sum_too_large_is_refused() {
    let shop = Shop::new(CartPolicy::storefront());
    shop.catalog.set_price("mug", MAX_SUBTOTAL / 2);
    shop.catalog.set_price("cup", MAX_SUBTOTAL / 2);
    shop.execute(ann(), &current(), &add("mug", 1)).unwrap();
    shop.execute(ann(), &current(), &add("cup", 1)).unwrap();
    assert_eq!(rejection(shop.execute(ann(), &current(), &add("cup", 1))), Rejection::AmountOverflow);
    assert_eq!(lines(&shop.read(&ann(), &current()).unwrap().cart), [("mug", 1), ("cup", 1)]);
}

#[test]
fn support_sees_the_open_cart_of_somebody_and_makes_none() {
    let shop = Shop::new(CartPolicy::digital());
    let look = |actor: &Actor| block_on(shop.service.cart_of(actor, &crate::shop::shop(), &owner("ann")));
    let sue = Actor::Staff(UserId::new("sue").unwrap());
    assert_eq!(rejection(look(&sue)), Rejection::CartNotFound);
    assert!(shop.journal().is_empty(), "looking made a cart");
    let cart = shop.execute(ann(), &current(), &add("mug", 2)).unwrap().view;
    assert_eq!(look(&sue).unwrap(), cart);
    assert_eq!(look(&ann()).unwrap(), cart);
    for stranger in [bob(), user_for("ann", "acme"), guest(1)] {
        assert_eq!(rejection(look(&stranger)), Rejection::CartNotFound);
    }
}

#[test]
fn an_expired_cart_is_nobodys_open_cart_and_no_stranger_learns_of_it() {
    let gone = CartPolicy { on_expired: cart_core::policy::OnExpired::Gone, ..CartPolicy::digital() };
    let shop = Shop::new(gone);
    shop.execute(ann(), &current(), &add("mug", 2)).unwrap();
    shop.clock.advance(TimeDelta::days(31));
    for actor in [Actor::Staff(UserId::new("sue").unwrap()), bob(), ann()] {
        let seen = block_on(shop.service.cart_of(&actor, &crate::shop::shop(), &owner("ann")));
        assert_eq!(rejection(seen), Rejection::CartNotFound, "{actor:?}");
    }
    assert_eq!(rejection(shop.read(&ann(), &current())), Rejection::Expired, "the owner asked by themselves");
}
