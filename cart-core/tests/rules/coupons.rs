//! Coupon codes on carts: taken, kept asleep, taken off.

use cart_core::command::Command;
use cart_core::decide::merge;
use cart_core::event::{CartEvent, ClearScope};
use cart_core::merge::MergeStrategy;
use cart_core::money::{Currency, Money};
use cart_core::notice::Notice;
use cart_core::policy::{CartPolicy, Ttl};
use cart_core::promotion::{Conditions, NotApplied, Promotion, Stacking, UseLimit};
use cart_core::rejection::Rejection;
use cart_core::status::{AbandonReason, Status};
use cart_core::testing::samples::{Write, at, coupon, guest, promotion_id, user};
use cart_core::testing::{Scenario, ann, cart, given};
use chrono::TimeDelta;

use crate::merge::guests;
use crate::support::{from_subtotal, gift_of, removing, sleeping, tenth_off};

fn added(code: &str) -> CartEvent {
    CartEvent::CouponAdded { code: coupon(code) }
}

fn gone(code: &str) -> CartEvent {
    CartEvent::CouponRemoved { code: coupon(code) }
}

fn not_applicable(code: &str, reason: NotApplied) -> Rejection {
    Rejection::CouponNotApplicable { code: coupon(code), reason }
}

fn told_gone(code: &str, reason: NotApplied) -> Notice {
    Notice::CouponRemoved { code: coupon(code), reason }
}

fn below(min: i64, subtotal: i64) -> NotApplied {
    let euro = |minor| Money::new(minor, Currency::EUR);
    NotApplied::BelowSubtotal { min: euro(min), subtotal: euro(subtotal) }
}

/// A mug at 10.00; `TEN` takes a tenth off from 20.00.
fn from_twenty(policy: CartPolicy) -> Scenario {
    given(cart().with_line("mug", 1))
        .and_policy(policy)
        .and_promotion(from_subtotal(20_00, tenth_off("ten", &["TEN"])))
}

#[test]
fn a_code_that_applies_is_put_on_the_cart() {
    for policy in [sleeping(), removing()] {
        given(cart().with_line("mug", 1))
            .and_policy(policy)
            .and_promotion(tenth_off("ten", &["TEN"]))
            .when(ann().add_coupon("ten"))
            .then_events([added("TEN")])
            .then_notices([])
            .then_total(9_00)
            .when(ann().remove_coupon("Ｔｅｎ"))
            .then_events([gone("TEN")])
            .then_total(10_00);
    }
}

#[test]
fn a_code_on_the_cart_is_on_it_once_however_it_is_written() {
    let given = || given(cart().with_coupon("TEN")).and_policy(sleeping());
    for typed in ["TEN", " t e n", "ｔｅｎ"] {
        given().when(ann().add_coupon(typed)).then_nothing();
    }
    given().when(ann().remove_coupon("ELEVEN")).then_nothing();
}

#[test]
fn where_carts_hold_no_codes_none_is_offered() {
    given(cart().with_line("mug", 1))
        .and_promotion(tenth_off("ten", &["TEN"]))
        .when(ann().add_coupon("TEN"))
        .then_refused_as(Rejection::NotOffered);
}

#[test]
fn a_code_of_no_promotion_is_not_found() {
    for policy in [sleeping(), removing()] {
        given(cart().with_line("mug", 1))
            .and_policy(policy)
            .and_promotion(tenth_off("ten", &["TEN"]))
            .and_promotion(tenth_off("always", &[]))
            .when(ann().add_coupon("TENN"))
            .then_refused_as(Rejection::CouponNotFound { code: coupon("TENN") });
    }
}

#[test]
fn a_cart_holds_as_many_codes_as_policy_says() {
    let full = cart().with_line("mug", 1).with_coupon("A").with_coupon("B").with_coupon("C");
    given(full)
        .and_policy(sleeping())
        .and_promotion(tenth_off("d", &["D"]))
        .when(ann().add_coupon("D"))
        .then_refused_as(Rejection::TooManyCoupons { max: 3 })
        .when(ann().add_coupon("A"))
        .then_nothing()
        .when(ann().remove_coupon("B"))
        .then_events([gone("B")])
        .when(ann().add_coupon("D"))
        .then_cart(|cart| cart.coupons() == ["A", "C", "D"].map(coupon));
}

#[test]
fn a_code_that_may_apply_later_sleeps_until_it_does() {
    from_twenty(sleeping())
        .when(ann().add_coupon("TEN"))
        .then_events([added("TEN")])
        .then_priced(|priced| {
            let asleep = Notice::CouponSleeping { code: coupon("TEN"), reason: below(20_00, 10_00) };
            priced.notices == [asleep] && priced.totals.total.minor() == 10_00
        })
        .when(ann().set_quantity("mug", 2))
        .then_total(18_00)
        .when(ann().set_quantity("mug", 1))
        .then_notices([])
        .then_total(10_00)
        .then_cart(|cart| cart.coupons() == [coupon("TEN")]);
}

#[test]
fn a_code_that_never_applies_again_is_not_taken() {
    let ended = Conditions { ends_at: Some(at(60)), ..Conditions::default() };
    let faulty = UseLimit { total: Some(0), per_customer: None };
    let never = [
        (NotApplied::Ended, Promotion { conditions: ended, ..tenth_off("ten", &["TEN"]) }),
        (NotApplied::Faulty, Promotion { limit: faulty, ..tenth_off("ten", &["TEN"]) }),
    ];
    for (reason, promotion) in never {
        given(cart().with_line("mug", 1))
            .and_policy(sleeping())
            .and_promotion(promotion)
            .when(ann().add_coupon("TEN"))
            .then_refused_as(not_applicable("TEN", reason));
    }
}

#[test]
fn a_promotion_that_is_used_up_may_be_given_back() {
    let once = UseLimit { total: Some(1), per_customer: None };
    given(cart().with_line("mug", 1))
        .and_policy(sleeping())
        .and_promotion(Promotion { limit: once, ..tenth_off("ten", &["TEN"]) })
        .and_uses(promotion_id("ten"), 1, 0)
        .when(ann().add_coupon("TEN"))
        .then_events([added("TEN")])
        .then_total(10_00);
}

#[test]
fn where_codes_do_not_sleep_one_that_does_not_apply_is_refused() {
    from_twenty(removing())
        .when(ann().add_coupon("TEN"))
        .then_refused_as(not_applicable("TEN", below(20_00, 10_00)))
        .when(ann().set_quantity("mug", 2))
        .then_total(20_00)
        .when(ann().add_coupon("TEN"))
        .then_total(18_00);
}

#[test]
fn a_write_takes_off_the_codes_that_no_longer_apply() {
    let start = || {
        from_twenty(removing()).when(ann().set_quantity("mug", 2)).when(ann().add_coupon("TEN")).scenario()
    };
    let lowered = start().when(ann().decrease("mug", 1));
    lowered
        .then_events_fit(|events| events.len() == 2 && events.last() == Some(&gone("TEN")))
        .then_notices([told_gone("TEN", below(20_00, 10_00))])
        .then_total(10_00);
    for write in [ann().clear(), ann().remove("mug")] {
        start()
            .when(write)
            .then_notices([told_gone("TEN", NotApplied::NothingConcerned)])
            .then_cart(|cart| cart.coupons().is_empty());
    }
    start()
        .and_prices("mug", 9_99, 9_99)
        .when(ann().note_line("mug", Some("any write")))
        .then_notices([told_gone("TEN", below(20_00, 19_98))]);
}

#[test]
fn codes_that_apply_stay_with_every_write() {
    from_twenty(removing())
        .when(ann().set_quantity("mug", 3))
        .when(ann().add_coupon("TEN"))
        .when(ann().set_quantity("mug", 2))
        .then_events_fit(|events| events.len() == 1)
        .then_notices([])
        .then_cart(|cart| cart.coupons() == [coupon("TEN")]);
}

#[test]
fn what_changes_nothing_takes_no_code_off() {
    given(cart().with_line("mug", 1).with_coupon("TEN"))
        .and_policy(removing())
        .when(ann().set_quantity("mug", 1))
        .then_nothing()
        .when(ann().ask(Command::Abandon))
        .then_events_fit(|events| matches!(events, [CartEvent::Abandoned { .. }]));
}

#[test]
fn a_code_that_excludes_others_takes_them_off() {
    let alone = Promotion { stacking: Stacking::Exclusive, ..tenth_off("alone", &["ALONE"]) };
    given(cart().with_line("mug", 1).with_coupon("TEN"))
        .and_policy(removing())
        .and_promotion(tenth_off("ten", &["TEN"]))
        .and_promotion(alone)
        .when(ann().add_coupon("ALONE"))
        .then_events([added("ALONE"), gone("TEN")])
        .then_notices([told_gone("TEN", NotApplied::Excluded { by: promotion_id("alone") })])
        .then_total(9_00);
}

#[test]
fn codes_go_before_the_lifetime_moves() {
    given(cart().with_line("mug", 2).with_coupon("TEN"))
        .and_policy_with(|policy| {
            *policy = CartPolicy { user_lifetime: Ttl::Sliding(TimeDelta::days(1)), ..removing() };
        })
        .when(ann().set_quantity("mug", 1))
        .then_notices([told_gone("TEN", NotApplied::Unknown)])
        .then_events_fit(|events| {
            matches!(events, [_, CartEvent::CouponRemoved { .. }, CartEvent::ExpiryMoved { .. }])
        });
}

#[test]
fn clearing_takes_codes_and_refusals_off_where_policy_says_so() {
    let start = cart().with_coupon("TEN").refusing("mug");
    let scope = |coupons| ClearScope { coupons, ..ClearScope::default() };
    let given = |coupons| given(start.clone()).and_policy(CartPolicy { clear: scope(coupons), ..sleeping() });
    given(true)
        .when(ann().clear())
        .then_cart(|cart| cart.coupons().is_empty() && cart.refused_gifts().is_empty())
        .when(ann().clear())
        .then_nothing();
    given(false).when(ann().clear()).then_nothing();
}

#[test]
fn clearing_resets_the_coupon_of_the_digital_preset() {
    given(cart().with_line("mug", 1).with_coupon("TEN"))
        .and_policy(CartPolicy::digital())
        .and_promotion(tenth_off("ten", &["TEN"]))
        .when(ann().clear())
        .then_notices([])
        .then_total(0)
        .then_cart(|cart| cart.coupons().is_empty());
}

#[test]
fn a_recovered_cart_has_only_codes_that_apply() {
    let given_up = Status::Abandoned { since: at(0), reason: AbandonReason::GivenUp };
    given(cart().with_line("mug", 1).with_coupon("OLD").with_coupon("TEN").in_status(given_up))
        .and_policy(removing())
        .and_promotion(tenth_off("ten", &["TEN"]))
        .when(ann().ask(Command::Recover))
        .then_events_fit(
            |events| matches!(events, [CartEvent::Recovered { .. }, gone_too] if *gone_too == gone("OLD")),
        )
        .then_notices([told_gone("OLD", NotApplied::Unknown)])
        .then_total(9_00);
}

fn merged(policy: CartPolicy, users: &[&str], from: &[&str]) -> (Vec<String>, Vec<Notice>) {
    let with = |cart, codes: &[&str]| {
        codes.iter().fold(cart, |cart: cart_core::testing::GivenCart, code| cart.with_coupon(code))
    };
    let given = ["A", "B", "C", "D"]
        .iter()
        .fold(given(with(cart().with_line("mug", 1), users)).and_policy(policy), |given, code| {
            given.and_promotion(tenth_off(code, &[code]))
        });
    let from = with(guests(&[("mug", 1)]), from).build();
    let becomes = given.cart().version().next();
    let (user, guest, facts) = (user("ann"), guest(1), given.facts([]));
    let merged = merge(given.cart(), &user, &from, &guest, MergeStrategy::Sum, becomes, &facts).unwrap();
    let after = Write::new(merged.into.events).change(given.cart()).cart;
    (after.coupons().iter().map(ToString::to_string).collect(), merged.into.reply.notices)
}

#[test]
fn a_merge_brings_the_guests_codes_along_as_far_as_there_is_room() {
    assert_eq!(merged(sleeping(), &["A"], &["B", "A", "C", "D"]).0, ["A", "B", "C"]);
    assert_eq!(merged(sleeping(), &["A", "B"], &["B"]).0, ["A", "B"]);
    assert_eq!(merged(CartPolicy::shared(), &[], &["B"]).0, [""; 0]);
    let unknown = (vec!["A".to_owned(), "B".to_owned()], vec![]);
    assert_eq!(merged(sleeping(), &["A"], &["UNKNOWN", "B"]), unknown, "what can never apply stays behind");
    assert_eq!(merged(removing(), &["A"], &["UNKNOWN", "B"]), unknown);
}

#[test]
fn a_merge_takes_off_the_codes_that_do_not_apply_where_they_do_not_sleep() {
    let (codes, notices) = merged(removing(), &["UNKNOWN", "A"], &["B"]);
    assert_eq!(codes, ["A", "B"]);
    assert_eq!(notices, [told_gone("UNKNOWN", NotApplied::Unknown)]);
}

#[test]
fn a_code_that_died_on_the_cart_goes_when_a_code_is_given_where_codes_do_not_sleep() {
    let mut policy = removing();
    policy.pricing.coupons.max = 1;
    let given = || {
        let dead = cart().with_line("mug", 1).with_coupon("DEAD");
        given(dead).and_policy(policy.clone()).and_promotion(tenth_off("ten", &["TEN"]))
    };
    let told = told_gone("DEAD", NotApplied::Unknown);
    given().when(ann().add_coupon("DEAD")).then_events([gone("DEAD")]).then_notices([told.clone()]);
    given()
        .when(ann().add_coupon("TEN"))
        .then_events([gone("DEAD"), added("TEN")])
        .then_notices([told])
        .then_total(9_00);
}

#[test]
fn whether_a_code_is_one_is_told_before_whether_there_is_room() {
    let mut policy = sleeping();
    policy.pricing.coupons.max = 1;
    let full = || {
        let full = cart().with_line("mug", 1).with_coupon("TEN");
        let given = given(full).and_policy(policy.clone()).and_promotion(tenth_off("ten", &["TEN"]));
        given.and_promotion(tenth_off("two", &["TWO"]))
    };
    full().when(ann().add_coupon("NONE")).then_refused_as(Rejection::CouponNotFound { code: coupon("NONE") });
    full().when(ann().add_coupon("TWO")).then_refused_as(Rejection::TooManyCoupons { max: 1 });
}

#[test]
fn a_refused_gift_takes_its_code_off_where_codes_do_not_sleep() {
    let promotion = Promotion { codes: [coupon("GIFT")].into(), ..gift_of("gift", "cup") };
    given(cart().with_line("mug", 1).with_coupon("GIFT"))
        .and_policy(removing())
        .and_promotion(promotion)
        .when(ann().refuse_gift("gift"))
        .then_notices([told_gone("GIFT", NotApplied::GiftRefused)]);
}
