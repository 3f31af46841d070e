//! Saying no, or yes after all, to what promotions give.

use cart_core::event::CartEvent;
use cart_core::rejection::Rejection;
use cart_core::testing::samples::promotion_id;
use cart_core::testing::{Scenario, ann, cart, given};

use crate::support::{gift_of, sleeping, tenth_off};

fn offered() -> Scenario {
    given(cart().with_line("mug", 1)).and_policy(sleeping()).and_promotion(gift_of("free-cup", "cup"))
}

#[test]
fn a_gift_is_no_line_and_costs_nothing() {
    offered()
        .when(ann().set_quantity("mug", 2))
        .then_lines([("mug", 2)])
        .then_total(20_00)
        .then_priced(|priced| priced.gifts.len() == 1 && priced.gifts[0].product.product.as_str() == "cup");
}

#[test]
fn a_refused_gift_stays_refused_until_it_is_accepted() {
    let promotion = promotion_id("free-cup");
    offered()
        .when(ann().refuse_gift("free-cup"))
        .then_events([CartEvent::GiftRefused { promotion: promotion.clone() }])
        .then_priced(|priced| priced.gifts.is_empty())
        .when(ann().refuse_gift("free-cup"))
        .then_nothing()
        .when(ann().increase("mug", 1))
        .then_priced(|priced| priced.gifts.is_empty())
        .when(ann().accept_gift("free-cup"))
        .then_events([CartEvent::GiftAccepted { promotion }])
        .then_priced(|priced| priced.gifts.len() == 1)
        .when(ann().accept_gift("free-cup"))
        .then_nothing();
}

#[test]
fn only_promotions_that_give_something_can_be_refused() {
    let not_found = |id| Rejection::GiftNotFound { promotion: promotion_id(id) };
    for id in ["none", "tenth"] {
        for ask in [ann().refuse_gift(id), ann().accept_gift(id)] {
            offered().and_promotion(tenth_off("tenth", &[])).when(ask).then_refused_as(not_found(id));
        }
    }
}

#[test]
fn what_was_refused_can_be_accepted_when_it_is_no_longer_given() {
    given(cart().refusing("old"))
        .and_policy(sleeping())
        .when(ann().refuse_gift("old"))
        .then_nothing()
        .when(ann().accept_gift("old"))
        .then_cart(|cart| cart.refused_gifts().is_empty());
}

#[test]
fn only_what_is_given_can_be_refused() {
    let not_found = Rejection::GiftNotFound { promotion: promotion_id("free-cup") };
    offered().and_stock("cup", 0).when(ann().refuse_gift("free-cup")).then_refused_as(not_found);
}

#[test]
fn refusals_of_promotions_that_are_no_more_go_with_the_next_one() {
    let given = given(cart().with_line("mug", 1).refusing("old")).and_policy(sleeping());
    given
        .and_promotion(gift_of("free-cup", "cup"))
        .when(ann().refuse_gift("free-cup"))
        .then_cart(|cart| cart.refused_gifts().iter().eq([&promotion_id("free-cup")]));
}

#[test]
fn two_gifts_share_what_is_left_of_one_stock_item() {
    let both = |available| {
        offered()
            .and_promotion(gift_of("free-jug", "jug"))
            .and_shared_stock("clay", available, ["cup", "jug"])
            .when(ann().increase("mug", 1))
    };
    both(2).then_priced(|priced| priced.gifts.len() == 2);
    both(1).then_priced(|priced| priced.gifts.len() == 1);
    offered()
        .and_promotion(gift_of("another-cup", "cup"))
        .when(ann().increase("mug", 1))
        .then_priced(|priced| priced.gifts.len() == 2);
}
