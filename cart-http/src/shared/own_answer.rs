//! A shopper's own carts as they are answered.

use cart_core::id::{CartId, LineId};
use cart_core::port::CartSummary;
use cart_core::pricing::PricedLine;
use cart_core::service::{CartView, Page};
use cart_core::status::StatusName;
use cart_core::text::CartName;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::author::AuthorBody;
use crate::notice::NoticeBody;
use crate::priced::{CostBody, ItemBody, Prices};
use crate::problem::{Problem, ProblemCode};

/// A cart, to whoever may see all of it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedWholeCartAnswer"))]
pub(super) struct CartBody<'a> {
    cart: Inner<'a>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedWholeCart"))]
struct Inner<'a> {
    cart_id: CartId,
    cart_name: Option<&'a CartName>,
    status: StatusName,
    items: Vec<Item<'a>>,
    item_count: u64,
    #[cfg_attr(feature = "openapi", schemars(with = "cart_core::money::Currency"))]
    currency: &'static str,
    #[serde(flatten)]
    cost: CostBody<'a>,
    notices: Vec<NoticeBody<'a>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedWholeCartItem"))]
struct Item<'a> {
    item_id: LineId,
    #[serde(flatten)]
    item: ItemBody<'a>,
    added_by: AuthorBody<'a>,
}

impl<'a> CartBody<'a> {
    pub(super) fn value(view: &'a CartView, prices: Prices) -> Result<Value, Problem> {
        serde_json::to_value(Self { cart: Inner::of(view, prices) })
            .map_err(|_| Problem::new(ProblemCode::Internal))
    }
}

impl<'a> Inner<'a> {
    fn of(view: &'a CartView, prices: Prices) -> Self {
        let (cart, priced) = (&view.cart, &view.priced);
        Self {
            cart_id: cart.id(),
            cart_name: cart.name(),
            status: cart.status().name(),
            items: priced.lines.iter().map(Item::of).collect(),
            item_count: cart.lines().iter().map(|line| u64::from(line.quantity.get())).sum(),
            currency: cart.currency().code(),
            cost: CostBody::of(view, prices),
            notices: view.all_notices().filter_map(NoticeBody::of).collect(),
            created_at: cart.created_at(),
            updated_at: cart.updated_at(),
            expires_at: cart.expires_at(),
        }
    }
}

impl<'a> Item<'a> {
    fn of(priced: &'a PricedLine) -> Self {
        let line = &priced.line;
        Self { item_id: line.id, item: ItemBody::of(priced), added_by: AuthorBody::of(&line.added_by) }
    }
}

/// Carts of one owner; those that are over included.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedCarts"))]
pub(super) struct CartsBody {
    carts: Vec<SummaryBody>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedSummary"))]
struct SummaryBody {
    cart_id: CartId,
    cart_name: Option<CartName>,
    status: StatusName,
    item_count: usize,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl CartsBody {
    pub(super) fn of(page: Page<CartSummary>) -> Self {
        let carts = page.items.into_iter().map(|cart| SummaryBody {
            cart_id: cart.id,
            cart_name: cart.name,
            status: cart.status,
            item_count: cart.lines,
            created_at: cart.created_at,
            updated_at: cart.updated_at,
        });
        Self { carts: carts.collect(), next_cursor: page.next.map(|next| next.to_string()) }
    }
}
