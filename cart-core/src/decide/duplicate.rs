//! Copying carts.

use std::sync::Arc;

use super::lines::check_room;
use super::stock::{Raise, admit};
use super::{Decision, Origin, create};
use crate::actor::Actor;
use crate::authorise::authorise;
use crate::cart::Cart;
use crate::command::{CreateCart, DuplicateCart};
use crate::event::{CartEvent, Created};
use crate::facts::{Facts, LineIds};
use crate::id::{CartId, LineId};
use crate::journal::EditOutcome;
use crate::line::Line;
use crate::notice::Notice;
use crate::permission::Permission;
use crate::policy::{Cardinality, OverAsking};
use crate::rejection::Rejection;

/// Decides a new cart of the actor, `id`, with the lines, note, settings and metadata of `source`, which stays as it is.
///
/// Each line is added at today's price, as many units as can be had; the reply says for each line of the source
/// what became of it. Choices about delivery and payment are not copied.
///
/// # Errors
/// [`Rejection::CartNotFound`] or [`Rejection::Forbidden`] if the actor does not own `source`;
/// [`Rejection::NotOffered`] where every owner has exactly one cart.
pub fn duplicate(
    source: &Cart,
    id: CartId,
    actor: &Actor,
    copy: &DuplicateCart,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    authorise(actor, source, Permission::Own)?;
    if facts.policy.cardinality == Cardinality::ExactlyOne {
        return Err(Rejection::NotOffered);
    }
    let created = created(source, actor, copy, facts)?;
    let mut draft = Cart::new(id, &created, facts.now);
    let mut decision = Decision::from(vec![CartEvent::Created(Box::new(created))]);
    let mut ids = LineIds::new(facts.first_line_id);
    for line in source.lines() {
        match copied(line, ids.take(&draft), actor, &draft, facts) {
            Ok(copied) => take_in(line, copied, &mut draft, &mut decision),
            Err(reason) => decision.reply.edits.push(EditOutcome::Refused { reason }),
        }
    }
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

fn copied(line: &Line, id: LineId, actor: &Actor, draft: &Cart, facts: &Facts) -> Result<Line, Rejection> {
    let product = &line.key.product;
    let raise = Raise { cart: draft, line: None, product, current: 0, asked: line.quantity.get() };
    let quantity = admit(raise, OverAsking::Clamp, facts)?;
    check_room(draft, facts)?;
    let snapshot = facts.products.product(product).map_or(line.snapshot, |product| product.prices);
    Ok(Line { id, quantity, snapshot, added_at: facts.now, added_by: actor.to_ref(), ..line.clone() })
}

fn take_in(original: &Line, copied: Line, draft: &mut Cart, decision: &mut Decision) {
    let (line, asked, given) = (copied.id, original.quantity, copied.quantity);
    if given < asked {
        decision.reply.notices.push(Notice::QuantityClamped { line, asked: asked.get(), given });
    }
    let event = CartEvent::LineAdded { line: Arc::new(copied) };
    draft.apply_event(&event);
    decision.events.push(event);
    decision.reply.edits.push(EditOutcome::Done { line });
}
