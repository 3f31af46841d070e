//! What is ordered: the whole cart, some of its lines, or one product without a cart.

use std::sync::Arc;

use cart_core::checkout::{EndReason, Handoff, Obstacle, Stage};
use cart_core::command::BuyNow;
use cart_core::command::{AddLine, BeginCheckout, Command, CreateCart};
use cart_core::id::LineId;
use cart_core::policy::{AfterOrder, CartPolicy, TaxMode};
use cart_core::port::CartStore as _;
use cart_core::promotion::{Effect, Promotion, Reduction, Scope};
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, CheckoutOutcome, Target};
use cart_core::status::{AbandonReason, Status, StatusName};
use cart_core::testing::samples::{coupon, key, product, promotion_id, quantity};
use cart_core::testing::{Fault, StoreCall, block_on};
use chrono::TimeDelta;

use super::support::{Counts, Pays, Till, ended, eur, one_cart};
use crate::host::Host;
use crate::shop::{add, ann, current, lines, rejection, shop};

fn some(lines: &[LineId]) -> BeginCheckout {
    BeginCheckout { lines: Some(lines.to_vec()), ..BeginCheckout::whole(Handoff::Service) }
}

fn purchase(id: &str, units: u32) -> BuyNow {
    BuyNow {
        add: AddLine::new(product(id), quantity(units)),
        selections: Vec::new(),
        cart: CreateCart::default(),
        order: BeginCheckout::whole(Handoff::Service),
    }
}

fn buy(till: &Till, caller: impl Into<Caller>, purchase: &BuyNow) -> Result<CheckoutOutcome, CartError> {
    block_on(till.shop.service.buy_now(&caller.into(), &shop(), purchase))
}

/// A till, and a cart of `ann`'s with two mugs and a cup.
fn mugs_and_a_cup(policy: CartPolicy) -> (Till, Target, [LineId; 2]) {
    let till = Till::with(policy, Counts::Store);
    let cart = till.cart(2);
    let cart_now = till.shop.execute(ann(), &cart, &add("cup", 1)).unwrap().view.cart;
    let lines = [cart_now.lines()[0].id, cart_now.lines()[1].id];
    (till, cart, lines)
}

#[test]
fn chosen_lines_are_ordered_and_the_others_stay() {
    let (till, cart, [mugs, _]) = mugs_and_a_cup(CartPolicy::shared());
    let done = till.order(ann(), &cart, &some(&[mugs])).unwrap();
    assert!(matches!(done.stage, Stage::Completed { .. }));
    assert_eq!((done.checkout.draft.totals.total, till.partners.account()), (eur(20_00), (1, 0, 20_00)));
    assert_eq!(
        (lines(&done.view.cart), done.view.cart.status().name()),
        (vec![("cup", 1)], StatusName::Active)
    );
    assert_eq!(done.view.priced.totals.total, eur(10_00));
    assert_eq!((till.level("mug"), till.level("cup")), ((8, 0, 2), (10, 0, 0)));
    // The rest can be ordered too, and the first order stays as it is.
    let rest = till.checkout(ann(), &cart).unwrap();
    assert!(matches!(rest.stage, Stage::Completed { .. }));
    assert_eq!(till.stage(done.checkout.id), done.stage);
    assert_eq!(till.partners.account(), (2, 0, 30_00));
    till.check(&cart);
}

#[test]
fn a_second_delivery_clears_nothing_more() {
    let (till, cart, [mugs, _]) = mugs_and_a_cup(CartPolicy::shared());
    till.partners.pays(Pays::Later);
    let id = till.order(ann(), &cart, &some(&[mugs])).unwrap().checkout.id;
    let paid = till.partners.shopper_pays(id, 20_00);
    till.event(id, &paid).unwrap();
    till.shop.execute(ann(), &cart, &add("mug", 5)).unwrap();
    let written = till.shop.journal().len();
    let again = till.event(id, &paid).unwrap();
    assert!(matches!(again.stage, Stage::Completed { .. }));
    assert_eq!(lines(&again.view.cart), [("cup", 1), ("mug", 5)]);
    assert_eq!((till.shop.journal().len(), till.partners.effects("confirmed")), (written, 1));
    till.check(&cart);
}

#[test]
fn a_whole_cart_keeps_its_lines_or_loses_them_as_policy_says() {
    for (after_order, kept) in [(AfterOrder::KeepLines, 2), (AfterOrder::ClearLines, 0)] {
        let mut policy = CartPolicy::shared();
        policy.checkout.after_order = after_order;
        let (till, cart, _) = mugs_and_a_cup(policy);
        let done = till.checkout(ann(), &cart).unwrap();
        assert_eq!(done.view.cart.lines().len(), kept);
        assert_eq!(done.view.cart.status().name(), StatusName::Completed);
        assert_eq!(done.checkout.draft.lines.len(), 2);
        assert!(till.shop.execute(ann(), &cart, &add("mug", 1)).is_err());
        till.check(&cart);
    }
}

#[test]
fn lines_that_are_not_there_cannot_be_chosen() {
    let (till, cart, [mugs, _]) = mugs_and_a_cup(CartPolicy::shared());
    let line = cart_core::testing::samples::line_id(99);
    assert_eq!(rejection(till.order(ann(), &cart, &some(&[mugs, line]))), Rejection::LineNotFound { line });
    assert!(matches!(
        rejection(till.order(ann(), &cart, &some(&[]))),
        Rejection::NotOrderable { obstacles } if obstacles == [Obstacle::Empty]
    ));
}

#[test]
fn another_total_than_the_shopper_saw_is_refused_with_both() {
    let (till, cart, _) = mugs_and_a_cup(CartPolicy::shared());
    let order =
        |total| BeginCheckout { expected_total: Some(total), ..BeginCheckout::whole(Handoff::Service) };
    till.shop.catalog.set_price("cup", 12_00);
    let (expected, actual) = (eur(30_00), eur(32_00));
    assert_eq!(
        rejection(till.order(ann(), &cart, &order(expected))),
        Rejection::TotalChanged { expected, actual }
    );
    assert!(till.order(ann(), &cart, &order(actual)).is_ok());
}

#[test]
fn what_is_ordered_costs_what_it_did_at_the_begin() {
    let till = Till::new();
    let (cart, id) = till.pending(2);
    till.shop.catalog.set_price("mug", 99_00);
    assert_eq!(till.shop.read(&ann(), &cart).unwrap().priced.totals.total, eur(20_00));
    let paid = till.partners.shopper_pays(id, 20_00);
    assert_eq!(till.event(id, &paid).unwrap().view.priced.totals.total, eur(20_00));
}

#[test]
fn a_code_given_with_the_order_counts_for_it() {
    let host = Arc::new(Host::default());
    let effect =
        Effect::Order { scope: Scope::default(), reduction: Reduction::Percent("0.5".parse().unwrap()) };
    let half = Promotion::new(promotion_id("half"), "half", effect);
    host.promotions.put(Promotion { codes: [coupon("HALF")].into(), ..half });
    let till =
        Till::over(Arc::default(), CartPolicy::company(), Counts::Nobody, |builder| host.serve(builder));
    let cart = till.cart(2);
    let code = Some(coupon("HALF"));
    let order = BeginCheckout { code, ..BeginCheckout::whole(Handoff::Service) };
    till.partners.refuse("place");
    till.order(ann(), &cart, &order).unwrap();
    let after = till.shop.read(&ann(), &cart).unwrap();
    assert_eq!((after.cart.coupons().len(), after.priced.totals.total), (1, eur(12_00)));
}

#[test]
fn buying_at_once_touches_no_other_cart() {
    let till = Till::with(one_cart(), Counts::Store);
    till.shop.execute(ann(), &current(), &add("cup", 3)).unwrap();
    let before = till.shop.read(&ann(), &current()).unwrap().cart;
    let done = buy(&till, ann(), &purchase("mug", 1)).unwrap();
    assert!(matches!(done.stage, Stage::Completed { .. }));
    assert_ne!(done.view.cart.id(), before.id());
    assert_eq!(till.shop.read(&ann(), &current()).unwrap().cart, before);
    assert_eq!((till.level("mug"), till.partners.account()), ((9, 0, 1), (1, 0, 10_00)));
    till.shop.check(done.view.cart.id());
}

#[test]
fn what_was_not_paid_for_leaves_no_cart_behind() {
    let till = Till::with(one_cart(), Counts::Store);
    till.partners.pays(Pays::Never);
    let done = buy(&till, ann(), &purchase("mug", 1)).unwrap();
    assert!(matches!(ended(&done.stage), EndReason::PaymentDeclined { .. }));
    assert!(matches!(done.view.cart.status(), Status::Abandoned { reason: AbandonReason::GivenUp, .. }));
    assert_eq!(rejection(till.shop.read(&ann(), &current())), Rejection::CartNotFound);
    assert_eq!((till.level("mug"), till.partners.account()), ((10, 0, 0), (0, 0, 0)));
    // It is still told what became of it, and late money is given back.
    assert_eq!(till.stage(done.checkout.id), done.stage);
    let paid = till.partners.shopper_pays(done.checkout.id, 10_00);
    till.event(done.checkout.id, &paid).unwrap();
    assert_eq!(till.partners.effects("refunded"), 1);
    till.shop.check(done.view.cart.id());
}

#[test]
fn buying_with_a_key_happens_once_whatever_became_of_it() {
    for pays in [Pays::AtOnce, Pays::Never, Pays::Later] {
        let till = Till::with(one_cart(), Counts::Store);
        till.supply("mug", 1);
        till.partners.pays(pays);
        let caller = || Caller::new(ann()).with_key(key("k"));
        let first = buy(&till, caller(), &purchase("mug", 1)).unwrap();
        let again = buy(&till, caller(), &purchase("mug", 1)).unwrap();
        assert_eq!((&again.stage, &again.view), (&first.stage, &first.view), "{pays:?}");
        assert!(again.replayed && !first.replayed);
        assert_eq!(till.partners.effects("placed"), 1);
        let other = buy(&till, caller(), &purchase("cup", 1));
        assert!(matches!(other, Err(CartError::RequestKeyReused)));
    }
}

#[test]
fn a_repeat_of_whose_write_nobody_knows_is_not_taken_for_the_first_one() {
    let till = Till::with(one_cart(), Counts::Store);
    let caller = || Caller::new(ann()).with_key(key("k"));
    let first = buy(&till, caller(), &purchase("mug", 1)).unwrap();
    // Both would have made the same cart, with the same version.
    till.shop.failing.fail_next(StoreCall::Commit, 1, Fault::UnknownNotDone);
    let again = buy(&till, caller(), &purchase("mug", 1)).unwrap();
    assert_eq!((again.replayed, &again.stage), (true, &first.stage));
    assert_eq!(till.partners.effects("placed"), 1);
    assert_eq!(till.partners.account(), (1, 0, 10_00));
}

#[test]
fn what_cannot_be_bought_makes_no_cart() {
    let till = Till::with(one_cart(), Counts::Store);
    let refused = rejection(buy(&till, ann(), &purchase("mug", 11)));
    assert!(matches!(refused, Rejection::InsufficientStock { .. }), "{refused:?}");
    till.partners.refuse("before_begin");
    assert!(matches!(rejection(buy(&till, ann(), &purchase("mug", 1))), Rejection::Vetoed { .. }));
    assert_eq!(till.shop.journal(), []);
}

#[test]
fn taxes_from_outside_are_asked_for_what_is_ordered() {
    let host = Arc::new(Host::default());
    let mut policy = CartPolicy::company();
    policy.pricing.tax.mode = TaxMode::External;
    let till = Till::over(Arc::default(), policy, Counts::Nobody, |builder| host.serve(builder));
    // A fifth of what is ordered.
    let bought = buy(&till, ann(), &purchase("mug", 1)).unwrap();
    assert!(matches!(bought.stage, Stage::Completed { .. }), "{:?}", bought.stage);
    assert_eq!(bought.checkout.draft.totals.total, eur(12_00));
    let cart = till.cart(2);
    let cart_now = till.shop.execute(ann(), &cart, &add("cup", 1)).unwrap().view.cart;
    let chosen = till.order(ann(), &cart, &some(&[cart_now.lines()[0].id])).unwrap();
    assert_eq!(chosen.checkout.draft.totals.total, eur(24_00));
    assert_eq!(till.partners.account(), (2, 0, 36_00));
}

#[test]
fn a_cart_made_for_an_order_is_given_up_when_its_time_is_over() {
    let till = Till::with(one_cart(), Counts::Store);
    till.partners.pays(Pays::Later);
    let waiting = buy(&till, ann(), &purchase("mug", 1)).unwrap();
    assert!(matches!(waiting.stage, Stage::PaymentPending { .. }));
    till.recover_after(TimeDelta::hours(1));
    assert_eq!(ended(&till.stage(waiting.checkout.id)), EndReason::TimedOut);
    let cart = block_on(till.shop.memory.load(waiting.view.cart.id())).unwrap().unwrap();
    assert_eq!(cart.status().name(), StatusName::Abandoned);
    assert_eq!(rejection(till.shop.execute(ann(), &current(), &Command::Clear)), Rejection::CartNotFound);
}
