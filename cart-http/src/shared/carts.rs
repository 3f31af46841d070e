//! Making carts, and putting something in.

use axum::extract::State;
use cart_core::actor::Actor;
use cart_core::event::CartEvent;
use cart_core::id::{CartId, LineId};
use cart_core::product::ProductKey;
use cart_core::service::Outcome;

use super::Shared;
use super::answer::{Answer, CreatedBody, ItemAddedBody};
use super::bodies::{AddItem, Create};
use crate::auth::Authenticated;
use crate::deadline::complete;
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::{Problem, ProblemCode};
use crate::write::Conditions;

pub(super) async fn create(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    body: Option<StrictJson<Create>>,
) -> Result<Answer<CreatedBody>, Problem> {
    let body = body.map(|StrictJson(body)| body).unwrap_or_default();
    check_owner(&actor, &body)?;
    let (deadline, preview) = (conditions.deadline, conditions.preview);
    let creating = async move {
        let (caller, cart) = (conditions.of_new(actor)?, body.into_cart());
        Ok(shared.service.create(&caller, &shared.channel, &cart).await?)
    };
    let outcome = complete(deadline, creating).await?;
    let body = CreatedBody { cart_id: outcome.view.cart.id(), status: "created" };
    Ok(Answer::changed(&outcome, preview, body).made())
}

/// Nobody makes a cart for somebody else (checklist C28).
fn check_owner(actor: &Actor, body: &Create) -> Result<(), Problem> {
    let is_own = match (&body.user_id, actor) {
        (None, _) => true,
        (Some(named), Actor::User { user, .. }) => named == user,
        (Some(_), Actor::Guest(_) | Actor::LinkBearer(_) | Actor::Staff(_) | Actor::System) => false,
    };
    if is_own { Ok(()) } else { Err(Problem::new(ProblemCode::Forbidden).field("pointer", "/user_id")) }
}

pub(super) async fn add_item(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    StrictJson(body): StrictJson<AddItem>,
) -> Result<Answer<ItemAddedBody>, Problem> {
    let preview = conditions.preview;
    let (product, command) = (body.product(), body.into_command()?);
    let outcome = shared.change(actor, conditions, cart, command).await?;
    let body = ItemAddedBody { status: "item added", item_id: touched(&outcome, &product) };
    Ok(Answer::changed(&outcome, preview, body))
}

/// The item that was added, or whose quantity was raised; where nothing was written, the last one of the product.
fn touched(outcome: &Outcome, product: &ProductKey) -> Option<LineId> {
    let events = outcome.entry.iter().flat_map(|entry| &entry.events);
    let written = events.into_iter().find_map(|event| {
        if let CartEvent::LineAdded { line } = event {
            Some(line.id)
        } else if let CartEvent::QuantityChanged { line, .. } = event {
            Some(*line)
        } else {
            None
        }
    });
    let mut lines = outcome.view.cart.lines().iter().rev();
    written.or_else(|| lines.find(|line| line.key.product == *product).map(|line| line.id))
}
