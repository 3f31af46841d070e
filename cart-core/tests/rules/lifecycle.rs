//! Giving up, recovering, expiring.

use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::event::CartEvent;
use cart_core::id::OrderRef;
use cart_core::policy::{Cardinality, GuestCarts, Recovery, Ttl};
use cart_core::rejection::Rejection;
use cart_core::status::{AbandonReason, Status, StatusName};
use cart_core::testing::samples::{at, cart_id, guest};
use cart_core::testing::{Scenario, ann, cart, given};
use cart_core::version::Version;
use chrono::TimeDelta;

use crate::support::{by, in_checkout};

const HOUR: TimeDelta = TimeDelta::hours(1);

fn completed() -> Status {
    Status::Completed { order: OrderRef::new("o").unwrap() }
}

fn ended(reason: AbandonReason) -> Status {
    Status::Abandoned { since: at(60), reason }
}

fn merged() -> AbandonReason {
    AbandonReason::Merged { into: cart_id(2), version: Version::FIRST }
}

fn within(given: Scenario, length: TimeDelta) -> Scenario {
    given.and_policy_with(|policy| policy.recovery = Recovery::Within(length))
}

fn abandoned(reason: AbandonReason) -> [CartEvent; 1] {
    [CartEvent::Abandoned { since: at(60), reason }]
}

#[test]
fn a_cart_is_given_up_and_giving_up_again_changes_nothing() {
    given(cart().with_line("mug", 1))
        .when(ann().ask(Command::Abandon))
        .then_events(abandoned(AbandonReason::GivenUp))
        .then_lines([("mug", 1)])
        .when(ann().ask(Command::Abandon))
        .then_nothing();
}

#[test]
fn the_one_cart_of_an_owner_cannot_be_given_up() {
    given(cart())
        .and_policy_with(|policy| policy.cardinality = Cardinality::ExactlyOne)
        .when(ann().ask(Command::Abandon))
        .then_refused_as(Rejection::NotOffered);
}

#[test]
fn only_an_active_cart_is_given_up() {
    let ends = [completed(), ended(AbandonReason::Expired), ended(merged())];
    for over in ends.map(|status| cart().in_status(status)).into_iter().chain([in_checkout(cart())]) {
        let given = given(over);
        let name = given.cart().status().name();
        given.when(ann().ask(Command::Abandon)).then_refused_as(Rejection::WrongStatus { status: name });
    }
    given(cart().expiring_at(at(60))).when(ann().ask(Command::Abandon)).then_refused_as(Rejection::Expired);
}

#[test]
fn a_cart_is_recovered_within_the_time_for_it_inclusive() {
    for reason in [AbandonReason::GivenUp, AbandonReason::Expired] {
        let start = || within(given(cart().with_line("mug", 2).in_status(ended(reason))), HOUR);
        let last = at(60) + HOUR;
        start()
            .at(last)
            .when(ann().ask(Command::Recover))
            .then_events([CartEvent::Recovered { expires_at: None }])
            .then_lines([("mug", 2)])
            .when(ann().ask(Command::Recover))
            .then_nothing();
        start()
            .at(last + TimeDelta::microseconds(1))
            .when(ann().ask(Command::Recover))
            .then_refused_as(Rejection::NotRecoverable);
    }
}

#[test]
fn a_lapsed_cart_that_no_job_has_ended_is_recovered_in_the_same_time() {
    let start = || within(given(cart().expiring_at(at(60))), HOUR);
    let recovered = [CartEvent::Recovered { expires_at: None }];
    start().at(at(60)).when(ann().ask(Command::Recover)).then_events(recovered.clone());
    start().at(at(60) + HOUR).when(ann().ask(Command::Recover)).then_events(recovered);
    start()
        .at(at(60) + HOUR + TimeDelta::microseconds(1))
        .when(ann().ask(Command::Recover))
        .then_refused_as(Rejection::NotRecoverable);
    start().at(at(59)).when(ann().ask(Command::Recover)).then_nothing();
}

#[test]
fn a_recovered_cart_gets_a_new_lifetime() {
    for ttl in [Ttl::Fixed(HOUR), Ttl::Sliding(HOUR)] {
        given(cart().in_status(ended(AbandonReason::Expired)).expiring_at(at(60)))
            .and_policy_with(|policy| policy.user_lifetime = ttl)
            .at(at(90))
            .when(ann().ask(Command::Recover))
            .then_events([CartEvent::Recovered { expires_at: Some(at(90) + HOUR) }]);
    }
}

#[test]
fn nothing_is_recovered_where_policy_has_no_recovery() {
    given(cart().in_status(ended(AbandonReason::GivenUp)))
        .and_policy_with(|policy| policy.recovery = Recovery::Never)
        .when(ann().ask(Command::Recover))
        .then_refused_as(Rejection::NotRecoverable);
}

#[test]
fn a_merged_cart_is_not_recovered() {
    within(given(cart().in_status(ended(merged()))), HOUR)
        .when(ann().ask(Command::Recover))
        .then_refused_as(Rejection::NotRecoverable);
}

#[test]
fn what_is_being_checked_out_or_bought_is_neither_recovered_nor_expired() {
    let (busy, bought) = (in_checkout(cart()), cart().in_status(completed()));
    for (cart, name) in [(busy, StatusName::Checkout), (bought, StatusName::Completed)] {
        let start = || given(cart.clone().expiring_at(at(0)));
        let refusal = Rejection::WrongStatus { status: name };
        start().when(ann().ask(Command::Recover)).then_refused_as(refusal.clone());
        start().when(by(Actor::System).ask(Command::Expire)).then_refused_as(refusal);
    }
}

#[test]
fn a_cart_expires_from_the_instant_its_lifetime_ends() {
    let start = || given(cart().with_line("mug", 1).expiring_at(at(60)));
    let before = at(60) - TimeDelta::microseconds(1);
    start().at(before).when(by(Actor::System).ask(Command::Expire)).then_refused_as(Rejection::NotExpired);
    start().at(before).when(ann().add("mug", 1)).then_lines([("mug", 2)]);
    start().at(at(60)).when(ann().add("mug", 1)).then_refused_as(Rejection::Expired);
    for now in [at(60), at(5000)] {
        start()
            .at(now)
            .when(by(Actor::System).ask(Command::Expire))
            .then_events(abandoned(AbandonReason::Expired))
            .when(by(Actor::System).ask(Command::Expire))
            .then_nothing();
    }
}

#[test]
fn a_cart_without_an_end_never_expires() {
    given(cart())
        .at(at(1_000_000_000))
        .when(by(Actor::System).ask(Command::Expire))
        .then_refused_as(Rejection::NotExpired);
}

#[test]
fn a_sliding_lifetime_moves_with_every_write_and_with_nothing_else() {
    let start = || {
        given(cart().with_line("mug", 1).expiring_at(at(100)))
            .and_policy_with(|policy| policy.user_lifetime = Ttl::Sliding(HOUR))
            .at(at(99))
    };
    let moved = CartEvent::ExpiryMoved { expires_at: at(99) + HOUR };
    start().when(ann().remove("mug")).then_events_fit(|events| events.last() == Some(&moved));
    start().when(ann().clear()).then_events_fit(|events| events.last() == Some(&moved));
    start().when(ann().set_quantity("mug", 1)).then_nothing();
    start().when(ann().remove("cup")).then_refused(|_| true);
    start().when(ann().ask(Command::Abandon)).then_events_fit(|events| !events.contains(&moved));
}

#[test]
fn a_fixed_lifetime_does_not_move() {
    given(cart().with_line("mug", 1).expiring_at(at(100)))
        .and_policy_with(|policy| policy.user_lifetime = Ttl::Fixed(HOUR))
        .when(ann().remove("mug"))
        .then_cart(|cart| cart.expires_at() == Some(at(100)));
}

#[test]
fn guests_and_users_have_lifetimes_of_their_own() {
    let start = |cart| {
        given(cart).and_policy_with(|policy| {
            policy.guests = GuestCarts::Allowed { lifetime: Ttl::Sliding(HOUR) };
            policy.user_lifetime = Ttl::Never;
        })
    };
    start(cart().owned_by(&guest(1)))
        .when(by(guest(1)).add("mug", 1))
        .then_cart(|cart| cart.expires_at() == Some(at(60) + HOUR));
    start(cart()).when(ann().add("mug", 1)).then_cart(|cart| cart.expires_at().is_none());
}
