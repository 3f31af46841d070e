//! Copying carts.

use std::sync::Arc;

use super::demand::Demand;
use super::lines::check_room;
use super::relations::{Misfits, misfits};
use super::stock::{Raise, admit};
use super::{Decision, Origin, coupons, create};
use crate::actor::Actor;
use crate::authorise::authorise;
use crate::cart::Cart;
use crate::command::{CreateCart, DuplicateCart};
use crate::event::{CartEvent, Created};
use crate::facts::{Facts, LineIds};
use crate::id::CartId;
use crate::journal::EditOutcome;
use crate::line::Line;
use crate::notice::Notice;
use crate::permission::Permission;
use crate::policy::{Cardinality, OverAsking};
use crate::product::Product;
use crate::quantity::Quantity;
use crate::rejection::Rejection;

/// Decides a new cart of the actor, `id`, with the lines, note, settings and metadata of `source`, which stays as it is.
///
/// Each line is added at today's price, as many units as can be had, if it goes with those before it; the reply says for
/// each line of the source what became of it. Coupon codes are copied, and which gifts were refused; choices about delivery and payment are not.
///
/// # Errors
/// [`Rejection::CartNotFound`] or [`Rejection::Forbidden`] if the actor does not own `source`;
/// [`Rejection::NotOffered`] where every owner has exactly one cart; [`Rejection::AmountOverflow`] if the copy could not
/// be priced.
pub fn duplicate(
    source: &Cart,
    id: CartId,
    actor: &Actor,
    copy: &DuplicateCart,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    authorise(actor, source, Permission::Own, &facts.access())?;
    if facts.policy.cardinality == Cardinality::ExactlyOne {
        return Err(Rejection::NotOffered);
    }
    let created = created(source, actor, copy, facts)?;
    let empty = Cart::new(id, &created, facts.now);
    let mut copying = Copying::of(source, &empty, actor, facts);
    copying.decision.events.insert(0, CartEvent::Created(Box::new(created)));
    copying.bring_choices(source);
    let Copying { draft, mut decision, .. } = copying;
    coupons::remove_misfits_of(&draft, &mut decision, facts)?;
    Ok(decision)
}

fn created(source: &Cart, actor: &Actor, copy: &DuplicateCart, facts: &Facts) -> Result<Created, Rejection> {
    let like = CreateCart {
        name: copy.name.clone().or_else(|| source.name().cloned()),
        currency: Some(source.currency()),
        settings: source.settings().clone(),
        note: source.note().cloned(),
        metadata: source.metadata().clone(),
    };
    create(actor, source.channel(), source.currency(), &like, Origin::Copy(source.id()), facts)
}

/// The new cart while lines come in.
struct Copying<'a> {
    actor: &'a Actor,
    facts: &'a Facts,
    ids: LineIds,
    draft: Cart,
    demand: Demand<'a>,
    decision: Decision,
    /// What clashes with other lines stays behind.
    misfits: Misfits,
}

impl<'a> Copying<'a> {
    /// Copies the lines but for those that clash with a line before.
    fn of(source: &'a Cart, empty: &Cart, actor: &'a Actor, facts: &'a Facts) -> Self {
        let mut known = Misfits::new();
        loop {
            let mut copying = Self::new(empty, actor, facts, known.clone());
            for (line, product) in facts.products.of_lines(source.lines()) {
                copying.add(line, product);
            }
            let more = misfits(empty, &copying.draft, facts, &known);
            if more.is_empty() {
                return copying;
            }
            known.extend(more);
        }
    }

    fn new(empty: &Cart, actor: &'a Actor, facts: &'a Facts, misfits: Misfits) -> Self {
        let (ids, draft) = (LineIds::new(facts.first_id), empty.clone());
        let (demand, decision) = (Demand::default(), Decision::default());
        Self { actor, facts, ids, draft, demand, decision, misfits }
    }

    fn add(&mut self, line: &Line, product: Option<&'a Arc<Product>>) {
        let misfit = self.misfits.get(&line.key).cloned();
        match misfit.map_or_else(|| self.admit(line, product), Err) {
            Ok(quantity) => self.take_in(line, product, quantity),
            Err(reason) => self.decision.reply.edits.push(EditOutcome::Refused { reason }),
        }
    }

    fn admit(&self, line: &Line, product: Option<&Arc<Product>>) -> Result<Quantity, Rejection> {
        let raise = Raise {
            cart: &self.draft,
            key: &line.key.product,
            product,
            priced_as: None,
            current: 0,
            asked: line.quantity.get(),
            demand: Some(&self.demand),
        };
        let admitted = admit(raise, OverAsking::Clamp, self.facts)?;
        check_room(&self.draft, self.facts)?;
        Ok(admitted.quantity)
    }

    fn happen(&mut self, event: CartEvent) {
        self.draft.apply_event(&event);
        self.decision.events.push(event);
    }

    fn bring_choices(&mut self, source: &Cart) {
        let codes = coupons::bring(&self.draft, source.coupons(), self.facts);
        codes.into_iter().for_each(|event| self.happen(event));
        for promotion in source.refused_gifts() {
            self.happen(CartEvent::GiftRefused { promotion: promotion.clone() });
        }
    }

    fn take_in(&mut self, original: &Line, product: Option<&'a Arc<Product>>, quantity: Quantity) {
        let id = self.ids.take(&self.draft);
        let snapshot = product.map_or(original.snapshot, |product| product.prices_for(quantity));
        let (added_at, added_by) = (self.facts.now, self.actor.to_ref());
        let copied =
            Line { id, quantity, snapshot, acknowledged: None, added_at, added_by, ..original.clone() };
        self.happen(CartEvent::LineAdded { line: Arc::new(copied) });
        self.demand.change(product, 0, quantity.get());
        self.decision.reply.edits.push(EditOutcome::Done { line: id });
        let asked = original.quantity;
        if quantity < asked {
            let clamped = Notice::QuantityClamped { line: id, asked: asked.get(), given: quantity };
            self.decision.reply.notices.push(clamped);
        }
    }
}
