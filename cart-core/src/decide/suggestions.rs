//! Changes that are suggested, and what becomes of them.

use std::sync::Arc;

use super::Decision;
use super::lines::{Batch, check_batch};
use crate::actor::{Actor, ActorRef};
use crate::cart::Cart;
use crate::command::{AddLine, BatchMode, LineEdit};
use crate::editing::Editing;
use crate::event::CartEvent;
use crate::facts::Facts;
use crate::id::SuggestionId;
use crate::policy::Suggestions;
use crate::rejection::Rejection;
use crate::sharing::{Proposal, Suggestion};
use crate::text::{Comment, PersonName};

/// What is said with a suggestion.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) comment: Option<&'a Comment>,
    pub(super) name: Option<&'a PersonName>,
}

/// Makes a suggestion; nothing if the same waits already. Stock and limits are looked at when it is accepted.
pub(super) fn suggest(
    cart: Editing<'_>,
    actor: &Actor,
    proposal: &Proposal,
    said: Said<'_>,
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    let limits = facts.policy.sharing.suggestions;
    if limits.max == 0 {
        return Err(Rejection::NotOffered);
    }
    if let Some(line) = proposal.line() {
        cart.line(line)?;
    }
    if let Some(product) = proposal.product().filter(|key| facts.products.product(key).is_none()) {
        return Err(Rejection::ProductNotFound { product: product.clone() });
    }
    let suggestion = Suggestion {
        id: facts.fresh(SuggestionId::from_uuid, |id| cart.cart().suggestion(*id).is_some()),
        author: actor.to_ref(),
        // Whoever has an account goes by that, not by the name of somebody else.
        name: said.name.filter(|_| !has_account(actor)).cloned(),
        proposal: proposal.clone(),
        comment: said.comment.cloned(),
        made_at: facts.now,
    };
    if cart.cart().suggestions().iter().any(|waiting| says_the_same(waiting, &suggestion)) {
        return Ok(vec![]);
    }
    check_made(facts.suggested, limits)?;
    check_room(cart.cart(), &suggestion.author, limits)?;
    Ok(vec![CartEvent::SuggestionMade { suggestion: Arc::new(suggestion) }])
}

const fn has_account(actor: &Actor) -> bool {
    match actor {
        Actor::User { .. } | Actor::Staff(_) => true,
        Actor::Guest(_) | Actor::LinkBearer(_) | Actor::System => false,
    }
}

fn says_the_same(waiting: &Suggestion, new: &Suggestion) -> bool {
    let Suggestion { id: _, author, name, proposal, comment, made_at: _ } = waiting;
    *author == new.author && *name == new.name && *proposal == new.proposal && *comment == new.comment
}

/// Whether one more may be made, whatever became of those before.
const fn check_made(made: usize, limits: Suggestions) -> Result<(), Rejection> {
    let max = limits.max_made;
    if made < max { Ok(()) } else { Err(Rejection::SuggestionsUsedUp { max }) }
}

fn check_room(cart: &Cart, author: &ActorRef, limits: Suggestions) -> Result<(), Rejection> {
    let by_author = cart.suggestions().iter().filter(|waiting| waiting.author == *author).count();
    if by_author >= limits.max_by_author {
        Err(Rejection::TooManySuggestions { max: limits.max_by_author, by_author: true })
    } else if cart.suggestions().len() >= limits.max {
        Err(Rejection::TooManySuggestions { max: limits.max, by_author: false })
    } else {
        Ok(())
    }
}

fn find(cart: &Cart, suggestion: SuggestionId) -> Result<&Suggestion, Rejection> {
    cart.suggestion(suggestion).ok_or(Rejection::SuggestionNotFound { suggestion })
}

/// Takes back a suggestion of the actor's own. One of somebody else's is as if it did not exist.
pub(super) fn withdraw(
    cart: Editing<'_>,
    actor: &Actor,
    suggestion: SuggestionId,
) -> Result<Vec<CartEvent>, Rejection> {
    let author = &find(cart.cart(), suggestion)?.author;
    if *author == actor.to_ref() {
        Ok(vec![CartEvent::SuggestionWithdrawn { suggestion }])
    } else {
        Err(Rejection::SuggestionNotFound { suggestion })
    }
}

/// Makes suggested changes by the rules for ordinary edits of the actor's, each suggestion all of it or not at all.
pub(super) fn accept(
    cart: &Cart,
    actor: &Actor,
    suggestions: &[SuggestionId],
    mode: BatchMode,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    check_batch(suggestions.len(), facts)?;
    let mut batch = Batch::new(cart, actor, mode, facts);
    for id in suggestions {
        batch.together(|draft| {
            let suggestion = find(draft, *id)?;
            if suggestion.proposal.is_stale(draft) {
                return Err(Rejection::SuggestionStale { suggestion: *id });
            }
            let author = suggestion.author.clone();
            let end = CartEvent::SuggestionAccepted { suggestion: *id, author };
            Ok((edits(&suggestion.proposal), end))
        })?;
    }
    batch.finish()
}

fn edits(proposal: &Proposal) -> Vec<LineEdit> {
    let add = |product, quantity| LineEdit::Add(AddLine::new(product, quantity));
    match proposal.clone() {
        Proposal::Add { product, quantity } => vec![add(product, quantity)],
        Proposal::Remove { line } => vec![LineEdit::Remove { line }],
        Proposal::SetQuantity { line, quantity } => vec![LineEdit::SetQuantity { line, quantity }],
        Proposal::Replace { line, product, quantity } => {
            vec![LineEdit::Remove { line }, add(product, quantity)]
        }
    }
}

/// Turns suggestions down, all of those named or none.
pub(super) fn decline(
    cart: Editing<'_>,
    suggestions: &[SuggestionId],
    facts: &Facts,
) -> Result<Vec<CartEvent>, Rejection> {
    check_batch(suggestions.len(), facts)?;
    let mut events: Vec<CartEvent> = Vec::with_capacity(suggestions.len());
    for suggestion in suggestions {
        let declined = CartEvent::SuggestionDeclined { suggestion: find(cart.cart(), *suggestion)?.id };
        if !events.contains(&declined) {
            events.push(declined);
        }
    }
    Ok(events)
}
