//! A shopper's own carts, and changing what is in them.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use cart_core::command::{Command, LineEdit};
use cart_core::id::{CartId, LineId};
use cart_core::service::{CartService, CartView, Cursor, ListRequest, Outcome, Target};
use serde::Deserialize;
use serde_json::Value;

use super::Shared;
use super::answer::{Answer, Done};
use super::bodies::{Nothing, Rename, SetQuantity};
use super::own_answer::{CartBody, CartsBody};
use crate::auth::Authenticated;
use crate::explanation::ExplanationBody;
use crate::json::StrictJson;
use crate::path::InPath;
use crate::priced::Prices;
use crate::problem::{Problem, ProblemCode};
use crate::write::Conditions;

/// Which part of a list is asked for.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedListQuery"))]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    cursor: Option<String>,
    #[cfg_attr(feature = "openapi", schemars(range(min = 1, max = CartService::MAX_PAGE)))]
    limit: Option<usize>,
}

impl Part {
    fn into_request(self) -> Result<ListRequest, Problem> {
        let malformed = |parameter| Problem::new(ProblemCode::MalformedUri).field("parameter", parameter);
        let limit = self.limit.unwrap_or(CartService::MAX_PAGE);
        if !(1..=CartService::MAX_PAGE).contains(&limit) {
            return Err(malformed("limit"));
        }
        let cursor = self.cursor.map(|text| text.parse::<Cursor>()).transpose();
        let cursor = cursor.map_err(|_| Problem::new(ProblemCode::BadCursor))?;
        Ok(ListRequest { cursor, limit })
    }
}

pub(super) async fn list(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    part: Result<Query<Part>, axum::extract::rejection::QueryRejection>,
) -> Result<axum::Json<CartsBody>, Problem> {
    let Query(part) = part.map_err(|_| Problem::new(ProblemCode::MalformedUri))?;
    let page = shared.service.carts(&actor, &shared.channel, &part.into_request()?).await?;
    Ok(axum::Json(CartsBody::of(page)))
}

pub(super) async fn show(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    InPath(cart): InPath<CartId>,
) -> Result<Answer<Value>, Problem> {
    let view = shared.service.cart(&actor, &Target::Cart(cart)).await?;
    Ok(Answer::shown(view.cart.version(), shared.cart_body(&view)?))
}

pub(super) async fn explain(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    InPath(cart): InPath<CartId>,
) -> Result<Response, Problem> {
    let view = shared.service.cart(&actor, &Target::Cart(cart)).await?;
    Ok(axum::Json(ExplanationBody::of(&view)).into_response())
}

pub(super) async fn rename(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    StrictJson(body): StrictJson<Rename>,
) -> Result<Answer<Value>, Problem> {
    let preview = conditions.preview;
    let command = Command::Rename { name: body.cart_name };
    let outcome = shared.change(actor, conditions, cart, command).await?;
    shared.after(&outcome, preview)
}

/// The cart is given up: it is still there to be looked at, and can be used no more.
pub(super) async fn remove(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<()>, Problem> {
    let preview = conditions.preview;
    let outcome = shared.change(actor, conditions, cart, Command::Abandon).await?;
    Ok(Answer::ended(&outcome, preview))
}

pub(super) async fn set_quantity(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath((cart, line)): InPath<(CartId, LineId)>,
    StrictJson(body): StrictJson<SetQuantity>,
) -> Result<Answer<Value>, Problem> {
    let preview = conditions.preview;
    let quantity = body.quantity.quantity("", "quantity")?;
    let command = Command::Edit(LineEdit::SetQuantity { line, quantity });
    let outcome = shared.change(actor, conditions, cart, command).await?;
    shared.after(&outcome, preview)
}

pub(super) async fn remove_item(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath((cart, line)): InPath<(CartId, LineId)>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Done>, Problem> {
    let preview = conditions.preview;
    let command = Command::Edit(LineEdit::Remove { line });
    let outcome = shared.change(actor, conditions, cart, command).await?;
    Ok(Answer::changed(&outcome, preview, Done { status: "item removed" }))
}

impl Shared {
    /// The cart after a change of its owner's, or of somebody's who may see all of it.
    pub(super) fn after(&self, outcome: &Outcome, preview: bool) -> Result<Answer<Value>, Problem> {
        Ok(Answer::changed(outcome, preview, self.cart_body(&outcome.view)?))
    }

    fn cart_body(&self, view: &CartView) -> Result<Value, Problem> {
        CartBody::value(view, Prices::of(&self.service, view.cart.channel()))
    }
}
