//! Changing lines.

use std::sync::Arc;

use super::Decision;
use super::prices::quantity_changed;
use super::relations::settle_lines;
use super::stock::{Raise, admit, check_lowered, smallest};
use crate::actor::Actor;
use crate::cart::Cart;
use crate::command::{AddLine, BatchMode, LineEdit};
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::{Facts, LineIds};
use crate::id::LineId;
use crate::journal::EditOutcome;
use crate::line::{Line, LineKey};
use crate::notice::Notice;
use crate::permission::Permission;
use crate::policy::{AtMinimum, OnDuplicate};
use crate::quantity::Quantity;
use crate::rejection::Rejection;

/// What one edit does.
struct Edited {
    line: LineId,
    events: Vec<CartEvent>,
    notice: Option<Notice>,
}

impl Edited {
    fn of(line: LineId, events: Vec<CartEvent>) -> Self {
        Self { line, events, notice: None }
    }

    /// What this and the next edit do; about the line of the next.
    fn and(mut self, next: Self) -> Self {
        self.events.extend(next.events);
        Self { line: next.line, events: self.events, notice: next.notice.or(self.notice) }
    }
}

/// What an edit needs besides the cart and the edit itself.
struct Context<'a> {
    actor: &'a Actor,
    facts: &'a Facts,
    ids: LineIds,
}

impl<'a> Context<'a> {
    fn new(actor: &'a Actor, facts: &'a Facts) -> Self {
        Self { actor, facts, ids: LineIds::new(facts.first_id) }
    }
}

/// One edit.
pub(super) fn edit(
    cart: &Cart,
    actor: &Actor,
    edit: &LineEdit,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    let mut context = Context::new(actor, facts);
    let edited = edit_line(cart.edit_as(actor, Permission::EditLines, facts)?, edit, &mut context)?;
    let mut decision = Decision::from(edited.events);
    decision.reply.notices.extend(edited.notice);
    settle_lines(cart, &mut decision, facts)?;
    Ok(decision)
}

/// Several edits, each seeing what the ones before it did.
pub(super) fn edit_many(
    cart: &Cart,
    actor: &Actor,
    edits: &[LineEdit],
    mode: BatchMode,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    cart.edit_as(actor, Permission::EditLines, facts)?;
    check_batch(edits.len(), facts)?;
    let mut batch = Batch::new(cart, actor, mode, facts);
    for edit in edits {
        batch.step(|draft, context| {
            edit_line(draft.edit_as(actor, Permission::EditLines, facts)?, edit, context)
        })?;
    }
    batch.finish()
}

/// Whether a batch is neither empty nor too large.
pub(super) fn check_batch(length: usize, facts: &Facts) -> Result<(), Rejection> {
    let max = facts.policy.limits.edits;
    if length == 0 {
        Err(Rejection::NothingToDo)
    } else if length > max {
        Err(Rejection::TooManyEdits { max })
    } else {
        Ok(())
    }
}

/// Steps that are done or refused one after the other, each seeing what the ones before it did.
pub(super) struct Batch<'a> {
    cart: &'a Cart,
    draft: Cart,
    context: Context<'a>,
    mode: BatchMode,
    steps: usize,
    decision: Decision,
}

impl<'a> Batch<'a> {
    pub(super) fn new(cart: &'a Cart, actor: &'a Actor, mode: BatchMode, facts: &'a Facts) -> Self {
        let (draft, context) = (cart.clone(), Context::new(actor, facts));
        Self { cart, draft, context, mode, steps: 0, decision: Decision::default() }
    }

    /// Does one step, or notes why it is refused; refuses all of them where the mode says so.
    fn step(
        &mut self,
        step: impl FnOnce(&Cart, &mut Context<'a>) -> Result<Edited, Rejection>,
    ) -> Result<(), Rejection> {
        let index = self.steps;
        self.steps += 1;
        let step = step(&self.draft, &mut self.context).and_then(|edited| self.settled(edited));
        match (step, self.mode) {
            (Ok(edited), _) => self.take_in(edited),
            (Err(reason), BatchMode::AllOrNothing) => {
                return Err(Rejection::EditRefused { index, reason: Box::new(reason) });
            }
            (Err(reason), BatchMode::PerLine) => {
                self.decision.reply.edits.push(EditOutcome::Refused { reason });
            }
        }
        Ok(())
    }

    /// The step and what follows from it. Of steps that are done together, only where they lead counts.
    fn settled(&self, edited: Edited) -> Result<(LineId, Decision), Rejection> {
        let mut decision = Decision::from(edited.events);
        decision.reply.notices.extend(edited.notice);
        match self.mode {
            BatchMode::AllOrNothing => {}
            BatchMode::PerLine => settle_lines(&self.draft, &mut decision, self.context.facts)?,
        }
        Ok((edited.line, decision))
    }

    fn take_in(&mut self, (line, Decision { events, reply }): (LineId, Decision)) {
        events.iter().for_each(|event| self.draft.apply_event(event));
        self.decision.events.extend(events);
        self.decision.reply.notices.extend(reply.notices);
        self.decision.reply.edits.push(EditOutcome::Done { line });
    }

    /// What all steps lead to.
    pub(super) fn finish(self) -> Result<Decision, Rejection> {
        let Self { cart, context, mode, mut decision, .. } = self;
        match mode {
            BatchMode::AllOrNothing => settle_lines(cart, &mut decision, context.facts)?,
            BatchMode::PerLine => {}
        }
        Ok(decision)
    }

    /// One step of several edits, done together or not at all, with an event that ends it.
    pub(super) fn together(
        &mut self,
        edits: impl FnOnce(&Cart) -> Result<(Vec<LineEdit>, CartEvent), Rejection>,
    ) -> Result<(), Rejection> {
        self.step(|draft, context| {
            let (edits, end) = edits(draft)?;
            let mut all: Option<Edited> = None;
            let mut draft = draft.clone();
            for edit in &edits {
                let editing = draft.edit_as(context.actor, Permission::EditLines, context.facts)?;
                let edited = edit_line(editing, edit, context)?;
                edited.events.iter().for_each(|event| draft.apply_event(event));
                all = Some(match all {
                    None => edited,
                    Some(before) => before.and(edited),
                });
            }
            let mut all = all.ok_or(Rejection::NothingToDo)?;
            all.events.push(end);
            Ok(all)
        })
    }
}

fn edit_line(cart: Editing<'_>, edit: &LineEdit, context: &mut Context<'_>) -> Result<Edited, Rejection> {
    match edit {
        LineEdit::Add(add) => add_line(cart, add, context),
        LineEdit::SetQuantity { line, quantity } => {
            set_quantity(cart, cart.line(*line)?, quantity.get(), context.facts)
        }
        LineEdit::Increase { line, by } => {
            let line = cart.line(*line)?;
            // Both are at most a million, so the sum fits.
            set_quantity(cart, line, line.quantity.get() + by.get(), context.facts)
        }
        LineEdit::Decrease { line, by } => decrease(cart, cart.line(*line)?, *by, context.facts),
        LineEdit::SetNote { line, note } => {
            let line = cart.line(*line)?;
            let changed = CartEvent::LineNoteChanged { line: line.id, note: note.clone() };
            Ok(Edited::of(line.id, if line.note == *note { vec![] } else { vec![changed] }))
        }
        LineEdit::Remove { line } => {
            let line = cart.line(*line)?.id;
            Ok(Edited::of(line, vec![CartEvent::LineRemoved { line }]))
        }
    }
}

fn add_line(cart: Editing<'_>, add: &AddLine, context: &mut Context<'_>) -> Result<Edited, Rejection> {
    let distinct = add.metadata.project(&context.facts.policy.identity);
    let key = LineKey { product: add.product.clone(), distinct };
    match (cart.cart().line_with_key(&key), context.facts.policy.on_duplicate) {
        (None, _) => add_new(cart, add, key, context),
        (Some(line), OnDuplicate::Reject) => Err(Rejection::DuplicateLine { line: line.id }),
        (Some(line), OnDuplicate::Sum) => add_to(cart, line, add, context.facts),
    }
}

fn add_to(cart: Editing<'_>, line: &Line, add: &AddLine, facts: &Facts) -> Result<Edited, Rejection> {
    let mut edited = set_quantity(cart, line, line.quantity.get() + add.quantity.get(), facts)?;
    if add.note.is_some() && add.note != line.note {
        edited.events.push(CartEvent::LineNoteChanged { line: line.id, note: add.note.clone() });
    }
    Ok(edited)
}

fn add_new(
    cart: Editing<'_>,
    add: &AddLine,
    key: LineKey,
    context: &mut Context<'_>,
) -> Result<Edited, Rejection> {
    let Context { actor, facts, ids } = context;
    let asked = add.quantity.get();
    let product = facts.products.product(&add.product);
    let raise = Raise {
        cart: cart.cart(),
        key: &add.product,
        product,
        priced_as: None,
        current: 0,
        asked,
        demand: None,
    };
    let quantity = admit(raise, facts.policy.over_asking, facts)?.quantity;
    check_room(cart.cart(), facts)?;
    let product = product.ok_or(Rejection::ProductNotFound { product: add.product.clone() })?;
    let line = Line {
        id: ids.take(cart.cart()),
        key,
        quantity,
        note: add.note.clone(),
        metadata: add.metadata.clone(),
        snapshot: product.prices_for(quantity),
        acknowledged: None,
        added_at: facts.now,
        added_by: actor.to_ref(),
    };
    let notice = clamped(line.id, asked, quantity);
    Ok(Edited { line: line.id, events: vec![CartEvent::LineAdded { line: Arc::new(line) }], notice })
}

/// Whether the cart can have one more line.
pub(super) fn check_room(cart: &Cart, facts: &Facts) -> Result<(), Rejection> {
    let max = facts.policy.limits.lines;
    if cart.lines().len() < max { Ok(()) } else { Err(Rejection::TooManyLines { max }) }
}

fn set_quantity(cart: Editing<'_>, line: &Line, asked: u32, facts: &Facts) -> Result<Edited, Rejection> {
    let from = line.quantity;
    if asked == from.get() {
        return Ok(Edited::of(line.id, vec![]));
    }
    let key = &line.key.product;
    let to = match Quantity::new(asked) {
        Ok(lower) if lower < from => {
            check_lowered(key, lower, facts)?;
            lower
        }
        _ => {
            let product = facts.products.product(key);
            let raise = Raise {
                cart: cart.cart(),
                key,
                product,
                priced_as: Some(line),
                current: from.get(),
                asked,
                demand: None,
            };
            admit(raise, facts.policy.over_asking, facts)?.quantity
        }
    };
    let events = quantity_changed(cart.cart(), line, to, facts);
    Ok(Edited { line: line.id, events, notice: clamped(line.id, asked, to) })
}

fn decrease(cart: Editing<'_>, line: &Line, by: Quantity, facts: &Facts) -> Result<Edited, Rejection> {
    let min = smallest(&line.key.product, facts);
    let left = line.quantity.get().saturating_sub(by.get());
    match (Quantity::new(left), facts.policy.at_minimum) {
        (Ok(to), _) if to >= min => {
            check_lowered(&line.key.product, to, facts)?;
            Ok(Edited::of(line.id, quantity_changed(cart.cart(), line, to, facts)))
        }
        (_, AtMinimum::Reject) => Err(Rejection::BelowMinimum { min }),
        (_, AtMinimum::Remove) => Ok(Edited::of(line.id, vec![CartEvent::LineRemoved { line: line.id }])),
    }
}

fn clamped(line: LineId, asked: u32, given: Quantity) -> Option<Notice> {
    (given.get() < asked).then_some(Notice::QuantityClamped { line, asked, given })
}

/// Removes all lines, and what else the policy says; nothing if there is none of it.
pub(super) fn clear(cart: Editing<'_>, facts: &Facts) -> Vec<CartEvent> {
    let (cart, scope) = (cart.cart(), facts.policy.clear);
    let something = !cart.lines().is_empty()
        || (scope.coupons && !(cart.coupons().is_empty() && cart.refused_gifts().is_empty()))
        || (scope.selections && !cart.selections().is_empty())
        || (scope.note && cart.note().is_some())
        || (scope.metadata && !cart.metadata().is_empty());
    if something { vec![CartEvent::Cleared { scope }] } else { vec![] }
}
