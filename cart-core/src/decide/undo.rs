//! Undoing the last change of what is in a cart.
//!
//! What the undone write changed is put back by the rules of today, all of it or nothing: a line that comes back needs
//! stock, a choice must still fit, a code must still apply. A line that comes back stands at the end, with the price that
//! was noted for it. With whom the cart is shared is never undone, and an accepted suggestion does not wait again.

use std::sync::Arc;

use super::lines::check_room;
use super::relations::settle_lines;
use super::stock::{Raise, admit, check_lowered};
use super::{Decision, coupons};
use crate::actor::Actor;
use crate::authorise::authorise;
use crate::cart::Cart;
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::{Facts, Undoing};
use crate::fit::misfit;
use crate::line::Line;
use crate::permission::Permission;
use crate::policy::OverAsking;
use crate::rejection::Rejection;
use crate::selection::{SelectionKind, Selections};

/// What a write means for undoing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// It left what is in the cart as it was: writes before it can still be undone.
    Apart,
    /// It changed what is in the cart, and can be undone.
    Content,
    /// Neither it nor anything before it can be undone.
    Final,
}

/// What a write with these events means for undoing.
pub(crate) fn reach(events: &[CartEvent]) -> Reach {
    events.iter().map(reach_of).max().unwrap_or(Reach::Apart)
}

fn reach_of(event: &CartEvent) -> Reach {
    match event {
        CartEvent::Renamed { .. }
        | CartEvent::SettingsChanged { .. }
        | CartEvent::NoteChanged { .. }
        | CartEvent::MetadataChanged { .. }
        | CartEvent::LineAdded { .. }
        | CartEvent::QuantityChanged { .. }
        | CartEvent::LineNoteChanged { .. }
        | CartEvent::LineRemoved { .. }
        | CartEvent::CouponAdded { .. }
        | CartEvent::CouponRemoved { .. }
        | CartEvent::GiftRefused { .. }
        | CartEvent::GiftAccepted { .. }
        | CartEvent::Cleared { .. }
        | CartEvent::AddressSelected { .. }
        | CartEvent::ShippingMethodSelected { .. }
        | CartEvent::PaymentMethodSelected { .. } => Reach::Content,
        CartEvent::LinePriced { .. }
        | CartEvent::PriceAcknowledged { .. }
        | CartEvent::ExpiryMoved { .. }
        | CartEvent::GrantMade { .. }
        | CartEvent::GrantChanged { .. }
        | CartEvent::GrantRevoked { .. }
        | CartEvent::LinkMade { .. }
        | CartEvent::LinkChanged { .. }
        | CartEvent::LinkRotated { .. }
        | CartEvent::LinkRevoked { .. }
        | CartEvent::SuggestionMade { .. }
        | CartEvent::SuggestionWithdrawn { .. }
        | CartEvent::SuggestionDeclined { .. }
        | CartEvent::SuggestionAccepted { .. }
        | CartEvent::CheckoutAdvanced { .. }
        | CartEvent::CheckoutUnsettled { .. }
        | CartEvent::Undone { .. } => Reach::Apart,
        CartEvent::Created(_)
        | CartEvent::CurrencyChanged { .. }
        | CartEvent::GuestCartMerged { .. }
        | CartEvent::OwnerChanged { .. }
        | CartEvent::Abandoned { .. }
        | CartEvent::Recovered { .. }
        | CartEvent::CheckoutBegun { .. }
        | CartEvent::CheckoutCancelled { .. }
        | CartEvent::CheckoutCompleted { .. } => Reach::Final,
    }
}

/// Puts back what the write of the facts changed: all of it, or nothing.
pub(super) fn undo(cart: Editing<'_>, actor: &Actor, facts: &Facts) -> Result<Decision, Rejection> {
    let Some(undoing) = &facts.undoing else { return Err(Rejection::NothingToUndo) };
    for permission in needed(undoing) {
        authorise(actor, cart.cart(), permission, &facts.access())?;
    }
    let draft = cart.cart().clone();
    let mut undo = Undo { actor, facts, undoing, draft, decision: Decision::default() };
    undo.lines()?;
    undo.selections()?;
    undo.coupons()?;
    undo.gifts();
    undo.description();
    let mut decision = undo.decision;
    settle_lines(cart.cart(), &mut decision, facts)?;
    if decision.events.is_empty() {
        return Err(Rejection::NothingToUndo);
    }
    decision.events.push(CartEvent::Undone { version: undoing.version });
    Ok(decision)
}

/// What it takes to undo a write besides changing lines, in the order in which it is asked for.
fn needed(Undoing { before, after, .. }: &Undoing) -> impl Iterator<Item = Permission> {
    let coupons = before.coupons() != after.coupons() || before.refused_gifts() != after.refused_gifts();
    let needs = [
        (before.selections() != after.selections(), Permission::EditSelections),
        (coupons, Permission::ApplyCoupons),
        (!descriptions(before, after).is_empty(), Permission::Manage),
    ];
    needs.into_iter().filter_map(|(is_needed, permission)| is_needed.then_some(permission))
}

struct Undo<'a> {
    actor: &'a Actor,
    facts: &'a Facts,
    undoing: &'a Undoing,
    draft: Cart,
    decision: Decision,
}

impl Undo<'_> {
    fn take_in(&mut self, events: impl IntoIterator<Item = CartEvent>) {
        for event in events {
            self.draft.apply_event(&event);
            self.decision.events.push(event);
        }
    }

    fn lines(&mut self) -> Result<(), Rejection> {
        let Undoing { before, after, .. } = self.undoing;
        let added = after.lines().iter().filter(|line| before.line(line.id).is_none());
        self.take_in(added.map(|line| CartEvent::LineRemoved { line: line.id }));
        let kept = before.lines().iter().filter_map(|was| Some((was.as_ref(), after.line(was.id)?)));
        // What was raised goes down first, so that its units are there for what goes up.
        let (lower, rest): (Vec<_>, Vec<_>) = kept.partition(|(was, is)| was.quantity < is.quantity);
        for (was, is) in lower.into_iter().chain(rest) {
            self.quantity(was, is)?;
            self.line_note(was, is);
        }
        for line in before.lines().iter().filter(|line| after.line(line.id).is_none()) {
            self.restore(line)?;
        }
        Ok(())
    }

    /// Puts back how many units a line had, and the price that was noted with that.
    fn quantity(&mut self, was: &Line, is: &Line) -> Result<(), Rejection> {
        if was.quantity == is.quantity {
            return Ok(());
        }
        if was.quantity < is.quantity {
            check_lowered(&was.key.product, was.quantity, self.facts)?;
        } else {
            self.admit(was, is.quantity.get())?;
        }
        self.take_in([CartEvent::QuantityChanged { line: is.id, from: is.quantity, to: was.quantity }]);
        let priced = CartEvent::LinePriced { line: is.id, prices: was.snapshot };
        self.take_in((was.snapshot != is.snapshot).then_some(priced));
        Ok(())
    }

    /// Whether a line can have the units that it had. Fewer are no way back, so what is short is refused.
    fn admit(&self, was: &Line, current: u32) -> Result<(), Rejection> {
        let key = &was.key.product;
        let raise = Raise {
            cart: &self.draft,
            key,
            product: self.facts.products.product(key),
            priced_as: Some(was),
            current,
            asked: was.quantity.get(),
            demand: None,
        };
        admit(raise, OverAsking::Refuse, self.facts).map(drop)
    }

    fn line_note(&mut self, was: &Line, is: &Line) {
        let noted = CartEvent::LineNoteChanged { line: was.id, note: was.note.clone() };
        self.take_in((was.note != is.note).then_some(noted));
    }

    /// Puts back a line that is gone, as it was.
    fn restore(&mut self, line: &Arc<Line>) -> Result<(), Rejection> {
        check_room(&self.draft, self.facts)?;
        self.admit(line, 0)?;
        self.take_in([CartEvent::LineAdded { line: Arc::clone(line) }]);
        Ok(())
    }

    fn selections(&mut self) -> Result<(), Rejection> {
        let (was, is) = (self.undoing.before.selections(), self.undoing.after.selections());
        for (kind, event) in differences(was, is) {
            self.take_in([event]);
            if let Some(reason) = misfit(&self.draft, kind, self.facts).filter(|_| is_made(was, kind)) {
                return Err(Rejection::SelectionMisfit { selection: kind, reason });
            }
        }
        Ok(())
    }

    /// Codes come back as if they were given now.
    fn coupons(&mut self) -> Result<(), Rejection> {
        let Undoing { before, after, .. } = self.undoing;
        let (had, has) = (before.coupons(), after.coupons());
        let added = has.iter().filter(|code| !had.contains(code));
        self.take_in(added.map(|code| CartEvent::CouponRemoved { code: code.clone() }));
        for code in had.iter().filter(|code| !has.contains(code)) {
            let cart = self.draft.clone();
            let editing = cart.edit_as(self.actor, Permission::ApplyCoupons, self.facts)?;
            let Decision { events, reply } = coupons::add(editing, code, self.facts)?;
            self.take_in(events);
            self.decision.reply.notices.extend(reply.notices);
        }
        Ok(())
    }

    fn gifts(&mut self) {
        let Undoing { before, after, .. } = self.undoing;
        let (refused, refuses) = (before.refused_gifts(), after.refused_gifts());
        let accepted = refused.difference(refuses).cloned();
        self.take_in(accepted.map(|promotion| CartEvent::GiftRefused { promotion }));
        let rejected = refuses.difference(refused).cloned();
        self.take_in(rejected.map(|promotion| CartEvent::GiftAccepted { promotion }));
    }

    fn description(&mut self) {
        self.take_in(descriptions(&self.undoing.before, &self.undoing.after));
    }
}

/// What is said about a cart and was something else, as events that say it again.
fn descriptions(before: &Cart, after: &Cart) -> Vec<CartEvent> {
    let mut events = Vec::new();
    if before.name() != after.name() {
        events.push(CartEvent::Renamed { name: before.name().cloned() });
    }
    if before.note() != after.note() {
        events.push(CartEvent::NoteChanged { note: before.note().cloned() });
    }
    if before.settings() != after.settings() {
        events.push(CartEvent::SettingsChanged { settings: before.settings().clone() });
    }
    if before.metadata() != after.metadata() {
        events.push(CartEvent::MetadataChanged { metadata: before.metadata().clone() });
    }
    events
}

/// The choices that were others, as events that make them again.
fn differences(was: &Selections, is: &Selections) -> Vec<(SelectionKind, CartEvent)> {
    let mut differences = Vec::new();
    if was.address != is.address {
        let event = CartEvent::AddressSelected { address: was.address.clone() };
        differences.push((SelectionKind::Address, event));
    }
    if was.shipping_method != is.shipping_method {
        let event = CartEvent::ShippingMethodSelected { method: was.shipping_method.clone() };
        differences.push((SelectionKind::ShippingMethod, event));
    }
    if was.payment_method != is.payment_method {
        let event = CartEvent::PaymentMethodSelected { method: was.payment_method.clone() };
        differences.push((SelectionKind::PaymentMethod, event));
    }
    differences
}

fn is_made(selections: &Selections, kind: SelectionKind) -> bool {
    match kind {
        SelectionKind::Address => selections.address.is_some(),
        SelectionKind::ShippingMethod => selections.shipping_method.is_some(),
        SelectionKind::PaymentMethod => selections.payment_method.is_some(),
    }
}
