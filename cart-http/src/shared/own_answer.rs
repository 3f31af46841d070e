//! A shopper's own carts as they are answered.

use cart_core::id::{CartId, LineId, ProductId};
use cart_core::port::CartSummary;
use cart_core::pricing::PricedLine;
use cart_core::product::Options;
use cart_core::quantity::Quantity;
use cart_core::service::{CartView, Page};
use cart_core::status::StatusName;
use cart_core::text::CartName;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::amount::Amount;
use crate::author::AuthorBody;
use crate::priced::Sums;
use crate::problem::{Problem, ProblemCode};

/// A cart, to whoever may see all of it.
#[derive(Serialize)]
pub(super) struct CartBody<'a> {
    cart: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    cart_id: CartId,
    cart_name: Option<&'a CartName>,
    status: StatusName,
    items: Vec<ItemBody<'a>>,
    currency: &'static str,
    #[serde(flatten)]
    sums: Sums,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

/// `total` is null where the item is left out of the sums, for instance because it cannot be bought any more.
#[derive(Serialize)]
struct ItemBody<'a> {
    item_id: LineId,
    product_id: &'a ProductId,
    #[serde(skip_serializing_if = "Options::is_empty")]
    options: &'a Options,
    quantity: Quantity,
    unit_price: Amount,
    total: Option<Amount>,
    added_by: AuthorBody<'a>,
}

impl<'a> CartBody<'a> {
    pub(super) fn value(view: &'a CartView) -> Result<Value, Problem> {
        serde_json::to_value(Self { cart: Inner::of(view) }).map_err(|_| Problem::new(ProblemCode::Internal))
    }
}

impl<'a> Inner<'a> {
    fn of(view: &'a CartView) -> Self {
        let (cart, priced) = (&view.cart, &view.priced);
        Self {
            cart_id: cart.id(),
            cart_name: cart.name(),
            status: cart.status().name(),
            items: priced.lines.iter().map(ItemBody::of).collect(),
            currency: cart.currency().code(),
            sums: Sums::of(&priced.totals, priced.shipping.as_ref().map(|shipping| shipping.total)),
            created_at: cart.created_at(),
            updated_at: cart.updated_at(),
            expires_at: cart.expires_at(),
        }
    }
}

impl<'a> ItemBody<'a> {
    fn of(priced: &'a PricedLine) -> Self {
        let line = &priced.line;
        Self {
            item_id: line.id,
            product_id: &line.key.product.product,
            options: &line.key.product.options,
            quantity: line.quantity,
            unit_price: Amount(priced.prices.unit()),
            total: priced.amounts.ok().map(|amounts| Amount(amounts.total)),
            added_by: AuthorBody::of(&line.added_by),
        }
    }
}

/// Carts of one owner; those that are over included.
#[derive(Serialize)]
pub(super) struct CartsBody {
    carts: Vec<SummaryBody>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
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
