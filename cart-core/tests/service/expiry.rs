//! Carts whose lifetime has ended.

use std::sync::Arc;

use cart_core::command::Command;
use cart_core::event::CartEvent;
use cart_core::id::ChannelId;
use cart_core::journal::RequestKey;
use cart_core::memory::MemoryStore;
use cart_core::money::Currency;
use cart_core::notice::Notice;
use cart_core::policy::{CartPolicy, OnExpired, Recovery, Ttl};
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, CartService, CartServiceBuilder, Target};
use cart_core::status::{AbandonReason, Status};
use cart_core::testing::{FixedCatalog, ManualClock, block_on};
use chrono::TimeDelta;

use crate::shop::{Shop, add, ann, current, lines, rejection, rename};

const HOUR: TimeDelta = TimeDelta::hours(1);

/// Many carts that live for an hour.
fn an_hour(on_expired: OnExpired) -> CartPolicy {
    CartPolicy { user_lifetime: Ttl::Fixed(HOUR), on_expired, ..CartPolicy::shared() }
}

/// One cart that lives for an hour and is then replaced, or not.
fn one_for_an_hour(on_expired: OnExpired) -> CartPolicy {
    CartPolicy { user_lifetime: Ttl::Fixed(HOUR), on_expired, ..CartPolicy::digital() }
}

fn expired(shop: &Shop, id: cart_core::id::CartId) -> bool {
    matches!(shop.stored(id).status(), Status::Abandoned { reason: AbandonReason::Expired, .. })
}

#[test]
fn an_expired_cart_is_replaced_by_a_fresh_one_which_says_so_once() {
    for ended_by_a_job in [false, true] {
        let shop = Shop::new(one_for_an_hour(OnExpired::Replace));
        let old = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
        shop.clock.advance(HOUR);
        if ended_by_a_job {
            assert_eq!(block_on(shop.service.expire_due(10)).unwrap().carts, 1);
        }
        let fresh = shop.read(&ann(), &current()).unwrap();
        assert_ne!(fresh.cart.id(), old);
        assert_eq!(lines(&fresh.cart), []);
        assert_eq!(fresh.notices, [Notice::CartReplaced { previous: old }]);
        assert!(expired(&shop, old));
        let again = shop.read(&ann(), &current()).unwrap();
        assert_eq!((again.cart.id(), again.notices.len()), (fresh.cart.id(), 0));
    }
}

#[test]
fn a_first_add_repeated_after_its_cart_has_ended_is_not_done_again() {
    for ended_by_a_job in [false, true] {
        let shop = Shop::new(one_for_an_hour(OnExpired::Replace));
        let with_key = || Caller::new(ann()).with_key(RequestKey::new("k").unwrap());
        let first = shop.execute(with_key(), &current(), &add("mug", 1)).unwrap();
        shop.clock.advance(HOUR);
        if ended_by_a_job {
            assert_eq!(block_on(shop.service.expire_due(10)).unwrap().carts, 1);
        }
        let again = shop.execute(with_key(), &current(), &add("mug", 1)).unwrap();
        assert!(again.replayed);
        assert_eq!((again.entry, again.view.cart), (first.entry, first.view.cart));
    }
}

#[test]
fn an_add_to_an_expired_cart_goes_into_the_fresh_one() {
    let shop = Shop::new(one_for_an_hour(OnExpired::Replace));
    let old = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    shop.clock.advance(HOUR);
    let outcome = shop.execute(ann(), &current(), &add("cup", 2)).unwrap();
    assert!(outcome.created);
    assert_eq!(lines(&outcome.view.cart), [("cup", 2)]);
    assert_eq!(outcome.view.notices, [Notice::CartReplaced { previous: old }]);
    let written: Vec<_> = shop.journal().into_iter().map(|entry| entry.cart).collect();
    assert_eq!(written, [old, old, outcome.view.cart.id()]);
}

#[test]
fn a_cart_lives_until_the_last_microsecond() {
    let shop = Shop::new(one_for_an_hour(OnExpired::Replace));
    let old = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    shop.clock.advance(HOUR - TimeDelta::microseconds(1));
    assert_eq!(shop.read(&ann(), &current()).unwrap().cart.id(), old);
}

#[test]
fn an_expired_cart_is_gone_or_not_found_by_policy() {
    for (on_expired, refusal) in
        [(OnExpired::Gone, Rejection::Expired), (OnExpired::NotFound, Rejection::CartNotFound)]
    {
        for ended_by_a_job in [false, true] {
            let shop = Shop::new(an_hour(on_expired));
            let cart = Target::Cart(shop.cart());
            shop.clock.advance(HOUR);
            if ended_by_a_job {
                assert_eq!(block_on(shop.service.expire_due(10)).unwrap().carts, 1);
            }
            assert_eq!(rejection(shop.read(&ann(), &cart)), refusal);
            assert_eq!(rejection(shop.execute(ann(), &cart, &rename("x"))), refusal);
            assert!(shop.execute(ann(), &cart, &Command::Recover).is_ok());
            assert!(shop.read(&ann(), &cart).is_ok());
        }
    }
}

#[test]
fn an_expired_current_cart_that_is_not_replaced_is_gone_until_another_is_made() {
    for ended_by_a_job in [false, true] {
        let policy = CartPolicy { recovery: Recovery::Within(HOUR), ..one_for_an_hour(OnExpired::Gone) };
        let shop = Shop::new(policy);
        let id = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
        let lapse = |shop: &Shop| {
            shop.clock.advance(HOUR);
            if ended_by_a_job {
                assert_eq!(block_on(shop.service.expire_due(10)).unwrap().carts, 1);
            }
        };
        lapse(&shop);
        assert_eq!(rejection(shop.read(&ann(), &current())), Rejection::Expired);
        assert_eq!(rejection(shop.execute(ann(), &current(), &rename("x"))), Rejection::Expired);
        shop.execute(ann(), &Target::Cart(id), &Command::Recover).unwrap();
        assert_eq!(shop.read(&ann(), &current()).unwrap().cart.id(), id);
        lapse(&shop);
        let made = shop.execute(ann(), &current(), &add("cup", 1)).unwrap();
        assert!(made.created);
        assert_eq!(shop.read(&ann(), &current()).unwrap().cart, made.view.cart);
    }
}

#[test]
fn carts_that_cannot_be_ended_do_not_keep_others_from_it() {
    let memory = Arc::new(MemoryStore::default());
    let channels = ["closed-1", "closed-2", "shop"];
    let open = |channels: &[&str]| {
        let builder = CartService::builder(memory.clone(), Arc::new(FixedCatalog::default()));
        let clock = Arc::new(ManualClock::default());
        let policy = one_for_an_hour(OnExpired::Replace);
        let add = |builder: CartServiceBuilder, name: &&str| {
            builder.channel(ChannelId::new(name).unwrap(), policy.clone(), Currency::EUR)
        };
        (channels.iter().fold(builder.clock(clock.clone()), add).build().unwrap(), clock)
    };
    let (before, earlier) = open(&channels);
    for channel in channels {
        block_on(before.cart(&ann(), &Target::Current(ChannelId::new(channel).unwrap()))).unwrap();
        earlier.advance(TimeDelta::seconds(1));
    }
    let (after, clock) = open(&["shop"]);
    clock.advance(HOUR * 2);
    let done = block_on(after.expire_due(1)).unwrap();
    assert_eq!(done.carts, 1);
    assert_eq!(done.failures.len(), 2);
    assert!(done.failures.iter().all(|(_, error)| matches!(error, CartError::UnknownChannel)));
}

#[test]
fn a_write_moves_a_sliding_lifetime() {
    let policy = CartPolicy { user_lifetime: Ttl::Sliding(HOUR), ..one_for_an_hour(OnExpired::Replace) };
    let shop = Shop::new(policy);
    let id = shop.execute(ann(), &current(), &add("mug", 1)).unwrap().view.cart.id();
    for n in 0..3 {
        shop.clock.advance(HOUR / 2);
        let written = shop.execute(ann(), &current(), &rename(&format!("name {n}"))).unwrap();
        assert_eq!(written.view.cart.id(), id);
    }
    shop.clock.advance(HOUR);
    assert_ne!(shop.read(&ann(), &current()).unwrap().cart.id(), id);
}

#[test]
fn the_job_ends_what_is_due_and_nothing_else() {
    let shop = Shop::new(an_hour(OnExpired::Gone));
    let (first, second) = (shop.cart(), shop.cart());
    shop.clock.advance(HOUR / 2);
    let later = shop.cart();
    shop.clock.advance(HOUR / 2);
    assert_eq!(block_on(shop.service.expire_due(1)).unwrap().carts, 1);
    assert_eq!(block_on(shop.service.expire_due(10)).unwrap().carts, 1);
    assert_eq!(block_on(shop.service.expire_due(10)).unwrap().carts, 0);
    assert!(expired(&shop, first) && expired(&shop, second) && !expired(&shop, later));
    let entry = shop.entries(first).pop().unwrap();
    let since = shop.stored(first).expires_at().unwrap();
    assert_eq!(entry.events, [CartEvent::Abandoned { since, reason: AbandonReason::Expired }]);
}

#[test]
fn a_clock_that_jumps_back_does_no_harm() {
    let shop = Shop::new(CartPolicy::shared());
    let cart = Target::Cart(shop.cart());
    shop.clock.advance(-HOUR);
    let outcome = shop.execute(ann(), &cart, &add("mug", 1)).unwrap();
    assert!(outcome.view.cart.updated_at() >= outcome.view.cart.created_at());
    shop.check(outcome.view.cart.id());
}

#[test]
fn an_expired_cart_takes_no_place_of_an_open_one() {
    let mut policy = an_hour(OnExpired::NotFound);
    policy.limits.carts = 1;
    let shop = Shop::new(policy);
    shop.cart();
    assert_eq!(rejection(shop.create(ann())), Rejection::TooManyCarts { max: 1 });
    shop.clock.advance(HOUR);
    assert!(shop.create(ann()).is_ok());
}
