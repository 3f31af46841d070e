//! The carts of the cart module (`cart-module.md`): each signed-in user has one, made by the first look.
//!
//! | method and path | body | what it does |
//! |---|---|---|
//! | `GET /api/cart` | | shows the cart, and makes it if there is none |
//! | `POST /api/cart/items` | `productId`, `quantity` (1), `options`, `note`, `metadata` | adds a product that is not in the cart yet |
//! | `PATCH /api/cart/items/{itemId}` | `quantity` | says how many units |
//! | `DELETE /api/cart/items/{itemId}` | may be left out | removes an item |
//! | `DELETE /api/cart` | may be left out | removes all items and the coupon |
//! | `POST /api/cart/coupons` | `code` | puts the coupon on |
//! | `DELETE /api/cart/coupons/{code}` | may be left out | takes the coupon off |
//! | `GET /api/admin/cart/users/{userId}` | | shows support a user's open cart; makes none |
//!
//! All but the last are also under `/api/mobile/cart`: the same handlers, the same cart. No body says what anything costs,
//! and unknown fields are refused. The preset that this surface is made for is
//! [`CartPolicy::digital`](cart_core::policy::CartPolicy::digital); another policy changes what happens, not the fields.
//!
//! Checkout and buy-now belong to the order endpoints: a host mounts [`orders`](crate::orders) beside this router, for the
//! same channel. They answer by the names of the document already.
//!
//! # The cart
//! Amounts are decimal text in the cart's `currency`, times ISO 8601 instants in UTC.
//!
//! * `id`, `version`, `userId`, `status` (`active`, `checkout`, `completed`, `abandoned`), `createdAt`, `updatedAt`,
//!   `expiresAt`, `itemCount` (units).
//! * `items`, each with `id`, `productId`, `productType`, `name`, `image`, `options`, `note`, `metadata`, `quantity`, the
//!   prices that it was added at (`unitMrp`, `unitSp`), and what it adds to the sums: `totalMrp`, `totalSp`,
//!   `appliedDiscount`. These are null for one that is left out of the sums, where `available` is false and
//!   `unavailableReason` says why. `addedAt`.
//! * `totalMrp` is the sum of `unitMrp` × `quantity`, `totalSp` that of `unitSp` × `quantity`, `appliedDiscount` what
//!   promotions take off that, and `finalPayable` is what is to be paid: `totalSp` - `appliedDiscount`, as long as the
//!   channel's policy charges for nothing but items.
//! * `appliedPromotionCode` is the coupon code that applies and `appliedPromotionId` its promotion; without one that applies,
//!   the first promotion that takes something off by itself. `promotions` are all that apply, each with `id`, `name`, `code`
//!   and `discount`; `gifts` what they give, each with `promotionId`, `productId`, `options`, `name` and `quantity`.
//! * `notices`: what changed since the items were added, and what else the shopper should know, each with its `code`, by
//!   the names of [`shop`](crate::shop) in camel case. `refreshed` is true if this cart replaces one that expired.
//!
//! The `ETag` is the cart's version.
//!
//! # Writes
//! Every write answers with the cart, and takes
//! * `idempotency-key` (or `x-idempotency-key`): sent again with the same key, it is not done again but answered as the
//!   first time, with `Idempotency-Replayed: true`;
//! * `If-Match` with a cart's `ETag`: done only if the cart is still at that version, else 412 with the current `cart`;
//! * `?preview=true`: answers what the write would answer, with `preview` true and no `ETag`, and writes nothing.
//!
//! Each customer may send so many writes in a while, under both prefixes together: see [`rate`](crate::rate).
//!
//! # Errors
//! Refusals and failures are `{"statusCode", "code", "message", "details", "requestId"}`. Codes of the document:
//!
//! | status and code | when | `details` |
//! |---|---|---|
//! | 400 `CART_PRODUCT_NOT_FOUND` | the product is unknown, or not sold any more | `productId` |
//! | 409 `CART_ITEM_DUPLICATE` | the product is in the cart | `itemId` |
//! | 404 `CART_NOT_FOUND` | there is no cart; looking at one's own makes one | |
//! | 403 `CART_ITEM_ACCESS_DENIED` | the item is not one of the caller's cart, whoever has it | `itemId` |
//! | 429 `RATE_LIMIT_EXCEEDED` | too many writes; see `Retry-After` | `limit`, `retryAfter` (seconds) |
//! | 400 `PROMOTION_NOT_APPLICABLE` | the coupon does not exist or does not apply; it is not on the cart | `reason` |
//!
//! All others are those of the [catalogue](crate::ProblemCode) with their statuses, the code in capitals and what the
//! catalogue says for programs as `details`, in camel case.

mod admin;
mod answer;
mod bodies;
mod caller;
mod carts;
mod casing;
mod catalogue;
mod coupons;
mod errors;
mod items;
#[cfg(feature = "openapi")]
pub(crate) mod openapi;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn;
use axum::routing::{delete, get, patch, post};
use cart_core::id::ChannelId;
use cart_core::service::{CartService, Target};

use crate::auth::Authenticator;
use crate::problem::ProblemCode;
use crate::rate::RateLimits;

/// The routes of the cart module, for the carts of `channel`, under `/api/cart`, `/api/mobile/cart` and
/// `/api/admin/cart`. Each customer may write as often as `limits` say.
///
/// Put a [`Guard`](crate::Guard) around it: it adds what every answer needs.
pub fn router(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    limits: RateLimits,
) -> Router {
    let routes = Router::new()
        .nest("/api/cart", customer())
        .nest("/api/mobile/cart", customer())
        .route("/api/admin/cart/users/{user_id}", get(admin::show))
        .method_not_allowed_fallback(async || ProblemCode::MethodNotAllowed)
        .with_state(Module { service, channel, authenticator: Arc::clone(&authenticator) });
    limits.around(authenticator, routes).layer(from_fn(errors::in_own_words))
}

/// What customers may ask for, wherever it is mounted.
fn customer() -> Router<Module> {
    Router::new()
        .route("/", get(carts::show).delete(carts::clear))
        .route("/items", post(items::add))
        .route("/items/{item_id}", patch(items::change).delete(items::remove))
        .route("/coupons", post(coupons::apply))
        .route("/coupons/{code}", delete(coupons::remove))
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Module {
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
}

impl Module {
    fn target(&self) -> Target {
        Target::Current(self.channel.clone())
    }
}

impl FromRef<Module> for Arc<dyn Authenticator> {
    fn from_ref(module: &Module) -> Self {
        Arc::clone(&module.authenticator)
    }
}
