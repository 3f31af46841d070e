//! Callers that go away while their commit is under way.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use cart_core::command::Command;
use cart_core::memory::MemoryStore;
use cart_core::money::Currency;
use cart_core::policy::CartPolicy;
use cart_core::port::{Store, StoreError};
use cart_core::service::{Caller, CartError, CartService, Target};
use cart_core::testing::{FixedCatalog, HoldingStore, RecordingTimer, block_on};

use crate::shop::{add, ann, ann_with, current, lines, shop};

fn service(policy: CartPolicy) -> (CartService, Arc<HoldingStore>) {
    let holding = Arc::new(HoldingStore::new(Arc::new(MemoryStore::default())));
    (service_over(Arc::clone(&holding) as Arc<dyn Store>, policy), holding)
}

fn service_over(store: Arc<dyn Store>, policy: CartPolicy) -> CartService {
    let catalog = FixedCatalog::default().with("mug", 1000, Currency::EUR).with("cup", 1000, Currency::EUR);
    let builder = CartService::builder(store, Arc::new(catalog)).timer(Arc::new(RecordingTimer::default()));
    builder.channel(shop(), policy, Currency::EUR).build().unwrap()
}

/// Asks for a command, and goes away once its commit is under way.
fn begin(service: &CartService, caller: &Caller, target: &Target, command: &Command) {
    let mut asked = pin!(service.execute(caller, target, command));
    let polled = asked.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending), "the commit is held: {polled:?}");
}

/// Asks for a command, and sees it through while its commits are released one by one.
fn finish(
    service: &CartService,
    holding: &HoldingStore,
    caller: &Caller,
    command: &Command,
) -> cart_core::service::Outcome {
    let target = current();
    let mut asked = pin!(service.execute(caller, &target, command));
    loop {
        match asked.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => return answer.unwrap(),
            Poll::Pending => assert!(block_on(holding.release()), "the service waits for something else"),
        }
    }
}

fn seen(service: &CartService) -> Vec<(String, u32)> {
    let view = block_on(service.cart(&ann(), &current())).unwrap();
    lines(&view.cart).into_iter().map(|(id, units)| (id.to_owned(), units)).collect()
}

fn mugs(units: u32) -> Vec<(String, u32)> {
    vec![("mug".to_owned(), units)]
}

#[test]
fn a_commit_whose_caller_went_away_is_seen_once_it_has_happened() {
    let (service, holding) = service(CartPolicy::storefront());
    finish(&service, &holding, &ann().into(), &add("mug", 1));
    begin(&service, &ann().into(), &current(), &add("mug", 1));
    assert_eq!((holding.held_commits(), seen(&service)), (1, mugs(1)));
    assert!(block_on(holding.release()));
    assert_eq!(seen(&service), mugs(2));
}

#[test]
fn looks_before_and_after_do_not_hide_it() {
    let (service, holding) = service(CartPolicy::storefront());
    finish(&service, &holding, &ann().into(), &add("mug", 1));
    for units in 2..10 {
        begin(&service, &ann().into(), &current(), &add("mug", 1));
        (0..3).for_each(|_| assert_eq!(seen(&service), mugs(units - 1)));
        assert!(block_on(holding.release()));
        (0..3).for_each(|_| assert_eq!(seen(&service), mugs(units)));
    }
}

#[test]
fn the_next_command_goes_on_from_it() {
    let (service, holding) = service(CartPolicy::storefront());
    finish(&service, &holding, &ann().into(), &add("mug", 1));
    begin(&service, &ann().into(), &current(), &add("mug", 1));
    let next = finish(&service, &holding, &ann().into(), &add("mug", 1));
    assert_eq!(lines(&next.view.cart), [("mug", 3)]);
    assert_eq!(seen(&service), mugs(3));
}

#[test]
fn a_first_add_whose_caller_went_away_makes_one_cart() {
    let (service, holding) = service(CartPolicy::storefront());
    begin(&service, &ann().into(), &current(), &add("mug", 1));
    let next = finish(&service, &holding, &ann().into(), &add("mug", 1));
    assert_eq!(lines(&next.view.cart), [("mug", 2)]);
    assert_eq!(seen(&service), mugs(2));
}

#[test]
fn repeating_the_request_with_its_key_does_it_once() {
    let (service, holding) = service(CartPolicy::storefront());
    finish(&service, &holding, &ann().into(), &add("mug", 1));
    begin(&service, &ann_with("k"), &current(), &add("mug", 1));
    let again = finish(&service, &holding, &ann_with("k"), &add("mug", 1));
    assert!(again.replayed);
    assert_eq!(seen(&service), mugs(2));
}

#[test]
fn a_caller_that_goes_away_blocks_nobody() {
    let (service, holding) = service(CartPolicy::storefront());
    finish(&service, &holding, &ann().into(), &add("mug", 1));
    (0..5).for_each(|_| begin(&service, &ann().into(), &current(), &add("cup", 1)));
    let next = finish(&service, &holding, &ann().into(), &add("mug", 1));
    assert_eq!(next.view.cart.lines().first().map(|line| line.quantity.get()), Some(2));
}

#[test]
fn a_commit_that_happens_after_its_outcome_was_said_to_be_unknown_is_seen() {
    let (service, holding) = service(CartPolicy::storefront());
    finish(&service, &holding, &ann().into(), &add("mug", 1));
    let (caller, target, command) = (ann_with("k"), current(), add("mug", 1));
    let mut asked = pin!(service.execute(&caller, &target, &command));
    assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    holding.lose_answer();
    let answer = block_on(asked);
    assert!(matches!(answer, Err(CartError::Store(StoreError::Unknown { .. }))), "{answer:?}");
    assert_eq!(seen(&service), mugs(1));
    assert!(block_on(holding.release()));
    assert_eq!(seen(&service), mugs(2));
}

#[test]
fn a_load_that_was_overtaken_by_a_commit_is_not_kept() {
    let memory = Arc::new(MemoryStore::default());
    let holding = Arc::new(HoldingStore::new(Arc::clone(&memory) as Arc<dyn Store>));
    let before = service_over(Arc::clone(&holding) as Arc<dyn Store>, CartPolicy::storefront());
    finish(&before, &holding, &ann().into(), &add("mug", 1));
    let service = service_over(Arc::clone(&holding) as Arc<dyn Store>, CartPolicy::storefront());
    holding.hold_loads(true);
    let (actor, target) = (ann(), current());
    let mut look = pin!(service.cart(&actor, &target));
    assert!(look.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    holding.hold_loads(false);
    finish(&service, &holding, &ann().into(), &add("mug", 1));
    holding.release_loads();
    assert!(block_on(look).is_ok());
    assert_eq!(seen(&service), mugs(2));
}

#[test]
fn whoever_finds_a_new_cart_waits_until_its_maker_has_been_answered() {
    let (service, holding) = service(CartPolicy::storefront());
    let (maker, other, one, target) = (Caller::new(ann()), Caller::new(ann()), add("mug", 1), current());
    let mut context = Context::from_waker(Waker::noop());
    let mut first = pin!(service.execute(&maker, &target, &one));
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(block_on(holding.release()));
    // The cart is in the store, but its maker has not noticed yet.
    let mut second = pin!(service.execute(&other, &target, &one));
    assert!(second.as_mut().poll(&mut context).is_pending());
    assert_eq!(holding.held_commits(), 0);
    assert!(first.as_mut().poll(&mut context).is_ready());
    assert!(second.as_mut().poll(&mut context).is_pending());
    assert!(block_on(holding.release()));
    assert!(second.as_mut().poll(&mut context).is_ready());
    let read = block_on(service.cart(maker.actor(), &target)).unwrap();
    assert_eq!((read.cart.version().get(), lines(&read.cart)), (2, vec![("mug", 2)]));
}
