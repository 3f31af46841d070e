//! Carts that are shared by link (`shared-cart.md`), with what the document promises and gives no paths for.
//!
//! | method and path | body | what it does |
//! |---|---|---|
//! | `POST /api/cart/create` | `cart_name`, `user_id` (the caller's own); all may be left out | makes a cart: 201 |
//! | `POST /api/cart/{cart_id}/add-item` | `product_id`, `quantity` (1), `options` | adds units of a product |
//! | `GET /api/cart/list` | | lists the caller's own carts of the channel, newest first; `cursor`, `limit` (1 to 100) |
//! | `GET /api/cart/{cart_id}` | | the whole cart, with what it costs, for whoever may see all of it |
//! | `PATCH /api/cart/{cart_id}` | `cart_name`, or null | renames it |
//! | `DELETE /api/cart/{cart_id}` | | gives it up: 204 |
//! | `PATCH /api/cart/{cart_id}/items/{item_id}` | `quantity` | changes how many units an item has |
//! | `DELETE /api/cart/{cart_id}/items/{item_id}` | | removes an item |
//! | `PUT /api/cart/{cart_id}/address`, `/shipping-method`, `/payment-method` | `address_id`, `shipping_method_id`, `payment_method_id` | chooses where and how to deliver, and how to pay |
//! | `DELETE` of these three | | takes the choice back |
//! | `POST /api/cart/{cart_id}/coupons` | `code` | puts a coupon code on the cart |
//! | `DELETE /api/cart/{cart_id}/coupons/{code}` | | takes it off |
//! | `PUT` or `DELETE /api/cart/{cart_id}/gifts/{promotion_id}` | | accepts or refuses what a promotion gives |
//! | `POST /api/cart/{cart_id}/prices/acknowledge` | | takes note of changed prices |
//! | `GET /api/cart/{cart_id}/explanation` | | says why the cart costs what it costs, as in [`shop`](crate::shop) |
//! | `POST /api/cart/{cart_id}/checkout` | `item_ids`, `expected_total`, `currency`, `code`, `address_id`, `billing_address_id`, `shipping_method_id`, `payment_method_id`; all may be left out | orders the cart, or some of it |
//! | `GET /api/cart/{cart_id}/checkout` | | where the order stands |
//! | `POST /api/cart/{cart_id}/checkout/cancel` | | gives the order up, as long as nothing was paid |
//! | `POST /api/cart/{cart_id}/share` | `label`, `expires_at`, `uses`, `shows` (`prices`, `names`), `may_suggest`; all may be left out | makes a link: 201 |
//! | `GET /api/cart/{cart_id}/links` | | lists the links, without their tokens, with how often each was opened |
//! | `PATCH /api/cart/{cart_id}/links/{link_id}` | as `share`; what is left out stays, null takes it away | changes a link |
//! | `POST /api/cart/{cart_id}/links/{link_id}/rotate` | | gives a link another token; the one before opens nothing any more |
//! | `DELETE /api/cart/{cart_id}/links/{link_id}` | | ends a link: 204 |
//! | `GET /api/cart/shared/{token}` | | shows what the link shows; counts an opening |
//! | `POST /api/cart/shared/{token}/suggestions` | as below | suggests a change, if the link allows it: 201 |
//! | `DELETE /api/cart/shared/{token}/suggestions/{suggestion_id}` | | takes a suggestion back that was made with the link: 204 |
//! | `GET /api/cart/{cart_id}/suggestions` | | lists the suggestions that wait |
//! | `POST /api/cart/{cart_id}/suggestions` | `op`, `item_id`, `product_id`, `options`, `quantity`, `comment`, `name` | suggests a change: 201 |
//! | `DELETE /api/cart/{cart_id}/suggestions/{suggestion_id}` | | takes an own suggestion back: 204 |
//! | `POST /api/cart/{cart_id}/suggestions/accept` | `suggestion_ids`, `mode` | makes the changes |
//! | `POST /api/cart/{cart_id}/suggestions/decline` | `suggestion_ids` | turns them down |
//! | `GET /api/cart/{cart_id}/events` | | what happens to the cart, as [server-sent events](crate::live); `Last-Event-ID` or `after` resumes |
//! | `GET /api/cart/shared/{token}/events` | | the same, as far as the link shows it; counts an opening |
//! | the paths under `/api/cart/shared` without `/{token}` | | the same with the token in `X-Share-Token`, for clients that keep it out of addresses |
//! | `GET /api/cart/{cart_id}/history` | | who did what and when, the newest first; `before` a version, `limit` (1 to 100) |
//! | `GET /api/cart/{cart_id}/versions/{version}` | | the cart as that version was, without prices |
//! | `POST /api/cart/{cart_id}/undo` | | undoes the last change of what is in the cart |
//!
//! # Carts
//! `cart` of an answer is the whole cart, priced now. What a line or a cart costs, its coupons, promotions, gifts, choices and
//! `notices` have the names and meanings that they have in [`shop`](crate::shop); which of them count is the policy of the
//! cart's channel.
//!
//! # Links
//! A link is `shareable_link`: the [`ShareBase`] of the host, `/cart/share/` and a token of 64 hexadecimal digits. It is in
//! the answer that made it or rotated it, and in no other: null where a request with the same idempotency key is answered
//! again. Whoever has it needs no account.
//!
//! `cart` is what it shows: each item with `product_id`, `quantity` and its `options` if it has any, with `item_id` where
//! changes may be suggested; `unit_price`, `total` and the sums where the link shows prices; `cart_name` and `added_by` where it
//! shows names. `link` says until when it lives, whether changes may be suggested, and what was suggested with it.
//!
//! A token that is unknown, malformed, expired, revoked, replaced or used up, and one of a cart that is gone, are all answered
//! with the same 404. A used-up link shows nothing more, but whoever saw the cart with it may still suggest. `HEAD` says
//! whether `GET` would show something, and counts nothing.
//!
//! # Suggestions
//! `op` is `add` (`product_id`, `options`, `quantity`), `remove` (`item_id`), `set_quantity` (`item_id`, `quantity`) or
//! `replace` (`item_id`, `product_id`, `options`, `quantity`). `mode` is `all_or_nothing` (the default: one refused, all
//! refused) or `per_line`; `results` says in the same order what became of each. What waits in the same words already is not
//! suggested again: 200.
//!
//! # Orders
//! The owner orders, and those of their colleagues whose permission group says so; no link does. `status` is `order placed` (200), `payment pending` (202; `initiationType` and `gatewayPayload` say
//! how to pay) or `in progress` (202, with `Retry-After`); an order that comes to nothing is a problem document, which says why.
//! What the payment provider says later comes in by [`orders`](crate::orders) or by the host's own route. Send an
//! `Idempotency-Key`: a client whose answer was lost can then ask again, and orders once.
//!
//! # Writes
//! Every write takes `If-Match` with the cart's `ETag`, an `Idempotency-Key`, and `?preview=true`, as in
//! [`shop`](crate::shop). An undo is about what was last when it came in: if something else is by the time that it would be
//! done, it is refused as if `If-Match` had named that version. Amounts are decimal text; times are RFC 3339 in UTC. Refusals
//! and failures are [`Problem`] documents.

mod answer;
mod base;
mod bodies;
mod carts;
mod choices;
mod events;
mod links;
mod opened;
mod ordering;
mod own;
mod own_answer;
mod past;
mod suggestions;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{delete, get, patch, post, put};
use cart_core::actor::Actor;
use cart_core::command::Command;
use cart_core::id::{CartId, ChannelId};
use cart_core::service::{CartService, Outcome, Target};

pub use self::base::{ShareBase, ShareBaseError};
use crate::auth::Authenticator;
use crate::deadline::complete;
use crate::live::LiveHub;
use crate::problem::Problem;
use crate::rate::{Limits, RateLimits};
use crate::write::Conditions;

/// The routes of shared carts, under `/api/cart`. New carts are of `channel`; carts named by their id may be of any channel
/// of the service. What is asked with links, and orders, are as often as `limits` say.
///
/// Put a [`Guard`](crate::Guard) around it: it adds what every answer needs.
pub fn router(
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    base: ShareBase,
    hub: Arc<LiveHub>,
    limits: &Limits,
) -> Router {
    let ordering = Router::new().route("/api/cart/{cart_id}/checkout", post(ordering::begin));
    let limited = |limits: &RateLimits, routes| limits.clone().around(Arc::clone(&authenticator), routes);
    let limited = limited(&limits.links, by_link()).merge(limited(&limits.checkouts, ordering));
    carts().merge(limited).with_state(Shared { service, channel, authenticator, base: Arc::new(base), hub })
}

/// What is asked with a link, by whoever has it.
fn by_link() -> Router<Shared> {
    Router::new()
        .route("/api/cart/shared", get(opened::show))
        .route("/api/cart/shared/{token}", get(opened::show))
        .route("/api/cart/shared/{token}/events", get(events::of_link))
        .route("/api/cart/shared/{token}/suggestions", post(opened::suggest))
        .route("/api/cart/shared/{token}/suggestions/{suggestion_id}", delete(opened::withdraw))
        .route("/api/cart/shared/events", get(events::of_link))
        .route("/api/cart/shared/suggestions", post(opened::suggest))
        .route("/api/cart/shared/suggestions/{suggestion_id}", delete(opened::withdraw))
}

fn carts() -> Router<Shared> {
    Router::new()
        .route("/api/cart/create", post(carts::create))
        .route("/api/cart/list", get(own::list))
        .route("/api/cart/{cart_id}", get(own::show).patch(own::rename).delete(own::remove))
        .route("/api/cart/{cart_id}/add-item", post(carts::add_item))
        .route("/api/cart/{cart_id}/items/{item_id}", patch(own::set_quantity).delete(own::remove_item))
        .route("/api/cart/{cart_id}/checkout", get(ordering::show))
        .route("/api/cart/{cart_id}/checkout/cancel", post(ordering::cancel))
        .route("/api/cart/{cart_id}/explanation", get(own::explain))
        .route("/api/cart/{cart_id}/coupons", post(choices::add_coupon))
        .route("/api/cart/{cart_id}/coupons/{code}", delete(choices::remove_coupon))
        .route(
            "/api/cart/{cart_id}/gifts/{promotion_id}",
            put(choices::accept_gift).delete(choices::refuse_gift),
        )
        .route("/api/cart/{cart_id}/address", put(choices::select_address).delete(choices::unselect_address))
        .route(
            "/api/cart/{cart_id}/shipping-method",
            put(choices::select_shipping_method).delete(choices::unselect_shipping_method),
        )
        .route(
            "/api/cart/{cart_id}/payment-method",
            put(choices::select_payment_method).delete(choices::unselect_payment_method),
        )
        .route("/api/cart/{cart_id}/prices/acknowledge", post(choices::acknowledge_prices))
        .route("/api/cart/{cart_id}/share", post(links::share))
        .route("/api/cart/{cart_id}/links", get(links::list))
        .route("/api/cart/{cart_id}/links/{link_id}", patch(links::change).delete(links::revoke))
        .route("/api/cart/{cart_id}/links/{link_id}/rotate", post(links::rotate))
        .route("/api/cart/{cart_id}/suggestions", get(suggestions::list).post(suggestions::suggest))
        .route("/api/cart/{cart_id}/suggestions/accept", post(suggestions::accept))
        .route("/api/cart/{cart_id}/suggestions/decline", post(suggestions::decline))
        .route("/api/cart/{cart_id}/suggestions/{suggestion_id}", delete(suggestions::withdraw))
        .route("/api/cart/{cart_id}/events", get(events::of_cart))
        .route("/api/cart/{cart_id}/history", get(past::history))
        .route("/api/cart/{cart_id}/versions/{version}", get(past::version))
        .route("/api/cart/{cart_id}/undo", post(past::undo))
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct Shared {
    service: Arc<CartService>,
    channel: ChannelId,
    authenticator: Arc<dyn Authenticator>,
    base: Arc<ShareBase>,
    hub: Arc<LiveHub>,
}

impl FromRef<Shared> for Arc<dyn Authenticator> {
    fn from_ref(shared: &Shared) -> Self {
        Arc::clone(&shared.authenticator)
    }
}

impl Shared {
    /// Does something to a cart, to its end, whether the client waits or not.
    async fn write(
        &self,
        actor: Actor,
        conditions: Conditions,
        target: Target,
        command: Command,
    ) -> Result<Outcome, Problem> {
        let service = Arc::clone(&self.service);
        complete(conditions.deadline, async move {
            Ok(conditions.execute(&service, actor, &target, &command).await?)
        })
        .await
    }

    /// The same for a cart by its id.
    async fn change(
        &self,
        actor: Actor,
        conditions: Conditions,
        cart: CartId,
        command: Command,
    ) -> Result<Outcome, Problem> {
        self.write(actor, conditions, Target::Cart(cart), command).await
    }
}
