//! The cart of a shop: each signed-in user has one, made by the first add (`storefront-cart.md`).
//!
//! | method and path | body | what it does |
//! |---|---|---|
//! | `GET /api/shop/cart` | | shows the caller's cart with prices of now; an empty one (`id` null, `version` 0) if there is none |
//! | `DELETE /api/shop/cart` | | removes all items, and the choices where policy says so |
//! | `POST /api/shop/cart/items` | `product_id`, `quantity` (1), `options`, `note`, `metadata` | adds units of a product, or raises the quantity of the item that is there |
//! | `PATCH /api/shop/cart/items/{id}` | `quantity`, `note` (null removes it); at least one | changes an item, both or neither |
//! | `POST /api/shop/cart/items/{id}/increase` | `by` (1); may be left out | adds units |
//! | `POST /api/shop/cart/items/{id}/decrease` | `by` (1); may be left out | takes units off |
//! | `DELETE /api/shop/cart/items/{id}` | | removes an item |
//! | `POST /api/shop/cart/items/batch` | `mode`, `edits` | makes several edits in one write, see below |
//! | `PUT /api/shop/cart/address` | `address_id` | chooses where to deliver |
//! | `PUT /api/shop/cart/shipping-method` | `shipping_method_id` | chooses how to deliver |
//! | `PUT /api/shop/cart/payment-method` | `payment_method_id` | chooses how to pay |
//! | `DELETE` of these three | | takes the choice back |
//!
//! No body has a price, and unknown fields are refused: every amount comes from the catalog.
//!
//! # Answers
//! Every answer is the whole cart, priced now. Amounts are decimal text in the cart's `currency`, such as
//! `"12.50"`; times are RFC 3339 in UTC. `item_count` counts units. An item's `total` is `unit_price` × `quantity`,
//! its `subtotal` is `list_price` × `quantity`, and `discount` the difference. An item whose product cannot be bought
//! now has `available` false and no amounts; it is left out of the cart's totals and can be removed. `notices` says
//! what changed since the items were added.
//!
//! The `ETag` is the cart's version. It changes with every write, not with prices, so it serves `If-Match` on writes.
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

mod amount;
mod answer;
mod bodies;
mod cart;
mod items;
mod notice;
mod path;
mod selections;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, patch, post, put};
use cart_core::id::ChannelId;
use cart_core::service::{CartService, Target};

use crate::auth::Authenticator;

/// The routes of a shop's cart, for the carts of `channel`, under `/api/shop/cart`.
///
/// Put a [`Guard`](crate::Guard) around it: it adds what every answer needs.
pub fn router(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
) -> Router {
    Router::new()
        .route("/api/shop/cart", get(cart::show).delete(cart::clear))
        .route("/api/shop/cart/items", post(items::add))
        .route("/api/shop/cart/items/batch", post(items::edit_many))
        .route("/api/shop/cart/items/{id}", patch(items::edit).delete(items::remove))
        .route("/api/shop/cart/items/{id}/increase", post(items::increase))
        .route("/api/shop/cart/items/{id}/decrease", post(items::decrease))
        .route("/api/shop/cart/address", put(selections::select_address).delete(selections::unselect_address))
        .route(
            "/api/shop/cart/shipping-method",
            put(selections::select_shipping_method).delete(selections::unselect_shipping_method),
        )
        .route(
            "/api/shop/cart/payment-method",
            put(selections::select_payment_method).delete(selections::unselect_payment_method),
        )
        .with_state(Shop { service, channel, authenticator })
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Shop {
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
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
