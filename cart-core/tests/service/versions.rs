//! Versions that callers name.

use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, Target};
use cart_core::version::Version;

use crate::shop::{Shop, add, ann, current, rejection, rename};

fn at(version: u64) -> Caller {
    Caller::new(ann()).if_match(Version::new(version).unwrap())
}

#[test]
fn a_command_for_the_version_that_is_there_is_done() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    assert_eq!(shop.execute(at(1), &cart, &rename("a")).unwrap().view.cart.version().get(), 2);
    assert_eq!(shop.execute(at(2), &cart, &rename("b")).unwrap().view.cart.version().get(), 3);
}

#[test]
fn a_command_for_another_version_is_answered_with_the_cart_as_it_is() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.execute(ann(), &cart, &rename("a")).unwrap();
    for named in [1, 3, u64::MAX] {
        let Err(CartError::VersionMismatch { current }) = shop.execute(at(named), &cart, &rename("b")) else {
            unreachable!("version {named} is not there")
        };
        assert_eq!(current.cart.version().get(), 2);
    }
    assert_eq!(shop.journal().len(), 2);
}

#[test]
fn without_a_version_edits_that_do_not_touch_each_other_both_land() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
    let outcome = shop.execute(ann(), &cart, &add("cup", 1)).unwrap();
    assert_eq!(outcome.view.cart.lines().len(), 2);
}

#[test]
fn a_cart_that_is_yet_to_be_made_has_no_version() {
    let shop = Shop::new(CartPolicy::storefront());
    assert_eq!(rejection(shop.execute(at(1), &current(), &add("mug", 1))), Rejection::CartNotFound);
    assert_eq!(shop.journal(), []);
}

#[test]
fn what_is_so_already_gives_no_version() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.execute(ann(), &cart, &rename("a")).unwrap();
    let outcome = shop.execute(ann(), &cart, &rename("a")).unwrap();
    assert!(outcome.entry.is_none());
    assert_eq!((outcome.view.cart.version().get(), shop.journal().len()), (2, 2));
}

#[test]
fn a_refused_command_changes_nothing_and_tells_nobody() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    assert!(shop.execute(ann(), &cart, &add("gone", 1)).is_err());
    assert_eq!((shop.journal().len(), shop.publisher.published().len()), (1, 1));
}
