//! Carts that become orders (`cart-module.md`, sections 3, 10 and 15.2).
//!
//! | method and path | body | what it does |
//! |---|---|---|
//! | `POST /api/orders/checkout` | `item_ids`, `expected_total`, `currency`, `code`, `cart_id`; may be left out | orders the caller's cart, or some of its items |
//! | `POST /api/orders/buy-now` | `product_id`, `quantity` (1), `options`, `note`, `metadata`, `address_id`, `shipping_method_id`, `payment_method_id`, `currency`, `expected_total`, `code` | orders one product, and leaves the caller's cart as it is |
//! | `GET /api/orders/checkouts/{id}` | | shows how far a checkout has come |
//! | `POST /api/orders/checkouts/{id}/cancel` | may be left out | gives it up, unless it was paid for |
//! | `POST /api/orders/checkouts/{id}/extend` | may be left out | takes more time for it, as often as the shop lets |
//! | `POST /api/orders/payments/callback` | the provider's | hears what became of a payment, see [`PaymentGateway`] |
//!
//! * `item_ids`: what to order of the cart; the other items stay in it. All, if left out.
//! * `expected_total`: what the shopper was told that the order costs, as decimal text such as `"12.50"`, in `currency`
//!   (the channel's own if left out). If it costs something else, the order is refused with `total_changed`.
//! * `code`: a coupon code to put on the cart before.
//! * `cart_id`: which cart, where the channel's shoppers have several.
//!
//! No body says what anything costs, and unknown fields are refused.
//!
//! # Ordering
//! Both requests need an `Idempotency-Key` (or `X-Idempotency-Key`), else 400 `idempotency_key_required`: an order that is
//! lost on its way is asked for again with the same key, and is never made twice.
//!
//! | answer | when |
//! |---|---|
//! | 200, `status` `confirmed` | it is ordered: `order_id`, `order_number`, `confirmation_number`, `estimated_delivery` |
//! | 202, `status` `payment_pending` | the shopper has to pay: `initiationType` (`form_post`, `redirect`) and `gatewayPayload` say how |
//! | 202, `status` `in_progress` | somebody has not answered yet: look again, after `Retry-After` |
//! | 202, `status` `begun` | the shop places the order by other means |
//! | 402 `payment_failed` | the payment was declined; the cart is as it was |
//! | 409 `not_orderable` | with all `obstacles`; `empty_cart` if there is nothing in it |
//! | 409 `total_changed`, `promotion_used_up`, `inventory_unavailable`, `too_much_held` | something changed a moment ago |
//! | 409 `wrong_status` | the cart is in another checkout |
//! | 409 `checkout_ended` | it was cancelled or took too long in the meantime |
//! | 422 `order_refused` | the shop does not take it |
//!
//! A request that began a checkout is answered with the same bytes whenever it is repeated, also if that was 402, with
//! `Idempotency-Replayed: true`; such an answer says how the checkout stood then, and its `id` leads to how it stands now.
//! Repeated too early, it is answered with 409 `request_in_progress`, `Retry-After` and the `checkout_id`. With another
//! body, the key is refused with `request_key_reused`. A request that was refused before anything began does not use its
//! key up.
//!
//! `?preview=true` answers what would be ordered and what it would cost, or refuses as the request would, and orders
//! nothing. `If-Match` with a cart's `ETag` orders the cart only if it is still that version.
//!
//! # Checkouts
//! Answers have the `id` and `status` of the checkout, its `deadline`, when it is given up by itself if nothing was paid,
//! and what is ordered, by the names that the [cart](crate::shop) has it by, frozen when it began: `items`, sums, `taxes`,
//! `coupons`, `promotions`, `gifts`, the ids of what was chosen. `cart_version` is the version of the cart that was
//! ordered. An `ended` one has a `reason` (the words of [`checkout_ended`](crate::ProblemCode::CheckoutEnded)), `detail`
//! and `stock_item`. How to pay is shown to the cart's owner and to whoever began the checkout, not to others who may see
//! the cart. Checkouts have no `ETag`: the cart has one.
//!
//! Who may not see the cart finds no checkout.
//!
//! Cancelling what has ended, and extending with the same key, changes nothing. Both answer with the checkout as it is then.
//!
//! Refusals and failures are [`Problem`](crate::Problem) documents.

mod answer;
mod begin;
mod bodies;
mod checkouts;
mod gateway;
mod item;
mod payments;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use cart_core::checkout::Handoff;
use cart_core::id::ChannelId;
use cart_core::service::CartService;

pub(crate) use self::answer::{PaymentBody, may_pay, unsigned};
pub(crate) use self::bodies::expected_total;
pub use self::gateway::{CallbackError, PaymentGateway, PaymentNews};
use self::payments::Callbacks;
use crate::auth::Authenticator;
use crate::priced::Prices;
use crate::rate::RateLimits;

const PATH: &str = "/api/orders";

/// The routes of orders, for the carts of `channel`, under `/api/orders`. The service places the orders and has them paid
/// for; `gateway` reads what the payment provider says later. Each customer may order as often as `limits` say, such as
/// [`Limits::checkouts`](crate::rate::Limits::checkouts).
///
/// Put a [`Guard`](crate::Guard) around it: it adds what every answer needs.
pub fn router(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    gateway: Arc<dyn PaymentGateway>,
    limits: RateLimits,
) -> Router {
    router_under(PATH, service, channel, authenticator, gateway, limits)
}

/// The same under another path, which begins with a slash and does not end with one: for a host with carts of several channels,
/// each of which has a [`router`] of its own. What the payment provider says may come in at any of them.
pub fn router_under(
    path: &str,
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    gateway: Arc<dyn PaymentGateway>,
    limits: RateLimits,
) -> Router {
    let callbacks = Callbacks { service: Arc::clone(&service), gateway };
    let payments = Router::new().route("/payments/callback", post(payments::callback)).with_state(callbacks);
    let orders = routes(service, channel, authenticator, Handoff::Service, limits);
    Router::new().nest(path, orders.merge(payments))
}

/// The same without payments, for hosts that place the orders themselves: a checkout stays `begun` until the host calls
/// [`CartService::complete_checkout`] or [`CartService::fail_checkout`], or its time is over. There are no routes for
/// these: who may say so is the host's to know, and no shopper's credentials prove it.
pub fn router_for_host(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    limits: RateLimits,
) -> Router {
    Router::new().nest(PATH, routes(service, channel, authenticator, Handoff::Host, limits))
}

fn routes(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    handoff: Handoff,
    limits: RateLimits,
) -> Router {
    let prices = Prices::of(&service, &channel);
    let ordering =
        Router::new().route("/checkout", post(begin::checkout)).route("/buy-now", post(begin::buy_now));
    limits
        .around(Arc::clone(&authenticator), ordering)
        .route("/checkouts/{id}", get(checkouts::show))
        .route("/checkouts/{id}/cancel", post(checkouts::cancel))
        .route("/checkouts/{id}/extend", post(checkouts::extend))
        .with_state(Orders { service, channel, authenticator, handoff, prices })
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Orders {
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    handoff: Handoff,
    prices: Prices,
}

impl FromRef<Orders> for Arc<dyn Authenticator> {
    fn from_ref(orders: &Orders) -> Self {
        Arc::clone(&orders.authenticator)
    }
}
