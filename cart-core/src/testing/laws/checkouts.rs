//! Finding checkouts: their carts, and those that somebody has to look at.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{block_on, entries, load, put};
use crate::cart::Cart;
use crate::checkout::{CheckoutStep, EndReason, PaymentState, Task};
use crate::event::{CartEvent, Created};
use crate::id::{CartId, CheckoutId};
use crate::port::{Rewritten, Store};
use crate::testing::samples::{
    Write, at, cart_id, checkout, checkout_advanced, checkout_begun, checkout_cancelled, checkout_completed,
    checkout_completed_in_part, checkout_id, created, name, owner,
};

fn cart(store: &dyn Store, n: u64) -> Arc<Cart> {
    put(store, Write::new([]).create(cart_id(n), created(owner("ann"))))
}

fn change(store: &dyn Store, cart: &Cart, events: impl Into<Vec<CartEvent>>) -> Arc<Cart> {
    put(store, Write::new(events).change(cart))
}

/// A cart in a checkout of the same number, with a deadline.
fn begun(store: &dyn Store, n: u64, deadline: i64) -> Arc<Cart> {
    change(store, &cart(store, n), [checkout_begun(n, at(deadline), vec![])])
}

/// Somebody is asked to do something for the `n`th checkout.
fn asked(n: u64, task: Task, until: i64) -> CartEvent {
    checkout_advanced(n, CheckoutStep::Asked { task, until: at(until) })
}

fn cart_of(store: &dyn Store, n: u64) -> Option<CartId> {
    block_on(store.cart_of_checkout(checkout_id(n))).expect("the store answers")
}

fn due(store: &dyn Store, now: i64, limit: usize) -> Vec<CheckoutId> {
    block_on(store.checkouts_due(at(now), limit)).expect("the store answers")
}

/// Which of the checkouts 1 to 9 are due, whatever their order.
fn all_due(store: &dyn Store, now: i64) -> Vec<u64> {
    let found = due(store, now, 100);
    let known: Vec<u64> = (1..=9).filter(|n| found.contains(&checkout_id(*n))).collect();
    assert_eq!(known.len(), found.len(), "one is due twice, or one that nobody began");
    known
}

/// A checkout finds its cart, from its begin on and from no earlier.
pub fn a_checkout_finds_its_cart(store: &dyn Store) {
    let one = cart(store, 1);
    assert_eq!(cart_of(store, 1), None);
    change(store, &one, [checkout_begun(1, at(60), vec![])]);
    begun(store, 2, 60);
    assert_eq!([1, 2, 3].map(|n| cart_of(store, n)), [Some(cart_id(1)), Some(cart_id(2)), None]);
}

/// A checkout finds its cart whatever became of either: ended, forgotten, ordered in part or as a whole.
pub fn a_checkout_is_found_whatever_became_of_it(store: &dyn Store) {
    let cart = begun(store, 1, 60);
    let cart = change(store, &cart, [checkout_cancelled(1)]);
    assert_eq!(cart.checkouts().len(), 0);
    let cart = change(store, &cart, [checkout_begun(2, at(60), vec![])]);
    let cart = change(store, &cart, [checkout_completed_in_part(2, "order")]);
    assert_eq!(cart.checkouts().len(), 0);
    let cart = change(store, &cart, [checkout_begun(3, at(60), vec![])]);
    let cart = change(store, &cart, [checkout_cancelled(3), checkout_begun(4, at(60), vec![])]);
    change(store, &cart, [checkout_completed(4, "order")]);
    assert_eq!([1, 2, 3, 4].map(|n| cart_of(store, n)), [Some(cart_id(1)); 4]);
}

/// Those that are due for longest come first, as many as asked for.
pub fn the_checkouts_longest_due_come_first(store: &dyn Store) {
    for (n, deadline) in [(1, 30), (2, 10), (3, 40), (4, 20)] {
        begun(store, n, deadline);
    }
    assert_eq!(due(store, 30, 10), [2, 4, 1].map(checkout_id));
    assert_eq!(due(store, 30, 2), [2, 4].map(checkout_id));
    assert_eq!(due(store, 30, 0), []);
}

/// A checkout is due from the very time on that it says.
pub fn a_checkout_is_due_at_its_time(store: &dyn Store) {
    begun(store, 1, 10);
    let before = at(10) - TimeDelta::microseconds(1);
    assert_eq!(block_on(store.checkouts_due(before, 10)).expect("the store answers"), []);
    assert_eq!(due(store, 10, 10), [checkout_id(1)]);
}

/// When it is due moves with what happens to it, both ways.
pub fn a_checkout_is_due_as_it_says_last(store: &dyn Store) {
    let cart = begun(store, 1, 60);
    let longer = CheckoutStep::Extended { deadline: at(100), held_until: at(100) };
    let cart = change(store, &cart, [checkout_advanced(1, longer)]);
    assert_eq!((all_due(store, 99), all_due(store, 100)), (vec![], vec![1]));
    let cart = change(store, &cart, [asked(1, Task::Place, 5)]);
    assert_eq!((all_due(store, 4), all_due(store, 5)), (vec![], vec![1]));
    let delayed = CheckoutStep::Delayed { until: at(9), tries: 1 };
    let cart = change(store, &cart, [checkout_advanced(1, delayed)]);
    assert_eq!((all_due(store, 8), all_due(store, 9)), (vec![], vec![1]));
    let sooner = CheckoutStep::Parked { until: at(2), tries: 10 };
    change(store, &cart, [checkout_advanced(1, sooner)]);
    assert_eq!((all_due(store, 1), all_due(store, 2)), (vec![], vec![1]));
}

/// Other changes of a cart do not change when its checkout is due.
pub fn a_cart_may_change_while_its_checkout_is_due(store: &dyn Store) {
    let cart = begun(store, 1, 10);
    let renamed = CartEvent::Renamed { name: Some(name("n")) };
    let cart = change(store, &cart, [renamed]);
    assert_eq!((all_due(store, 9), all_due(store, 10)), (vec![], vec![1]));
    change(store, &cart, [CartEvent::Renamed { name: None }, asked(1, Task::Place, 20)]);
    assert_eq!((all_due(store, 19), all_due(store, 20)), (vec![], vec![1]));
}

/// One that became an order is not due any more, be it of all lines or of some.
pub fn a_completed_checkout_is_not_due(store: &dyn Store) {
    let (whole, part) = (begun(store, 1, 10), begun(store, 2, 10));
    assert_eq!(all_due(store, 99), [1, 2]);
    change(store, &whole, [checkout_completed(1, "order")]);
    change(store, &part, [checkout_completed_in_part(2, "order")]);
    assert_eq!(all_due(store, 99), [0; 0]);
}

/// One that has ended is due until it is undone, also beside the one that its cart is in now.
pub fn an_ended_checkout_is_due_until_it_is_undone(store: &dyn Store) {
    let cart = change(store, &cart(store, 1), [paying(1)]);
    let cart = change(store, &cart, [checkout_cancelled(1), asked(1, Task::Void, 20)]);
    assert_eq!((all_due(store, 19), all_due(store, 20)), (vec![], vec![1]));
    let cart = change(store, &cart, [checkout_begun(2, at(30), vec![])]);
    assert_eq!(due(store, 30, 10), [1, 2].map(checkout_id));
    let cart = change(store, &cart, [checkout_advanced(1, CheckoutStep::PaymentVoided)]);
    assert_eq!(all_due(store, 99), [2]);
    change(store, &cart, [checkout_cancelled(2)]);
    assert_eq!(all_due(store, 99), [0; 0]);
}

/// The begin of the `n`th checkout, that a payment is under way for.
fn paying(n: u64) -> CartEvent {
    let mut paying = checkout(n, at(10));
    paying.progress.payment = PaymentState::Asked;
    CartEvent::CheckoutBegun { checkout: Arc::new(paying) }
}

/// One that was forgotten is due again once something is to be undone after all, whatever its cart does by then.
pub fn an_unsettled_checkout_is_due_again(store: &dyn Store) {
    let cart = change(store, &cart(store, 1), [paying(1)]);
    let mut record = cart.current_checkout().map(|kept| (**kept).clone()).expect("the cart is in checkout");
    let voided = checkout_advanced(1, CheckoutStep::PaymentVoided);
    let cart = change(store, &cart, [voided, checkout_cancelled(1)]);
    let cart = change(store, &cart, [checkout_begun(2, at(50), vec![])]);
    let cart = change(store, &cart, [checkout_completed(2, "order")]);
    assert_eq!(all_due(store, 99), [0; 0]);
    record.progress.ended = Some(EndReason::Cancelled);
    let unsettled = CartEvent::CheckoutUnsettled { checkout: Arc::new(record) };
    let cart = change(store, &cart, [unsettled, asked(1, Task::Void, 30)]);
    assert_eq!((all_due(store, 29), all_due(store, 30)), (vec![], vec![1]));
    assert_eq!(load(store, cart_id(1)), Some(Arc::clone(&cart)));
    change(store, &cart, [checkout_advanced(1, CheckoutStep::PaymentVoided)]);
    assert_eq!(all_due(store, 99), [0; 0]);
}

/// A cart does not expire while one of its checkouts is to be undone; afterwards it does.
pub fn a_cart_with_a_checkout_to_undo_is_not_due(store: &dyn Store) {
    let created = Created { expires_at: Some(at(5)), ..created(owner("ann")) };
    let cart = put(store, Write::new([]).create(cart_id(1), created));
    let cart = change(store, &cart, [paying(1)]);
    let cart = change(store, &cart, [checkout_cancelled(1), asked(1, Task::Void, 20)]);
    let expired = || block_on(store.due(at(99), 10)).expect("the store answers");
    assert_eq!(expired(), []);
    change(store, &cart, [checkout_advanced(1, CheckoutStep::PaymentVoided)]);
    assert_eq!(expired(), [cart_id(1)]);
}

/// Checkouts are found, and are due, after their cart's history was rewritten as before.
pub fn checkouts_are_found_in_a_rewritten_history(store: &dyn Store) {
    let cart = begun(store, 1, 60);
    let cart = change(store, &cart, [checkout_cancelled(1), checkout_begun(2, at(70), vec![])]);
    change(store, &cart, [CartEvent::Renamed { name: Some(name("Ann's")) }]);
    let mut entries = entries(store, cart_id(1));
    for event in entries.iter_mut().flat_map(|entry| &mut entry.events) {
        if let CartEvent::Renamed { name } = event {
            *name = None;
        } else if let CartEvent::CheckoutBegun { checkout } = event {
            let draft = Arc::make_mut(&mut Arc::make_mut(checkout).draft);
            draft.owner = owner("nobody");
        }
    }
    let made = Cart::replay(&entries).expect("the history is whole").expect("the cart was made");
    let (base, made) = (made.version(), Arc::new(made));
    let entries = entries.into_iter().map(Arc::new).collect();
    let rewritten = Rewritten { base, cart: Arc::clone(&made), entries };
    block_on(store.rewrite(rewritten)).expect("the history is good");
    assert_eq!(load(store, cart_id(1)), Some(made));
    assert_eq!([1, 2].map(|n| cart_of(store, n)), [Some(cart_id(1)); 2]);
    assert_eq!((all_due(store, 69), all_due(store, 70)), (vec![], vec![2]));
}
