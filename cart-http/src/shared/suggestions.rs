//! Suggestions, for those who may see the whole cart.

use axum::extract::State;
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::event::CartEvent;
use cart_core::id::{CartId, SuggestionId};
use cart_core::service::{Outcome, Target};
use cart_core::sharing::Suggestion;
use serde::Serialize;
use serde_json::{Value, json};

use super::Shared;
use super::answer::{Answer, Done, SuggestionBody, SuggestionsBody};
use super::bodies::{Accept, Decline, Nothing, Suggest};
use crate::auth::Authenticated;
use crate::edits::ResultBody;
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::{Problem, ProblemCode};
use crate::write::Conditions;

pub(super) fn to_value(body: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(body).map_err(|_| Problem::new(ProblemCode::Internal))
}

pub(super) async fn list(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    InPath(cart): InPath<CartId>,
) -> Result<Answer<Value>, Problem> {
    let view = shared.service.cart(&actor, &Target::Cart(cart)).await?;
    Ok(Answer::shown(view.cart.version(), to_value(&SuggestionsBody::of(&view.cart))?))
}

pub(super) async fn suggest(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    StrictJson(body): StrictJson<Suggest>,
) -> Result<Answer<Value>, Problem> {
    let (preview, command) = (conditions.preview, body.into_command()?);
    let outcome = shared.change(actor.clone(), conditions, cart, command.clone()).await?;
    suggested(&outcome, &actor, &command, preview)
}

/// The suggestion that was made, or that says the same and waits already.
pub(super) fn suggested(
    outcome: &Outcome,
    actor: &Actor,
    command: &Command,
    preview: bool,
) -> Result<Answer<Value>, Problem> {
    let made = made(outcome, actor, command).ok_or_else(|| Problem::new(ProblemCode::Internal))?;
    let body = to_value(&SuggestionBody::of_cart(made, &outcome.view.cart))?;
    let answer = Answer::changed(outcome, preview, body);
    let waited_already = outcome.entry.is_none() && !preview;
    Ok(if waited_already { answer } else { answer.made() })
}

fn made<'a>(outcome: &'a Outcome, actor: &Actor, command: &Command) -> Option<&'a Suggestion> {
    let events = outcome.entry.iter().flat_map(|entry| &entry.events);
    let new = events.into_iter().find_map(|event| {
        if let CartEvent::SuggestionMade { suggestion } = event { Some(&**suggestion) } else { None }
    });
    let Command::Suggest { proposal, comment, name } = command else { return new };
    let (author, name) = (actor.to_ref(), name.as_ref().filter(|_| !has_account(actor)));
    let says_the_same = |waiting: &&Suggestion| {
        waiting.author == author
            && waiting.proposal == *proposal
            && waiting.comment == *comment
            && waiting.name.as_ref() == name
    };
    new.or_else(|| outcome.view.cart.suggestions().iter().map(AsRef::as_ref).find(says_the_same))
}

/// Whoever has an account goes by that: the name that they gave is not kept.
const fn has_account(actor: &Actor) -> bool {
    match actor {
        Actor::User { .. } | Actor::Staff(_) => true,
        Actor::Guest(_) | Actor::LinkBearer(_) | Actor::System => false,
    }
}

pub(super) async fn withdraw(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath((cart, suggestion)): InPath<(CartId, SuggestionId)>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<()>, Problem> {
    let preview = conditions.preview;
    let outcome = shared.change(actor, conditions, cart, Command::Withdraw { suggestion }).await?;
    Ok(Answer::ended(&outcome, preview))
}

pub(super) async fn accept(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    StrictJson(body): StrictJson<Accept>,
) -> Result<Answer<Value>, Problem> {
    let preview = conditions.preview;
    let outcome = shared.change(actor, conditions, cart, body.into_command()).await?;
    let results: Vec<ResultBody<'_>> = outcome.reply.edits.iter().map(ResultBody::of).collect();
    let body = json!({ "status": "done", "results": to_value(&results)? });
    Ok(Answer::changed(&outcome, preview, body))
}

pub(super) async fn decline(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    StrictJson(body): StrictJson<Decline>,
) -> Result<Answer<Done>, Problem> {
    let preview = conditions.preview;
    let outcome = shared.change(actor, conditions, cart, body.into_command()).await?;
    Ok(Answer::changed(&outcome, preview, Done { status: "declined" }))
}
