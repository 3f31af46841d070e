//! Carts as they are answered.

use cart_core::actor::Owner;
use cart_core::cart::Cart;
use cart_core::checkout::{DraftLine, OrderDraft};
use cart_core::id::{ProductId, UserId};
use cart_core::metadata::Metadata;
use cart_core::money::{Money, MoneyError};
use cart_core::pricing::{PricedLine, Totals};
use cart_core::quantity::Quantity;
use cart_core::service::CartView;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::ids::Shown;
use super::number::Number;

/// A cart, by the names of the document. `subtotal` and `tax` add up to `total`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomCart"))]
#[serde(rename_all = "camelCase")]
pub(super) struct CartBody<'a> {
    #[cfg_attr(feature = "openapi", schemars(with = "super::ids::schemas::CartId"))]
    id: Shown,
    items: Vec<ItemBody<'a>>,
    subtotal: Number,
    tax: Number,
    total: Number,
    created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'a UserId>,
}

impl<'a> CartBody<'a> {
    /// A cart as it is.
    pub(super) fn of(view: &'a CartView) -> Result<Self, MoneyError> {
        let currency = view.cart.currency();
        let items = view.priced.lines.iter().map(|line| ItemBody::of(line, Money::zero(currency)));
        Self::with(&view.cart, items.collect(), &view.priced.totals)
    }

    /// A cart as it was ordered.
    pub(super) fn ordered(cart: &'a Cart, draft: &'a OrderDraft) -> Result<Self, MoneyError> {
        Self::with(cart, draft.lines.iter().map(ItemBody::ordered).collect(), &draft.totals)
    }

    fn with(cart: &'a Cart, items: Vec<ItemBody<'a>>, totals: &Totals) -> Result<Self, MoneyError> {
        Ok(Self {
            id: Shown::cart(cart.id()),
            items,
            subtotal: Number(totals.total.checked_sub(totals.tax)?),
            tax: Number(totals.tax),
            total: Number(totals.total),
            created_at: cart.created_at(),
            expires_at: cart.expires_at(),
            customer_id: match cart.owner() {
                Owner::User { user, .. } => Some(user),
                Owner::Guest { .. } => None,
            },
        })
    }
}

/// An item. One that cannot be bought now adds nothing to the cart; of what the catalog no longer knows, name and type are
/// null.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "TelecomItem"))]
#[serde(rename_all = "camelCase")]
struct ItemBody<'a> {
    #[cfg_attr(feature = "openapi", schemars(with = "super::ids::schemas::ItemId"))]
    id: Shown,
    product_id: &'a ProductId,
    product_name: Option<&'a str>,
    product_type: Option<&'a str>,
    quantity: Quantity,
    unit_price: Number,
    total_price: Number,
    #[serde(skip_serializing_if = "Map::is_empty")]
    metadata: Map<String, Value>,
}

impl<'a> ItemBody<'a> {
    fn of(priced: &'a PricedLine, nothing: Money) -> Self {
        let (line, product) = (&*priced.line, priced.product.as_deref());
        Self {
            id: Shown::item(line.id),
            product_id: &line.key.product.product,
            product_name: product.map(|product| &*product.name),
            product_type: product.map(|product| &*product.kind),
            quantity: line.quantity,
            unit_price: Number(priced.prices.unit()),
            total_price: Number(priced.amounts.map_or(nothing, |amounts| amounts.total)),
            metadata: told(&line.metadata),
        }
    }

    fn ordered(line: &'a DraftLine) -> Self {
        Self {
            id: Shown::item(line.line),
            product_id: &line.product.product,
            product_name: Some(&*line.name),
            product_type: Some(&*line.kind),
            quantity: line.quantity,
            unit_price: Number(line.prices.unit()),
            total_price: Number(line.amounts.total),
            metadata: told(&line.metadata),
        }
    }
}

/// What the document has of an item's metadata. The rest, such as the number of a handset, stays with the shop.
const TOLD: [&str; 3] = ["planType", "dataCap", "contractLength"];

fn told(metadata: &Metadata) -> Map<String, Value> {
    let told = TOLD.into_iter().filter_map(|name| Some((name.to_owned(), metadata.value(name)?.clone())));
    told.collect()
}
