//! What becomes of a checkout after its begin.

use std::sync::Arc;

use crate::actor::Actor;
use crate::authorise::authorise;
use crate::cart::Cart;
use crate::checkout::{
    Answer, Checkout, CheckoutStep, EndReason, Handoff, Next, OrderState, PlacedOrder, Reason,
};
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::id::CheckoutId;
use crate::permission::Permission;
use crate::policy::{AfterOrder, Ttl};
use crate::rejection::Rejection;
use crate::status::AbandonReason;

/// The begin of a checkout, and what follows from it at once.
pub(super) fn begun(cart: &Cart, checkout: Checkout, facts: &Facts) -> Vec<CartEvent> {
    let mut record = checkout.clone();
    let mut events = vec![CartEvent::CheckoutBegun { checkout: Arc::new(checkout) }];
    events.extend(advanced(cart, &mut record, Vec::new(), facts));
    events
}

/// What follows from answers to what was asked for a checkout; nothing if they change nothing.
pub fn answered(cart: &Cart, checkout: &Checkout, answers: &[Answer], facts: &Facts) -> Vec<CartEvent> {
    let (mut record, mut events) = (checkout.clone(), Vec::new());
    events.extend(learned(&mut record, answers, facts).into_iter().map(|step| event(checkout.id, step)));
    if !events.is_empty() {
        events.extend(advanced(cart, &mut record, Vec::new(), facts));
    }
    events
}

/// What is to be done for a checkout now, whoever should have done it; nothing but waiting changes nothing.
pub fn resumed(cart: &Cart, checkout: &Checkout, facts: &Facts) -> Vec<CartEvent> {
    advanced(cart, &mut checkout.clone(), Vec::new(), facts)
}

/// What follows from answers about a checkout that has ended and was forgotten. Money that was taken for it is given back,
/// be the cart what it may by now.
pub fn answered_late(cart: &Cart, ended: &Checkout, answers: &[Answer], facts: &Facts) -> Vec<CartEvent> {
    let mut record = ended.clone();
    if learned(&mut record, answers, facts).is_empty() || record.is_settled() {
        return vec![];
    }
    let mut events = vec![CartEvent::CheckoutUnsettled { checkout: Arc::new(record.clone()) }];
    events.extend(advanced(cart, &mut record, Vec::new(), facts));
    events
}

/// Takes note of answers; the steps that were taken. Of one that could not answer, the next try is what follows.
fn learned(record: &mut Checkout, answers: &[Answer], facts: &Facts) -> Vec<CheckoutStep> {
    let mut taken = Vec::new();
    for answer in answers {
        for step in record.learn(answer.clone(), facts.now) {
            record.apply(&step);
            taken.push(step);
        }
    }
    taken
}

/// Gives a checkout up, unless it goes ahead.
pub(super) fn cancel(
    cart: &Cart,
    actor: &Actor,
    id: CheckoutId,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let checkout = current(cart, actor, Permission::CheckOut, id, facts)?;
    let is_paid = checkout.progress.payment.captured().is_some();
    if is_paid || matches!(checkout.progress.order, OrderState::Confirmed { .. }) {
        return Err(Rejection::CheckoutGoesAhead);
    }
    Ok(give_up(cart, checkout, EndReason::Cancelled, facts))
}

/// Gives a checkout more time.
pub(super) fn extend(
    cart: &Cart,
    actor: &Actor,
    id: CheckoutId,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let checkout = current(cart, actor, Permission::CheckOut, id, facts)?;
    if let (true, Some(placed)) = (checkout.progress.completed, checkout.progress.order.placed()) {
        return Err(Rejection::AlreadyOrdered { order: placed.order.clone() });
    }
    let max = facts.policy.checkout.extensions;
    let is_late = facts.now >= checkout.deadline;
    if let Some(reason) = checkout.progress.giving_up.clone().or(is_late.then_some(EndReason::TimedOut)) {
        return Err(Rejection::CheckoutEnded { reason });
    }
    if checkout.progress.extensions >= max {
        return Err(Rejection::TooManyExtensions { max });
    }
    let deadline = (facts.now + facts.policy.checkout.time).max(checkout.deadline);
    let held_until = checkout.held_until(deadline);
    let extended = CheckoutStep::Extended { deadline, held_until };
    Ok(advanced(cart, &mut checkout.clone(), vec![extended], facts))
}

/// Takes note of the order that the host placed.
pub(super) fn complete(
    cart: &Cart,
    actor: &Actor,
    id: CheckoutId,
    order: &PlacedOrder,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let checkout = current(cart, actor, Permission::Operate, id, facts)?;
    if checkout.handoff == Handoff::Service {
        return Err(Rejection::NotOffered);
    }
    if let Some(known) = checkout.progress.order.placed() {
        let is_same = known.order == order.order;
        let order = known.order.clone();
        return if is_same { Ok(vec![]) } else { Err(Rejection::AlreadyOrdered { order }) };
    }
    let steps = vec![CheckoutStep::OrderConfirmed { order: order.clone() }];
    Ok(advanced(cart, &mut checkout.clone(), steps, facts))
}

/// Takes note that the host places no order.
pub(super) fn fail(
    cart: &Cart,
    actor: &Actor,
    id: CheckoutId,
    why: &Reason,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let checkout = current(cart, actor, Permission::Operate, id, facts)?;
    if checkout.handoff == Handoff::Service {
        return Err(Rejection::NotOffered);
    }
    if checkout.progress.order.placed().is_some() {
        return Err(Rejection::CheckoutGoesAhead);
    }
    Ok(give_up(cart, checkout, EndReason::Failed { why: why.clone() }, facts))
}

fn give_up(cart: &Cart, checkout: &Checkout, reason: EndReason, facts: &Facts) -> Vec<CartEvent> {
    if checkout.progress.giving_up.is_some() {
        return vec![];
    }
    advanced(cart, &mut checkout.clone(), vec![CheckoutStep::GivenUp { reason }], facts)
}

/// The checkout that a cart is in, for somebody with a permission.
fn current<'a>(
    cart: &'a Cart,
    actor: &Actor,
    permission: Permission,
    id: CheckoutId,
    facts: &Facts,
) -> Result<&'a Checkout, Rejection> {
    authorise(actor, cart, permission, &facts.access())?;
    let checkout = cart.current_checkout().filter(|checkout| checkout.id == id);
    checkout.map(AsRef::as_ref).ok_or(Rejection::CheckoutNotFound { checkout: id })
}

/// Steps of a checkout and all that follows from them without anybody being asked, as changes of its cart.
fn advanced(cart: &Cart, record: &mut Checkout, steps: Vec<CheckoutStep>, facts: &Facts) -> Vec<CartEvent> {
    let id = record.id;
    let (steps, mut next) = record.advance(steps, facts.now);
    let mut events: Vec<CartEvent> = steps.into_iter().map(|step| event(id, step)).collect();
    if let Next::End(reason) = next {
        record.end(&reason);
        events.extend(ended(cart, record, reason, facts));
        let undoing;
        (undoing, next) = record.advance(Vec::new(), facts.now);
        events.extend(undoing.into_iter().map(|step| event(id, step)));
    }
    if let Next::Complete(order) = next {
        events.extend(completed(cart, record, order, facts));
    }
    events
}

fn event(checkout: CheckoutId, step: CheckoutStep) -> CartEvent {
    CartEvent::CheckoutAdvanced { checkout, step: Arc::new(step) }
}

/// The cart is free again; one that was made for the order alone is given up with it.
fn ended(cart: &Cart, checkout: &Checkout, reason: EndReason, facts: &Facts) -> Vec<CartEvent> {
    let mut events = vec![CartEvent::CheckoutCancelled { checkout: checkout.id, reason }];
    if checkout.draft.one_off {
        events.push(CartEvent::Abandoned { since: facts.now, reason: AbandonReason::GivenUp });
    } else {
        events.extend(new_lifetime(cart, facts));
    }
    events
}

/// The cart has become an order, or some of its lines have.
fn completed(cart: &Cart, checkout: &Checkout, order: PlacedOrder, facts: &Facts) -> Vec<CartEvent> {
    let draft = &checkout.draft;
    let mut events = Vec::new();
    if !draft.whole {
        let ordered = draft.lines.iter().map(|line| line.line).filter(|line| cart.line(*line).is_some());
        events.extend(ordered.map(|line| CartEvent::LineRemoved { line }));
        let spent = draft.coupons.iter().filter(|coupon| coupon.outcome.is_ok());
        events.extend(spent.map(|coupon| CartEvent::CouponRemoved { code: coupon.code.clone() }));
        events.extend(new_lifetime(cart, facts));
    } else if facts.policy.checkout.after_order == AfterOrder::ClearLines {
        events.push(CartEvent::Cleared { scope: facts.policy.clear });
    }
    let (checkout, order, remains) = (checkout.id, order.order, !draft.whole);
    events.push(CartEvent::CheckoutCompleted { checkout, order, remains });
    events
}

/// A cart does not expire in its checkout; what is left of its lifetime afterwards must be enough to try again.
fn new_lifetime(cart: &Cart, facts: &Facts) -> Option<CartEvent> {
    let (lifetime, end) = (facts.policy.lifetime(cart.owner()), cart.expires_at()?);
    let is_short = end <= facts.now + facts.policy.checkout.time || matches!(lifetime, Ttl::Sliding(_));
    let expires_at = lifetime.end_from(facts.now).filter(|renewed| is_short && *renewed > end)?;
    Some(CartEvent::ExpiryMoved { expires_at })
}
