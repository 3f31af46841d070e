//! Links, for those who may share the cart.

use axum::extract::State;
use cart_core::command::Command;
use cart_core::event::CartEvent;
use cart_core::id::{CartId, LinkId};
use cart_core::rejection::Rejection;
use cart_core::service::{Outcome, Target};
use cart_core::sharing::ShareLink;
use serde_json::Value;

use super::Shared;
use super::answer::{Answer, LinkMadeBody, LinkTermsBody, LinksBody};
use super::bodies::{ChangeLink, NewLink, Nothing};
use super::suggestions::to_value;
use crate::auth::Authenticated;
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::{Problem, ProblemCode};
use crate::write::Conditions;

pub(super) async fn share(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    body: Option<StrictJson<NewLink>>,
) -> Result<Answer<Value>, Problem> {
    let preview = conditions.preview;
    let terms = body.map(|StrictJson(body)| body).unwrap_or_default().into_terms();
    let outcome = shared.change(actor, conditions, cart, Command::CreateLink { terms }).await?;
    Ok(Answer::changed(&outcome, preview, shared.made(&outcome, newest(&outcome)?)?).made())
}

/// The link that a command made. Until the write, it is the last one.
fn newest(outcome: &Outcome) -> Result<&ShareLink, Problem> {
    let events = outcome.entry.iter().flat_map(|entry| &entry.events);
    let made = events
        .into_iter()
        .find_map(|event| if let CartEvent::LinkMade { link } = event { Some(&**link) } else { None });
    let last = || outcome.view.cart.links().last().map(AsRef::as_ref);
    made.or_else(last).ok_or_else(|| Problem::new(ProblemCode::Internal))
}

impl Shared {
    fn made(&self, outcome: &Outcome, link: &ShareLink) -> Result<Value, Problem> {
        let shareable_link = outcome.token.as_ref().map(|token| self.base.link(token));
        to_value(&LinkMadeBody { shareable_link, link: LinkTermsBody::of(link) })
    }
}

pub(super) async fn list(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    InPath(cart): InPath<CartId>,
) -> Result<axum::Json<Value>, Problem> {
    let links = shared.service.links(&actor, &Target::Cart(cart)).await?;
    to_value(&LinksBody::of(&links)).map(axum::Json)
}

pub(super) async fn change(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath((cart, link)): InPath<(CartId, LinkId)>,
    StrictJson(body): StrictJson<ChangeLink>,
) -> Result<Answer<Value>, Problem> {
    let preview = conditions.preview;
    let command = Command::ChangeLink { link, changes: body.into_changes() };
    let outcome = shared.change(actor, conditions, cart, command).await?;
    let changed = linked(&outcome, link)?;
    Ok(Answer::changed(&outcome, preview, to_value(&LinkTermsBody::of(changed))?))
}

fn linked(outcome: &Outcome, link: LinkId) -> Result<&ShareLink, Problem> {
    Ok(outcome.view.cart.link(link).ok_or(&Rejection::LinkNotFound { link })?)
}

pub(super) async fn rotate(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath((cart, link)): InPath<(CartId, LinkId)>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Value>, Problem> {
    let preview = conditions.preview;
    let outcome = shared.change(actor, conditions, cart, Command::RotateLink { link }).await?;
    Ok(Answer::changed(&outcome, preview, shared.made(&outcome, linked(&outcome, link)?)?))
}

pub(super) async fn revoke(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath((cart, link)): InPath<(CartId, LinkId)>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<()>, Problem> {
    let preview = conditions.preview;
    let outcome = shared.change(actor, conditions, cart, Command::RevokeLink { link }).await?;
    Ok(Answer::ended(&outcome, preview))
}
