//! Merging a guest's cart into a user's.

use std::sync::Arc;

use super::demand::Demand;
use super::lines::check_room;
use super::prices::{other_price, repriced};
use super::relations::{Misfits, misfits};
use super::stock::{Admitted, Raise, admit};
use super::{Decision, coupons, settle};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::event::{CartEvent, ClearScope};
use crate::facts::{Facts, LineIds};
use crate::line::Line;
use crate::merge::{DropReason, MergeReport, MergeStrategy, MergedLine};
use crate::permission::Permission;
use crate::policy::OverAsking;
use crate::product::Product;
use crate::quantity::Quantity;
use crate::rejection::Rejection;
use crate::status::AbandonReason;
use crate::version::Version;

/// What a merge does to both carts; to be committed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// What happens to the user's cart: what came in, the report, and what follows from both.
    pub into: Decision,
    /// What happens to the guest's cart: it is abandoned.
    pub from: Decision,
}

/// Decides what becomes of a guest's cart when its lines go into a user's.
///
/// `becomes` is the version that the merge gives `into`: the next one, or the first of a cart that is made by it.
///
/// The guest's coupon codes come along, as many as the cart may hold, and so does which gifts the guest refused.
///
/// Needs proof of both: `user` must own `into`, `guest` must own `from`. Stock, quantity rules and limits are
/// checked again, and so is what goes together; what is not let through is dropped and reported. An empty cart never
/// wins.
///
/// # Errors
/// [`Rejection::CartNotFound`] for whoever does not own their cart; the gates of [`Cart::edit_as`] for either cart;
/// [`Rejection::Unmergeable`] for one cart twice, other channels or other currencies; [`Rejection::AmountOverflow`] if
/// the cart could not be priced.
pub fn merge(
    into: &Cart,
    user: &Actor,
    from: &Cart,
    guest: &Actor,
    strategy: MergeStrategy,
    becomes: Version,
    facts: &Facts,
) -> Result<Merged, Rejection> {
    into.edit_as(user, Permission::Own, facts)?;
    from.edit_as(guest, Permission::Own, facts)?;
    if into.id() == from.id() || into.channel() != from.channel() || into.currency() != from.currency() {
        return Err(Rejection::Unmergeable);
    }
    let mut merging = Merging::of(into, from, effective(strategy, into, from), facts);
    merging.bring_choices(from);
    let mut merged = merging.finish(into, from, strategy, becomes);
    settle(into, user, &mut merged.into, facts)?;
    Ok(merged)
}

/// The strategy that counts: the cart that is not empty wins over the one that is.
fn effective(strategy: MergeStrategy, into: &Cart, from: &Cart) -> MergeStrategy {
    if from.lines().is_empty() {
        MergeStrategy::PreferUser
    } else if into.lines().is_empty() {
        MergeStrategy::Sum
    } else {
        strategy
    }
}

/// The user's cart while lines come in.
struct Merging<'a> {
    facts: &'a Facts,
    ids: LineIds,
    draft: Cart,
    demand: Demand<'a>,
    events: Vec<CartEvent>,
    lines: Vec<MergedLine>,
    /// What clashes with other lines stays behind.
    misfits: Misfits,
}

impl<'a> Merging<'a> {
    /// Brings the guest's lines in but for those that clash: with a line of the user's, or with one of the guest's before.
    fn of(into: &'a Cart, from: &Cart, strategy: MergeStrategy, facts: &'a Facts) -> Self {
        let mut known = Misfits::new();
        loop {
            let mut merging = Self::new(into, facts, known.clone());
            let stays = merging.bring_lines(from, strategy);
            let more = misfits(&stays, &merging.draft, facts, &known);
            if more.is_empty() {
                return merging;
            }
            known.extend(more);
        }
    }

    /// Brings the guest's lines in; returns what stays of the user's cart.
    fn bring_lines(&mut self, from: &Cart, strategy: MergeStrategy) -> Cart {
        if strategy == MergeStrategy::PreferGuest {
            self.drop_users();
        }
        let stays = self.draft.clone();
        for line in from.lines() {
            match strategy {
                MergeStrategy::PreferUser => self.drop_guests(line),
                MergeStrategy::PreferGuest => self.combine(line, |_, guests| guests),
                MergeStrategy::Sum => self.combine(line, u32::saturating_add),
                MergeStrategy::KeepHighest => self.combine(line, u32::max),
            }
        }
        stays
    }

    fn new(into: &'a Cart, facts: &'a Facts, misfits: Misfits) -> Self {
        Self {
            facts,
            ids: LineIds::new(facts.first_id),
            draft: into.clone(),
            demand: Demand::of(into.lines(), &facts.products),
            events: Vec::new(),
            lines: into.lines().iter().map(|line| untouched(line)).collect(),
            misfits,
        }
    }

    fn happen(&mut self, event: CartEvent) {
        self.draft.apply_event(&event);
        self.events.push(event);
    }

    /// Notes that so many units of the guest's line came in, or why not all of them did.
    fn report(&mut self, line: &Line, kept_units: u32, dropped: Option<DropReason>) {
        let guest_units = line.quantity.get();
        match self.lines.iter_mut().find(|merged| merged.key == line.key) {
            Some(merged) => {
                merged.guest_units = guest_units;
                merged.settle(kept_units, dropped);
            }
            None => {
                let mut merged = MergedLine { user_units: 0, guest_units, ..untouched(line) };
                merged.settle(kept_units, dropped);
                self.lines.push(merged);
            }
        }
    }

    fn drop_guests(&mut self, line: &Line) {
        let kept = self.draft.line_with_key(&line.key).map_or(0, |users| users.quantity.get());
        self.report(line, kept, Some(DropReason::Strategy));
    }

    fn drop_users(&mut self) {
        self.happen(CartEvent::Cleared { scope: ClearScope::default() });
        self.demand = Demand::default();
        self.lines.iter_mut().for_each(|merged| merged.settle(0, Some(DropReason::Strategy)));
    }

    fn combine(&mut self, line: &Line, total: fn(u32, u32) -> u32) {
        match (self.draft.line_with_key(&line.key).cloned(), self.misfits.get(&line.key).cloned()) {
            (users, Some(rule)) => {
                let kept = users.map_or(0, |users| users.quantity.get());
                self.report(line, kept, Some(DropReason::Capped { rule }));
            }
            (None, None) => self.add(line),
            (Some(users), None) => {
                self.raise(&users, line, total(users.quantity.get(), line.quantity.get()));
            }
        }
    }

    fn add(&mut self, line: &Line) {
        let admitted = self.admit(line, 0, line.quantity.get()).and_then(|admitted| {
            check_room(&self.draft, self.facts)?;
            Ok(admitted)
        });
        match admitted {
            Ok(Admitted { quantity, capped }) => {
                let added = Line { id: self.ids.take(&self.draft), ..self.of_quantity(line, quantity) };
                self.happen(CartEvent::LineAdded { line: Arc::new(added) });
                self.demand.change(self.product(line), 0, quantity.get());
                self.report(line, quantity.get(), Some(drop_reason(capped)));
            }
            Err(rule) => self.report(line, 0, Some(DropReason::Capped { rule })),
        }
    }

    fn raise(&mut self, users: &Line, guests: &Line, asked: u32) {
        if users.note.is_none() && guests.note.is_some() {
            self.happen(CartEvent::LineNoteChanged { line: users.id, note: guests.note.clone() });
        }
        let from = users.quantity;
        if asked == from.get() {
            return self.report(guests, asked, Some(DropReason::Strategy));
        }
        match self.admit(users, from.get(), asked) {
            Ok(Admitted { quantity: to, capped }) => {
                self.happen(CartEvent::QuantityChanged { line: users.id, from, to });
                let repriced = repriced(users, to, self.product(users), &self.draft, self.facts);
                repriced.into_iter().for_each(|event| self.happen(event));
                self.demand.change(self.product(guests), from.get(), to.get());
                self.report(guests, to.get(), Some(drop_reason(capped)));
            }
            Err(rule) => self.report(guests, from.get(), Some(DropReason::Capped { rule })),
        }
    }

    /// The line with so many units, at the price of so many if that is another.
    fn of_quantity(&self, line: &Line, quantity: Quantity) -> Line {
        let other = self.product(line).and_then(|product| other_price(product, line.quantity, quantity));
        match other {
            Some(snapshot) => Line { quantity, snapshot, acknowledged: None, ..line.clone() },
            None => Line { quantity, ..line.clone() },
        }
    }

    /// What the guest has said about coupons and gifts holds for the user's cart too.
    fn bring_choices(&mut self, from: &Cart) {
        coupons::bring(&self.draft, from.coupons(), self.facts)
            .into_iter()
            .for_each(|event| self.happen(event));
        for promotion in from.refused_gifts() {
            if !self.draft.refused_gifts().contains(promotion) {
                self.happen(CartEvent::GiftRefused { promotion: promotion.clone() });
            }
        }
    }

    /// As many of the units asked for as can be had.
    fn admit(&self, line: &Line, current: u32, asked: u32) -> Result<Admitted, Rejection> {
        let (key, product) = (&line.key.product, self.product(line));
        let raise = Raise {
            cart: &self.draft,
            key,
            product,
            priced_as: Some(line),
            current,
            asked,
            demand: Some(&self.demand),
        };
        admit(raise, OverAsking::Clamp, self.facts)
    }

    fn product(&self, line: &Line) -> Option<&'a Arc<Product>> {
        self.facts.products.product(&line.key.product)
    }

    fn finish(mut self, into: &Cart, from: &Cart, strategy: MergeStrategy, becomes: Version) -> Merged {
        let report = MergeReport { from: from.id(), strategy, lines: self.lines };
        self.events.push(CartEvent::GuestCartMerged { report });
        let reason = AbandonReason::Merged { into: into.id(), version: becomes };
        let abandoned = CartEvent::Abandoned { since: self.facts.now, reason };
        Merged { into: self.events.into(), from: vec![abandoned].into() }
    }
}

/// Why fewer units are kept than both carts had, if they are.
fn drop_reason(capped: Option<Rejection>) -> DropReason {
    capped.map_or(DropReason::Strategy, |rule| DropReason::Capped { rule })
}

/// A line of the user's that the merge has not touched.
fn untouched(line: &Line) -> MergedLine {
    let units = line.quantity.get();
    MergedLine {
        key: line.key.clone(),
        user_units: units,
        guest_units: 0,
        kept_units: units,
        dropped_units: 0,
        dropped: None,
    }
}

impl MergedLine {
    fn settle(&mut self, kept_units: u32, reason: Option<DropReason>) {
        self.kept_units = kept_units;
        self.dropped_units = (self.user_units + self.guest_units).saturating_sub(kept_units);
        self.dropped = reason.filter(|_| self.dropped_units > 0);
    }
}
