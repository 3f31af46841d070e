//! The cart of a shop: each signed-in user has one, made by the first add (`storefront-cart.md`).
//!
//! | method and path | body | what it does |
//! |---|---|---|
//! | `GET /api/shop/cart` | | shows the caller's cart with prices of now; an empty one (`id` null, `version` 0) if there is none |
//! | `DELETE /api/shop/cart` | | removes all items, and the choices and coupons where policy says so |
//! | `POST /api/shop/cart/items` | `product_id`, `quantity` (1), `options`, `note`, `metadata` | adds units of a product, or raises the quantity of the item that is there |
//! | `PATCH /api/shop/cart/items/{id}` | `quantity`, `note` (null removes it); at least one | changes an item, both or neither |
//! | `POST /api/shop/cart/items/{id}/increase` | `by` (1); may be left out | adds units |
//! | `POST /api/shop/cart/items/{id}/decrease` | `by` (1); may be left out | takes units off |
//! | `DELETE /api/shop/cart/items/{id}` | | removes an item |
//! | `POST /api/shop/cart/items/batch` | `mode`, `edits` | makes several edits in one write, see below |
//! | `POST /api/shop/cart/coupons` | `code` | puts a coupon code on the cart |
//! | `DELETE /api/shop/cart/coupons/{code}` | | takes it off; nothing changes if it is not on the cart |
//! | `DELETE /api/shop/cart/gifts/{promotion_id}` | | refuses what a promotion gives |
//! | `PUT /api/shop/cart/gifts/{promotion_id}` | may be left out | accepts it after all |
//! | `PUT /api/shop/cart/address` | `address_id` | chooses where to deliver |
//! | `PUT /api/shop/cart/shipping-method` | `shipping_method_id` | chooses how to deliver |
//! | `PUT /api/shop/cart/payment-method` | `payment_method_id` | chooses how to pay |
//! | `DELETE` of these three | | takes the choice back |
//! | `PUT /api/shop/cart/currency` | `currency` (ISO 4217) | prices the cart in another currency, if all its products have a price in it |
//! | `POST /api/shop/cart/prices/acknowledge` | may be left out | takes note of changed prices, so that `notices` stop saying so |
//! | `GET /api/shop/cart/explanation` | | says why the cart costs what it costs, see below |
//!
//! No body has a price, and unknown fields are refused: every amount comes from the shop.
//!
//! A coupon code is the same however it is typed: case, width and white space do not matter. Answers have it in one
//! form, such as `SUMMER10`.
//!
//! # Answers
//! Every answer but the explanation is the whole cart, priced now. Amounts are decimal text in the cart's `currency`,
//! such as `"12.50"`; rates are decimal text too, `"0.19"` is 19%; times are RFC 3339 in UTC.
//!
//! * `items`: each has `subtotal` (`list_price` × `quantity`), `discount` (what the catalog takes off, `unit_discount`
//!   × `quantity`, and its share of all promotions), `total` (the difference) and `tax`. An item whose product cannot
//!   be bought now has `available` false and no amounts; it is left out of the cart's sums and can be removed.
//!   `item_count` counts units.
//! * `subtotal` and `discount` are the sums over the items. What is to be paid is `total`: `subtotal` - `discount` +
//!   `shipping_total` + `fees_total` + `cash_rounding`, and `tax` as well unless `tax_included`, where the prices
//!   contain it. Only `cash_rounding` can be negative.
//! * `shipping` and `payment_fee`: what the selected methods cost, with `method_id`, `name`, `price`, `discount`,
//!   `total` and `tax`; null without one that fits. `fees`: other fees, with `fee_id` and the same. `fees_total` is the
//!   sum of `payment_fee` and `fees`.
//! * `taxes`: for each its `name`, `rate`, whether it is `compound` (charged on other taxes), `on` which amount, and
//!   the `amount`; none where a tax service states the taxes.
//! * `coupons`: each `code` on the cart, whether it is `applied`, its `promotion_id` and `discount`, or the `reason` why
//!   it takes nothing off now ([the words](cart_core::promotion::NotApplied)); `below_quantity` comes with `minimum` and
//!   `units`, `below_subtotal` with `minimum` and `subtotal`, `excluded` with `excluded_by`.
//! * `promotions`: those that apply, with `id`, `name`, `discount`, and the `code` that they were given for.
//! * `gifts`: what promotions give, with `promotion_id`, `product_id`, `options`, `name`, `quantity`, and the `value`
//!   that is not charged. They are no items. `refused_gifts`: those refused, with `promotion_id` and `name`.
//! * `notices`: what changed since the items were added, and what else the shopper should know, each with its `code`. One
//!   with `incompatible_items` has the members of a clash, as the problem of that code; `dependant_reduced` says of an item
//!   that it was lowered `from` a quantity `to` another, or removed (`to` is null), because what it needs was.
//!
//! The `ETag` is the cart's version. It changes with every write, not with prices, so it serves `If-Match` on writes.
//!
//! # The explanation
//! `steps` are the amounts that make the `total` of the cart at this `version`, in the order of work. Each has the
//! `part` of the sum that it goes into, its `subject` (`item_id`, `shipping_method_id`, `payment_method_id` or
//! `fee_id`; empty for the cart as a whole), the `rule` with what the amount was worked out from, and the `amount`:
//! negative for a discount. All of them but those of the part `tax_inside` add up to `total`. `text` is the same as
//! lines for people. Without a cart there are no steps.
//!
//! # Writes
//! Every write takes
//! * `If-Match` with a cart's `ETag`: done only if the cart is still at that version, else 412 with the current cart;
//! * `Idempotency-Key` or `X-Idempotency-Key`: sent again with the same key, it is not done again but answered as the
//!   first time, with `Idempotency-Replayed: true`;
//! * `?preview=true`: answers what the write would answer, with `preview` true and no `ETag`, and writes nothing.
//!
//! # Batches
//! `mode` is `all_or_nothing` (one edit refused, all refused) or `per_line` (each on its own). Each of `edits` has an
//! `op`: `add` with the fields of an add, or `set_quantity` (`quantity`), `increase` and `decrease` (`by`),
//! `set_note` (`note`) and `remove`, with the `item_id`. `results` of the answer says in the same order what became
//! of each: `outcome` is `done` with the `item_id`, or `refused` with the `problem`.
//!
//! Refusals and failures are [`Problem`](crate::Problem) documents.

mod answer;
mod bodies;
mod cart;
mod coupons;
mod explanation;
mod gifts;
mod items;
#[cfg(feature = "openapi")]
pub(crate) mod openapi;
mod prices;
mod selections;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{delete, get, patch, post, put};
use cart_core::id::ChannelId;
use cart_core::service::{CartService, Target};

pub(crate) use self::answer::with_current;
use crate::auth::Authenticator;
use crate::priced::Prices;

/// The routes of a shop's cart, for the carts of `channel`, under `/api/shop/cart`.
///
/// Put a [`Guard`](crate::Guard) around it: it adds what every answer needs.
pub fn router(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
) -> Router {
    let prices = Prices::of(&service, &channel);
    Router::new()
        .route("/api/shop/cart", get(cart::show).delete(cart::clear))
        .route("/api/shop/cart/items", post(items::add))
        .route("/api/shop/cart/items/batch", post(items::edit_many))
        .route("/api/shop/cart/items/{id}", patch(items::edit).delete(items::remove))
        .route("/api/shop/cart/items/{id}/increase", post(items::increase))
        .route("/api/shop/cart/items/{id}/decrease", post(items::decrease))
        .route("/api/shop/cart/coupons", post(coupons::add))
        .route("/api/shop/cart/coupons/{code}", delete(coupons::remove))
        .route("/api/shop/cart/gifts/{promotion_id}", put(gifts::accept).delete(gifts::refuse))
        .route("/api/shop/cart/address", put(selections::select_address).delete(selections::unselect_address))
        .route(
            "/api/shop/cart/shipping-method",
            put(selections::select_shipping_method).delete(selections::unselect_shipping_method),
        )
        .route(
            "/api/shop/cart/payment-method",
            put(selections::select_payment_method).delete(selections::unselect_payment_method),
        )
        .route("/api/shop/cart/currency", put(prices::change_currency))
        .route("/api/shop/cart/prices/acknowledge", post(prices::acknowledge))
        .route("/api/shop/cart/explanation", get(explanation::show))
        .with_state(Shop { service, channel, authenticator, prices })
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Shop {
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    prices: Prices,
}

impl Shop {
    fn target(&self) -> Target {
        Target::Current(self.channel.clone())
    }
}

impl FromRef<Shop> for Arc<dyn Authenticator> {
    fn from_ref(shop: &Shop) -> Self {
        Arc::clone(&shop.authenticator)
    }
}
