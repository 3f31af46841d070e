//! Undoing the last change of what is in a cart.
//!
//! What the undone write changed is put back by the rules of today: a line that comes back needs stock, a choice must
//! still fit. A line that comes back stands at the end. What the cart is shared with is never undone.

use std::sync::Arc;

use super::lines::{self, check_room};
use super::stock::{Raise, admit};
use crate::actor::Actor;
use crate::authorise::authorise;
use crate::cart::Cart;
use crate::command::LineEdit;
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

/// Puts back what the write of the facts changed.
pub(super) fn undo(cart: Editing<'_>, actor: &Actor, facts: &Facts) -> Result<Vec<CartEvent>, Rejection> {
    let Some(undoing) = &facts.undoing else { return Err(Rejection::NothingToUndo) };
    let mut undo = Undo { actor, facts, undoing, draft: cart.cart().clone(), events: Vec::new() };
    undo.lines()?;
    undo.selections()?;
    undo.coupons()?;
    undo.description()?;
    let Undo { mut events, .. } = undo;
    if events.is_empty() {
        return Err(Rejection::NothingToUndo);
    }
    events.push(CartEvent::Undone { version: undoing.version });
    Ok(events)
}

struct Undo<'a> {
    actor: &'a Actor,
    facts: &'a Facts,
    undoing: &'a Undoing,
    draft: Cart,
    events: Vec<CartEvent>,
}

impl Undo<'_> {
    fn take_in(&mut self, events: impl IntoIterator<Item = CartEvent>) {
        for event in events {
            self.draft.apply_event(&event);
            self.events.push(event);
        }
    }

    fn need(&self, permission: Permission) -> Result<(), Rejection> {
        authorise(self.actor, &self.draft, permission, &self.facts.access())
    }

    fn lines(&mut self) -> Result<(), Rejection> {
        let Undoing { before, after, .. } = self.undoing;
        let added = after.lines().iter().filter(|line| before.line(line.id).is_none());
        self.take_in(added.map(|line| CartEvent::LineRemoved { line: line.id }));
        for (was, is) in before.lines().iter().filter_map(|was| Some((was, after.line(was.id)?))) {
            self.line(was, is)?;
        }
        for line in before.lines().iter().filter(|line| after.line(line.id).is_none()) {
            self.restore(line)?;
        }
        Ok(())
    }

    /// Puts back a line that is still there.
    fn line(&mut self, was: &Line, is: &Line) -> Result<(), Rejection> {
        if was.quantity != is.quantity {
            self.edit(&LineEdit::SetQuantity { line: was.id, quantity: was.quantity })?;
        }
        if was.note != is.note {
            self.edit(&LineEdit::SetNote { line: was.id, note: was.note.clone() })?;
        }
        Ok(())
    }

    fn edit(&mut self, edit: &LineEdit) -> Result<(), Rejection> {
        let decision = lines::edit(&self.draft, self.actor, edit, self.facts)?;
        self.take_in(decision.events);
        Ok(())
    }

    /// Puts back a line that is gone, as it was.
    fn restore(&mut self, line: &Arc<Line>) -> Result<(), Rejection> {
        check_room(&self.draft, self.facts)?;
        let raise = Raise {
            cart: &self.draft,
            key: &line.key.product,
            product: self.facts.products.product(&line.key.product),
            priced_as: Some(line),
            current: 0,
            asked: line.quantity.get(),
            demand: None,
        };
        admit(raise, OverAsking::Refuse, self.facts)?;
        self.take_in([CartEvent::LineAdded { line: Arc::clone(line) }]);
        Ok(())
    }

    fn selections(&mut self) -> Result<(), Rejection> {
        let (was, is) = (self.undoing.before.selections(), self.undoing.after.selections());
        for (kind, event) in differences(was, is) {
            self.need(Permission::EditSelections)?;
            self.take_in([event]);
            if let Some(reason) = misfit(&self.draft, kind, self.facts).filter(|_| is_made(was, kind)) {
                return Err(Rejection::SelectionMisfit { selection: kind, reason });
            }
        }
        Ok(())
    }

    fn coupons(&mut self) -> Result<(), Rejection> {
        let Undoing { before, after, .. } = self.undoing;
        let (had, has) = (before.coupons(), after.coupons());
        let (refused, refuses) = (before.refused_gifts(), after.refused_gifts());
        let mut events = Vec::new();
        let added = has.iter().filter(|code| !had.contains(code));
        events.extend(added.map(|code| CartEvent::CouponRemoved { code: code.clone() }));
        let removed = had.iter().filter(|code| !has.contains(code));
        events.extend(removed.map(|code| CartEvent::CouponAdded { code: code.clone() }));
        let accepted = refused.difference(refuses).cloned();
        events.extend(accepted.map(|promotion| CartEvent::GiftRefused { promotion }));
        let rejected = refuses.difference(refused).cloned();
        events.extend(rejected.map(|promotion| CartEvent::GiftAccepted { promotion }));
        if !events.is_empty() {
            self.need(Permission::ApplyCoupons)?;
        }
        self.take_in(events);
        Ok(())
    }

    fn description(&mut self) -> Result<(), Rejection> {
        let Undoing { before, after, .. } = self.undoing;
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
        if !events.is_empty() {
            self.need(Permission::Manage)?;
        }
        self.take_in(events);
        Ok(())
    }
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
