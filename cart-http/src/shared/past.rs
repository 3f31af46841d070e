//! What happened to a cart, and taking it back.

use axum::extract::{Query, State};
use cart_core::cart::Cart;
use cart_core::command::Command;
use cart_core::id::CartId;
use cart_core::service::{CartService, HistoryRequest, Target};
use cart_core::version::Version;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Shared;
use super::answer::{Answer, Done};
use super::bodies::Nothing;
use crate::auth::Authenticated;
use crate::change;
use crate::json::StrictJson;
use crate::path::InPath;
use crate::problem::{Problem, ProblemCode};
use crate::write::Conditions;

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedHistoryQuery"))]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    before: Option<u64>,
    #[cfg_attr(feature = "openapi", schemars(range(min = 1, max = CartService::MAX_PAGE)))]
    limit: Option<usize>,
}

impl Part {
    fn into_request(self) -> Result<HistoryRequest, Problem> {
        let malformed =
            |parameter: &'static str| Problem::new(ProblemCode::MalformedUri).field("parameter", parameter);
        let limit = self.limit.unwrap_or(CartService::MAX_PAGE);
        if !(1..=CartService::MAX_PAGE).contains(&limit) {
            return Err(malformed("limit"));
        }
        let before = self.before.map(|before| Version::new(before).ok_or_else(|| malformed("before")));
        Ok(HistoryRequest { before: before.transpose()?, limit })
    }
}

pub(super) async fn history(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    InPath(cart): InPath<CartId>,
    part: Result<Query<Part>, axum::extract::rejection::QueryRejection>,
) -> Result<axum::Json<Value>, Problem> {
    let Query(part) = part.map_err(|_| Problem::new(ProblemCode::MalformedUri))?;
    let changes = shared.service.history(&actor, &Target::Cart(cart), part.into_request()?).await?;
    let next_before = changes.last().map(|oldest| oldest.version).filter(|oldest| *oldest != Version::FIRST);
    let changes: Vec<Value> = changes.iter().map(change::body).collect();
    Ok(axum::Json(json!({ "changes": changes, "next_before": next_before })))
}

pub(super) async fn version(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    InPath((cart, version)): InPath<(CartId, u64)>,
) -> Result<axum::Json<Value>, Problem> {
    let version = Version::new(version).ok_or_else(|| Problem::new(ProblemCode::MalformedUri))?;
    let cart = shared.service.cart_at(&actor, &Target::Cart(cart), version).await?;
    Ok(axum::Json(past_cart(&cart)))
}

/// What was in the cart; what it would have cost was never kept.
fn past_cart(cart: &Cart) -> Value {
    let items = cart.lines().iter().map(|line| {
        json!({
            "item_id": line.id,
            "product_id": line.key.product.product,
            "options": line.key.product.options,
            "quantity": line.quantity,
            "note": line.note,
            "added_at": line.added_at,
        })
    });
    json!({
        "cart_id": cart.id(),
        "version": cart.version(),
        "status": cart.status().name(),
        "cart_name": cart.name(),
        "note": cart.note(),
        "currency": cart.currency().code(),
        "items": items.collect::<Vec<_>>(),
        "coupons": cart.coupons(),
        "address_id": cart.selections().address,
        "shipping_method_id": cart.selections().shipping_method,
        "payment_method_id": cart.selections().payment_method,
        "updated_at": cart.updated_at(),
    })
}

pub(super) async fn undo(
    State(shared): State<Shared>,
    Authenticated(actor): Authenticated,
    conditions: Conditions,
    InPath(cart): InPath<CartId>,
    _: Option<StrictJson<Nothing>>,
) -> Result<Answer<Done>, Problem> {
    let preview = conditions.preview;
    let outcome = shared.change(actor, conditions, cart, Command::Undo).await?;
    Ok(Answer::changed(&outcome, preview, Done { status: "undone" }))
}
