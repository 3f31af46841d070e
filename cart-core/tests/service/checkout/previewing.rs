//! What a checkout would be, without beginning one.

use cart_core::checkout::{EndReason, Handoff, Stage};
use cart_core::command::{AddLine, BeginCheckout, BuyNow, CreateCart};
use cart_core::policy::CartPolicy;
use cart_core::rejection::Rejection;
use cart_core::service::Caller;
use cart_core::status::StatusName;
use cart_core::testing::block_on;
use cart_core::testing::samples::{product, quantity};

use super::support::{Counts, Till, ended, eur, one_cart};
use crate::shop::{ann, rejection, shop};

fn previewing() -> Caller {
    Caller::new(ann()).only_preview()
}

#[test]
fn a_preview_says_what_would_be_ordered_and_writes_nothing() {
    let till = Till::with(CartPolicy::shared(), Counts::Warehouse);
    let cart = till.cart(2);
    let written = till.shop.journal().len();
    for handoff in [Handoff::Host, Handoff::Service] {
        let seen = till.order(previewing(), &cart, &BeginCheckout::whole(handoff)).unwrap();
        assert_eq!((seen.checkout.draft.totals.total, seen.checkout.handoff), (eur(20_00), handoff));
        assert!(matches!(seen.stage, Stage::InProgress { .. }), "the warehouse is to be asked first");
        // Only the host's own check is asked.
        assert_eq!(till.partners.calls(), ["before_begin"]);
    }
    assert_eq!((till.shop.journal().len(), till.level("mug")), (written, (10, 0, 0)));
    assert_eq!(till.shop.read(&ann(), &cart).unwrap().cart.status().name(), StatusName::Active);
}

#[test]
fn a_preview_is_refused_for_the_same_reasons() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(2);
    till.partners.refuse("before_begin");
    assert!(matches!(rejection(till.checkout(previewing(), &cart)), Rejection::Vetoed { .. }));
    till.supply("mug", 1);
    assert!(matches!(rejection(till.checkout(previewing(), &cart)), Rejection::NotOrderable { .. }));
}

#[test]
fn a_purchase_can_be_previewed() {
    let till = Till::with(one_cart(), Counts::Store);
    let purchase = BuyNow {
        add: AddLine::new(product("mug"), quantity(3)),
        selections: Vec::new(),
        cart: CreateCart::default(),
        order: BeginCheckout::whole(Handoff::Service),
    };
    let seen = block_on(till.shop.service.buy_now(&previewing(), &shop(), &purchase)).unwrap();
    assert_eq!(seen.checkout.draft.totals.total, eur(30_00));
    assert_eq!((till.shop.journal(), till.level("mug")), (vec![], (10, 0, 0)));
}

#[test]
fn the_end_of_one_can_be_previewed_too() {
    let till = Till::with(CartPolicy::shared(), Counts::Store);
    let cart = till.cart(1);
    let begun = till.order(ann(), &cart, &BeginCheckout::whole(Handoff::Host)).unwrap();
    let id = begun.checkout.id;
    assert_eq!(ended(&till.cancel(previewing(), id).unwrap().stage), EndReason::Cancelled);
    let longer = till.extend(previewing(), id).unwrap();
    assert_eq!((longer.stage, longer.checkout.progress.extensions), (Stage::Begun, 1));
    assert_eq!((till.stage(id), till.level("mug")), (Stage::Begun, (9, 1, 0)));
    assert_eq!(till.state(&ann(), id).unwrap().checkout, begun.checkout);
}
